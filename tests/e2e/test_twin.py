"""The raised city is drawn on a graphics card only: an emulated one would stop the page that a room looks at."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

ASSETS = Path(__file__).parents[2] / "assets"
BODY = '<div><div class="twin-gl"></div><div class="twin-over" id="twin-city"></div></div>'
INSISTING = "window.cockpit = {get: (name) => (name === 'map' ? 'gl' : null)}"
DRAWN = "dash_clientside.cockpit.twin({districts: {}, columns: {}}, '', {panel: 'city', urls: {districts: 'http://127.0.0.1:1/none'}})"
NAMELESS = "WebGL2RenderingContext.prototype.getExtension = () => null"
MOOD = "() => document.getElementById('twin-city').dataset.camera"


def scene(browser: Browser, before: str = "") -> Page:
    page = browser.new_page()
    page.set_content(BODY)
    page.evaluate(INSISTING)
    for name in ("map.js", "twin.js"):
        page.add_script_tag(path=ASSETS / name)
    if before:
        page.evaluate(before)
    page.evaluate(DRAWN)
    page.wait_for_function(MOOD)
    return page


@pytest.mark.parametrize(
    ("before", "mood"),
    [("", "weak"), (NAMELESS, "weak"), ("cockpit.hasCard = () => true", "failed")],
    ids=[
        "emulated: nothing is even asked for",
        "a card without a name counts as emulated",
        "a card: the ground is asked for, and is not there",
    ],
)
def test_without_a_card_the_scene_gives_way_even_to_who_insists(browser: Browser, before: str, mood: str) -> None:
    page = scene(browser, before)
    assert page.evaluate("cockpit.drawsOn()") == "gl"
    assert page.evaluate(MOOD) == mood
    assert page.evaluate("cockpit.twinWorks()") is False
    assert page.locator(".twin-gl canvas").count() == 0
    page.close()
