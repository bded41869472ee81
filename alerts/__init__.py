"""Evaluates alert rules where the data arrive and keeps each alert's life cycle; only changes come out."""
