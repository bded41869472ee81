"""The demonstration city as its folder declares it, once for all tests of its pages."""

import pytest

from config.loading import load
from domain.city import City
from tests.layouts.fake import ROOT


@pytest.fixture(scope="session")
def city() -> City:
    """All of it: metrics, sites, screens and topics."""
    loaded, problems = load(ROOT / "cities/441800", {})
    assert loaded is not None
    assert not problems
    return loaded
