"""Reads a city folder and tells every problem of it in one pass; imported by app.py alone."""

from config.loading import check, load
from config.problem import Problem

__all__ = ["Problem", "check", "load"]
