"""Putting the parts together: what each process of the cockpit is made of. Used by app.py alone."""
