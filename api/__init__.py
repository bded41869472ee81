"""HTTP beside the pages: the live stream, health and metrics, map layers, static files, errors and security headers."""
