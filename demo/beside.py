"""What else departments' servers hold beside their lists: services that speak a standard's protocol."""

from collections.abc import Mapping
from typing import Final

from demo import buses, context_broker, datacentre, forecasts, neighbour, observations, quakes, weather_service
from demo.departments import EMERGENCY, ENVIRONMENT, GOVERNANCE, TRAFFIC
from demo.routing import Routes

ROUTES: Final[Mapping[str, tuple[Routes, ...]]] = {
    ENVIRONMENT.name: (weather_service.routes, forecasts.routes, neighbour.routes),
    TRAFFIC.name: (buses.routes,),
    EMERGENCY.name: (observations.routes, quakes.routes),
    GOVERNANCE.name: (datacentre.routes, context_broker.routes),
}
