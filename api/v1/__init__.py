"""The API for programs under /api/v1: reading what the cockpit holds, and pushing what departments measure."""
