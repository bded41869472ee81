"""Reads a city folder and tells every problem of it in one pass; imported by app.py and composition alone."""

from config.layering import Changed
from config.loading import check, load, trial
from config.problem import Problem
from config.screens import ScreenFile, screen_files

__all__ = ["Changed", "Problem", "ScreenFile", "check", "load", "screen_files", "trial"]
