"""A server that writes down what it is sent."""

from collections.abc import Iterator

import pytest

from tests.notify.here import Server, listening


@pytest.fixture
def server() -> Iterator[Server]:
    with listening() as one:
        yield one
