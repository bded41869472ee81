"""What people see: panel specs and a snapshot in, plain component and figure dicts out. Pure; no store, no clock."""
