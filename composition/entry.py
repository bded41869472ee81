"""What the gate goes by in a city: the doors of its screens, the rights of every callback, and whether sign-in is on."""

from collections.abc import Mapping

from api.doors import screens
from api.web import Rules
from callbacks import drawer, page
from callbacks import map as city_map
from domain.account import Right, Role, Viewer
from domain.city import City
from jobs.settings import Settings

# With SIGN_IN=off: whoever sits at this machine, with every right that a person can have.
ALONE = Viewer("local", "本机", Role.SHIFT, frozenset(Right) - {Right.PUSH}, session="local")
CALLBACKS: Mapping[str, Right] = drawer.ACCESS | city_map.ACCESS | page.ACCESS


def rules(city: City, settings: Settings) -> Rules:
    """Who may come in."""
    further = screens(f"/{key}" for key in city.screens)
    base = Rules()
    return Rules((*base.doors, *further), CALLBACKS, None if settings.sign_in else ALONE)
