"""The tokens of the look, once: they become CSS variables (assets/00-theme.css) and the Plotly layout template."""

from typing import Any

PAGE, PANEL, RAISED = "#07131F", "#0C2135", "#0F2A4A"
HAIRLINE, BORDER = "#17324F", "#1B4473"
TEXT, SECOND, MUTED = "#E6F0FA", "#A9BDD1", "#8299B3"
ACCENT, BAR, TRACK = "#38C6F4", "#2E7FD6", "#12304F"
STALE = "#8A9BAD"

# Severity and nothing else: our alert level, the incident grade and the official warning share the four colours.
LEVELS = {1: "#FF4D4F", 2: "#FF8A1F", 3: "#FFD23F", 4: "#4DA3FF"}
SHAPES = {1: "◆", 2: "▲", 3: "■", 4: "●"}

# The four colours of official warnings (气象灾害预警信号 and others follow the same four); never our alert levels, so never
# their tokens: 1 red .. 4 blue.
OFFICIAL = {1: "#E60012", 2: "#F08300", 3: "#FFE100", 4: "#0068B7"}

# HJ 633 Annex A: upper bound, category, RGB of the six levels (the same in the 2012 and 2026 editions).
AQI = (
    (50, "优", "#00E400"),
    (100, "良", "#FFFF00"),
    (150, "轻度污染", "#FF7E00"),
    (200, "中度污染", "#FF0000"),
    (300, "重度污染", "#99004C"),
    (500, "严重污染", "#7E0023"),
)

# One hue, five classes, from low to high: the composite index on the map. Quiet, because only what is wrong may shine;
# without a value a district is grey. EDGE is the border between districts.
STEPS = ("#10263C", "#14324E", "#194063", "#1F4F79", "#275F90")
# Density, from few to many: one hue of its own, so that it is told from districts underneath.
HEAT = ("#3B2A5C", "#5B3A86", "#7F4FB0", "#A56FD3", "#CFA2F0")
UNKNOWN, EDGE, LABEL = "#1D2731", "#41709D", "#DCEBF9"

FONT = '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",system-ui,sans-serif'


def css() -> str:
    """The tokens as CSS custom properties: the text of assets/00-theme.css."""
    tokens = {
        "page": PAGE,
        "panel": PANEL,
        "panel-82": "rgba(12, 33, 53, 0.82)",
        "raised": RAISED,
        "hairline": HAIRLINE,
        "border": BORDER,
        "text": TEXT,
        "second": SECOND,
        "muted": MUTED,
        "accent": ACCENT,
        "bar": BAR,
        "track": TRACK,
        "stale": STALE,
        "step-none": UNKNOWN,
        "edge": EDGE,
        "label": LABEL,
        "font": FONT,
    }
    tokens |= {f"p{level}": colour for level, colour in LEVELS.items()}
    tokens |= {f"aqi-{i + 1}": colour for i, (_, _, colour) in enumerate(AQI)}
    tokens |= {f"step-{i + 1}": colour for i, colour in enumerate(STEPS)}
    lines = "".join(f"  --{name}: {value};\n" for name, value in tokens.items())
    return f"/* Written by `python -m layouts.theme`; change layouts/theme.py instead. */\n:root {{\n{lines}}}\n"


def axis(**more: Any) -> dict[str, Any]:
    """An axis without ornaments: hairline grid, muted labels, no zero line."""
    quiet = {
        "gridcolor": HAIRLINE,
        "linecolor": BORDER,
        "zeroline": False,
        "showgrid": True,
        "fixedrange": True,
        "ticks": "",
        "tickfont": {"color": MUTED, "size": 12},
    }
    return quiet | more


def layout(**more: Any) -> dict[str, Any]:
    """The Plotly layout every chart starts from: transparent, tight, unified hover, no legend."""
    base = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "color": SECOND, "size": 12},
        "margin": {"l": 36, "r": 8, "t": 8, "b": 22, "pad": 0},
        "showlegend": False,
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": RAISED, "bordercolor": BORDER, "font": {"color": TEXT, "size": 12}},
        "bargap": 0.25,
        "dragmode": False,
        "uirevision": "keep",
    }
    return base | more


def aqi_level(value: float | None) -> int:
    """1..6 of HJ 633 for an AQI, 0 when there is none."""
    if value is None:
        return 0
    return next((i + 1 for i, (top, _, _) in enumerate(AQI) if value <= top), len(AQI))


if __name__ == "__main__":
    import sys

    sys.stdout.write(css())
