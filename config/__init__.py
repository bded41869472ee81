"""Reads a city folder and tells every problem of it in one pass; imported by app.py alone."""
