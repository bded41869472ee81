"""The departments of the demonstration city: one seeded simulation, served over the protocols real departments speak."""
