"""The pages about people: my own account, everybody's accounts, and the audit log. Pure: values in, components out."""
