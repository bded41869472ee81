"""The pages about data: the catalogue, the sources, and the forms that departments fill in."""
