"""What comes next, from a series' own past: pure arithmetic on hours, with intervals from its own errors."""
