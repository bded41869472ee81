"""The store's transactions, as its parts (people, audit) borrow them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Work:
    """reading: one moment of the store. writing: the one writer at a time, committed at its end, undone by any error."""

    reading: Callable[[], AbstractContextManager[Connection]]
    writing: Callable[[], AbstractContextManager[Connection]]
