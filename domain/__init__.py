"""The vocabulary every other package speaks: stdlib and pydantic only, no input, no output, no clock."""
