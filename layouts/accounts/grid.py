"""AG Grid in the cockpit's look: a table whose rows open something named in the address."""

from collections.abc import Mapping, Sequence
from typing import Any

from layouts import theme
from layouts.accounts.desk import Desk
from layouts.tags import Node, h, node

_LOOK = {
    "backgroundColor": "transparent",
    "foregroundColor": theme.TEXT,
    "accentColor": theme.ACCENT,
    "borderColor": theme.HAIRLINE,
    "headerBackgroundColor": theme.PANEL,
    "headerTextColor": theme.MUTED,
    "oddRowBackgroundColor": "transparent",
    "rowHoverColor": "rgba(46, 127, 214, 0.12)",
    "chromeBackgroundColor": theme.PANEL,
    "menuBackgroundColor": theme.RAISED,
    "wrapperBorder": False,
    "wrapperBorderRadius": 0,
    "columnBorder": False,
    "fontFamily": "inherit",
    "fontSize": "inherit",
    "headerFontWeight": 400,
    "browserColorScheme": "dark",
}


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else f"'{value}'"


THEME = f"themeQuartz.withParams({{{', '.join(f'{name}: {_literal(value)}' for name, value in _LOOK.items())}}})"


def column(field: str, label: str, width: int, flex: int = 0, **more: Any) -> dict[str, Any]:
    """A column: `width` in px is also its least; `flex` says how much of what is left it takes."""
    size: dict[str, Any] = {"minWidth": width, "flex": flex} if flex else {"width": width}
    return {"field": field, "headerName": label, "tooltipField": field, **size, **more}


def table(
    desk: Desk,
    ident: str,
    label: str,
    columns: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, Any]],
    opens: str,
) -> Node:
    """Rows with an `id` each; a click or Enter puts it into the address as `opens`. A row with `open` is marked, one with `off` is pale."""
    options = {
        "theme": {"function": THEME},
        "rowHeight": 38,
        "headerHeight": 36,
        "animateRows": False,
        "suppressCellFocus": False,
        "suppressDragLeaveHidesColumns": True,
        "tooltipShowDelay": 600,
        "enableBrowserTooltips": True,
        "localeText": {"noRowsToShow": desk.t("没有记录"), "noMatchingRows": desk.t("没有符合条件的记录")},
        "rowClassRules": {"is-open": "params.data.open", "is-off": "params.data.off"},
    }
    grid = node(
        "dash_ag_grid",
        "AgGrid",
        {
            "id": ident,
            "columnDefs": list(columns),
            "rowData": list(rows),
            "getRowId": "params.data.id",
            "defaultColDef": {"sortable": False, "resizable": True, "suppressHeaderMenuButton": True},
            "dashGridOptions": options,
            "className": "rows-grid",
            "style": {"height": "100%", "width": "100%"},
        },
    )
    return h(
        "Div",
        [grid],
        "grid-box",
        style={"--rows": str(len(rows))},
        data={"opens": opens},
        role="region",
        aria={"label": label},
    )
