"""What a person's click does: `register(app, services)` each; no SQL, no figures."""
