from dash import Dash, html

from callbacks import page
from domain.account import Viewer


def test_the_layout_is_painted_even_outside_a_request() -> None:
    asked: list[tuple[str, str]] = []

    def paint(path: str, search: str, _viewer: Viewer | None) -> html.Div:
        asked.append((path, search))
        return html.Div(search)

    app = Dash(__name__, backend="fastapi", suppress_callback_exceptions=True)
    page.register(app, paint)
    assert app.layout().children == "?"
    assert asked == [("/", "?")]
