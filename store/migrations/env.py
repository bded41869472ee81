"""Alembic's entry: runs on the connection that store.schema.migrate hands over, in its transaction."""

from alembic import context

from store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
