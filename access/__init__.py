"""Who comes in and what they may see and do: passwords, sessions, tokens, rights, masking. No HTTP, no screens."""
