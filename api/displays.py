"""POST /wall/beat: a wall says that it lives and what it shows, and hears what it shall show."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from access.viewer import current
from api.errors import ApiError
from api.services import Services

Short = Annotated[str, Field(max_length=40)]
Count = Annotated[float, Field(ge=0, le=1e12)]


class Beat(BaseModel):
    """What a wall's browser tells. heap: MB; age: seconds since the moment its picture shows; fps: frames a second."""

    model_config = ConfigDict(extra="forbid")
    name: Short = ""
    scene: Short = ""
    call: Short = ""
    build: Short = ""
    size: Short = ""
    fps: Count = 0
    heap: Count = 0
    age: Count = 0
    uptime: Count = 0


def router(services: Services) -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.post("/wall/beat", summary="A wall reports itself", include_in_schema=False)
    async def beat(told: Beat, request: Request) -> JSONResponse:
        viewer = current()
        if viewer is None:
            raise ApiError(401, "signed_out", "Sign in first.")
        facts = told.model_dump(exclude={"name"})
        address = viewer.address or (request.client.host if request.client else "")
        beaten = services.displays.beat
        orders = await asyncio.to_thread(beaten, viewer.login, told.name, address, facts, services.now())
        return JSONResponse(
            {
                "scene": orders.scene,
                "until": orders.until.isoformat() if orders.until else "",
                "message": orders.message,
                "reload": orders.reload.isoformat() if orders.reload else "",
            },
            headers={"Cache-Control": "no-store"},
        )

    return routes
