"""The operations wall: scenes that change by the clock on one page, for months, with nobody in front of it."""
