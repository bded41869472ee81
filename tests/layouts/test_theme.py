import re
from itertools import pairwise
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs_version

from layouts import theme

ASSETS = Path(__file__).resolve().parents[2] / "assets"


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(front: str, back: str) -> float:
    high, low = sorted((luminance(front), luminance(back)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_stylesheet_is_the_one_the_tokens_make() -> None:
    assert (ASSETS / "00-theme.css").read_text(encoding="utf-8") == theme.css()


@pytest.mark.parametrize(
    "colour", [theme.TEXT, theme.SECOND, theme.MUTED, theme.ACCENT, theme.STALE, *theme.LEVELS.values()]
)
@pytest.mark.parametrize("back", [theme.PAGE, theme.PANEL])
def test_every_text_colour_can_be_read(colour: str, back: str) -> None:
    assert contrast(colour, back) >= 4.5


def test_stylesheets_use_only_tokens_that_exist() -> None:
    declared = set(re.findall(r"--([\w-]+):", "".join(p.read_text(encoding="utf-8") for p in ASSETS.glob("*.css"))))
    for path in ASSETS.glob("*.css"):
        assert not set(re.findall(r"var\(--([\w-]+)", path.read_text(encoding="utf-8"))) - declared, path.name


@pytest.mark.parametrize(
    ("value", "level"),
    [(None, 0), (0, 1), (50, 1), (51, 2), (100, 2), (150, 3), (200, 4), (300, 5), (301, 6), (500, 6), (620, 6)],
)
def test_an_aqi_has_the_standards_level(value: float | None, level: int) -> None:
    assert theme.aqi_level(value) == level


def test_the_map_steps_grow_brighter() -> None:
    assert [luminance(c) for c in theme.STEPS] == sorted(luminance(c) for c in theme.STEPS)


def test_the_map_is_quiet_its_classes_differ_and_its_names_can_be_read() -> None:
    assert all(contrast(one, other) > 1.15 for one, other in pairwise(theme.STEPS))
    assert contrast(theme.STEPS[-1], theme.PAGE) < 3  # nothing on a healthy map stands out like an alarm
    assert contrast(theme.LABEL, theme.STEPS[-1]) >= 4.5


def test_the_charts_plotly_is_the_one_the_package_ships() -> None:
    version = get_plotlyjs_version()
    assert (ASSETS / f"plotly-cartesian-{version}.min.js").is_file()
    assert f"plotly-cartesian-{version}.min.js" in (ASSETS / "cockpit.js").read_text(encoding="utf-8")
