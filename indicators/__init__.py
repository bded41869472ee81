"""The field's arithmetic: pure functions from values to values, each citing the standard and clause it follows."""
