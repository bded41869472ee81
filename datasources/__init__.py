"""Departments' systems read into batches: kinds, the mapping they share, and the one poll loop."""
