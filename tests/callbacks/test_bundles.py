import pytest
from dash import html
from fastapi import FastAPI
from starlette.testclient import TestClient

from callbacks.bundles import LeanDash, lean

GRID = '<script src="/_dash-component-suites/dash_ag_grid/dash_ag_grid.v35.min.js"></script>'
LEAFLET = '<script src="/_dash-component-suites/dash_leaflet/dash_leaflet.v1.js"></script>'
OTHER = '<script src="/assets/cockpit.js?m=1"></script>'
ALL = f"{GRID}\n{LEAFLET}\n{OTHER}"


@pytest.mark.parametrize(
    ("path", "left"),
    [("/", [LEAFLET, OTHER]), ("/audit", [GRID, OTHER]), ("/accounts", [GRID, OTHER]), ("/unknown", [LEAFLET, OTHER])],
)
def test_a_page_loads_what_it_draws_with(path: str, left: list[str]) -> None:
    assert lean(ALL, path).split("\n") == left


def test_the_served_pages_differ() -> None:
    server = FastAPI()
    app = LeanDash(server=server)  # type: ignore[arg-type]  # Dash's hint names Flask's servers only
    app.layout = html.Div()
    with TestClient(server) as client:
        home, audit = client.get("/").text, client.get("/audit").text
    assert "dash_ag_grid.v" not in home
    assert "dash_ag_grid.v" in audit
    assert "dash_renderer.v" in home
    assert "dash_renderer.v" in audit


def test_a_page_says_its_language_before_any_script_runs() -> None:
    server = FastAPI()
    app = LeanDash(server=server)  # type: ignore[arg-type]  # Dash's hint names Flask's servers only
    app.layout = html.Div()
    with TestClient(server) as client:
        assert '<html lang="zh-CN">' in client.get("/?lang=zz").text
        assert '<html lang="en">' in client.get("/?lang=en").text
