"""Everything timed: the collector's schedule, the ingest pipeline and the supervisor. Only here is the clock read."""
