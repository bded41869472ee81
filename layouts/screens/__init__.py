"""Own screens: the editor of their files, and drafts that only their author sees."""
