from dash import Dash, html

from callbacks import page


def test_the_layout_is_painted_even_outside_a_request() -> None:
    asked: list[str] = []

    def paint(search: str) -> html.Div:
        asked.append(search)
        return html.Div(search)

    app = Dash(__name__, backend="fastapi", suppress_callback_exceptions=True)
    page.register(app, paint)
    assert app.layout().children == "?"
    assert asked == ["?"]
