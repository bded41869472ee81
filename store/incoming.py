"""Values on their way into the log: given part by part, so that the database takes in one while the next is made ready."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from sqlalchemy import Connection

from domain.observation import Observation
from store.columns import Columns, Int64, Rows
from store.convert import Moments, keys_of, rows_of
from store.dictionary import Dictionary, Resolved
from store.driver import Clash

PART = 2_000  # observations converted at a time


class Incoming(Protocol):
    """The values of one batch. `known` holds their series once `rows` was called."""

    known: Resolved

    def __len__(self) -> int: ...

    def parts(self) -> Iterator[Rows]:
        """The rows in pieces, as they become ready, without asking the database; Clash when it has to be asked."""
        ...

    def rows(self, connection: Connection) -> Rows:
        """All rows, in the order given; series that are new are in the dictionary then."""
        ...


class Observed:
    """The observations of a batch."""

    def __init__(self, observations: Sequence[Observation], dictionary: Dictionary) -> None:
        self.known = dictionary.known
        self._observations = observations
        self._dictionary = dictionary
        self._moments = Moments()
        self._ready: list[Rows] = []

    def __len__(self) -> int:
        return len(self._observations)

    def parts(self) -> Iterator[Rows]:
        """Converted one after the other; Clash at the first series that is new."""
        for begin in range(0, len(self._observations), PART):
            part = self._observations[begin : begin + PART]
            try:
                rows = rows_of(part, self.known.ids, self._moments)
            except KeyError:
                raise Clash from None
            self._ready.append(rows)
            yield rows

    def rows(self, connection: Connection) -> Rows:
        """What `parts` gave, and what it did not come to."""
        rest = self._observations[sum(map(len, self._ready)) :]
        if rest:
            self.known = self._dictionary.resolve(connection, keys_of(self._observations))
            self._ready.append(rows_of(rest, self.known.ids, self._moments))
        return Rows.joined(self._ready)


class Bulk:
    """Columns that are ready, with the arrival (ms) of each row."""

    def __init__(self, columns: Columns, received: Int64, known: Resolved) -> None:
        self.known = known
        ids = np.array(list(map(known.ids.__getitem__, columns.keys)), np.int32)
        self._rows = Rows(columns.at, ids[columns.series], columns.value, columns.quality, received)

    def __len__(self) -> int:
        return len(self._rows)

    def parts(self) -> Iterator[Rows]:
        """All in one."""
        yield self._rows

    def rows(self, _connection: Connection) -> Rows:
        """The same."""
        return self._rows
