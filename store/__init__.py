"""The cockpit's own tables: written once, read by range, told onward by a change feed. Sole owner of SQLAlchemy here.

`open_store(url)` gives a `Store`; SQLite and PostgreSQL behave the same behind it.
"""

from store.columns import Columns, Latest, Rollups, Rows
from store.opening import open_store
from store.store import Store

__all__ = ["Columns", "Latest", "Rollups", "Rows", "Store", "open_store"]
