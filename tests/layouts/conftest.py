"""One view of the made-up city for all layout tests."""

import pytest

from layouts.view import View
from tests.layouts.fake import FakeSnapshot


@pytest.fixture
def view() -> View:
    """The whole city at 14:34, all sources but one alive."""
    return View(FakeSnapshot())
