"""The leaders' pages: topics, districts and indicators, each one template over the panels that every screen uses."""
