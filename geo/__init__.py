"""Where things are: coordinate systems, districts, sites near a point, and the map layers of a city."""
