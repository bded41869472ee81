"""What else departments' servers hold beside their lists: services that speak a standard's protocol."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo import buses, context_broker, datacentre, forecasts, neighbour, observations, quakes, weather_service
from demo.departments import EMERGENCY, ENVIRONMENT, GOVERNANCE, TRAFFIC
from demo.present import Present

Handler = Callable[[Request], Awaitable[Response]]
Routes = Callable[[Callable[[Handler], Handler], Present], list[Route]]

ROUTES: Final[Mapping[str, tuple[Routes, ...]]] = {
    ENVIRONMENT.name: (weather_service.routes, forecasts.routes, neighbour.routes),
    TRAFFIC.name: (buses.routes,),
    EMERGENCY.name: (observations.routes, quakes.routes),
    GOVERNANCE.name: (datacentre.routes, context_broker.routes),
}
