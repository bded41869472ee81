"""The gallery shows every panel kind that there is, and nothing else."""

import re
from pathlib import Path

from layouts.panels import KINDS

DOCS = Path(__file__).parents[3] / "docs"


def test_every_panel_kind_has_its_picture_and_its_words() -> None:
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `(\w+)`$", page, flags=re.MULTILINE)) == set(KINDS)
    assert {path.stem for path in (DOCS / "images" / "gallery").glob("*.png")} == set(KINDS)
    assert all(f"](images/gallery/{kind}.png)" in page for kind in KINDS)
