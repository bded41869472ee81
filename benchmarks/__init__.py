"""Measurements: ratios within one run, one program each."""
