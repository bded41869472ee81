"""Map layers that the server draws for all who look at the same city: each a picture of marks and areas with its legend."""

from collections.abc import Callable, Mapping

from layouts.atlas import cameras, complaints, districts, resources, states, towns, vehicles, warnings
from layouts.atlas.picture import Asked, Picture

DRAWN: Mapping[str, Callable[[Asked], Picture]] = {
    "districts": districts.draw,
    "warnings": warnings.draw,
    "sites": states.draw,
    "water": states.draw,
    "facilities": states.draw,
    "resources": resources.draw,
    "cameras": cameras.draw,
    "complaints": complaints.draw,
    "vehicles": vehicles.draw,
    "towns": towns.draw,
}
