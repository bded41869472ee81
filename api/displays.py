"""A wall says that it lives and what it shows, and hears what it shall show; its picture comes and is shown on /walls."""

import asyncio
from base64 import b64decode
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from access.viewer import current
from api.errors import ApiError
from api.services import Services

Short = Annotated[str, Field(max_length=40)]
Count = Annotated[float, Field(ge=0, le=1e12)]


MOST = 120_000  # bytes of a picture
PRIVATE = {"Cache-Control": "no-store"}


class Picture(BaseModel):
    """A picture that was asked for, a JPEG in base64; empty when the wall's browser makes none."""

    model_config = ConfigDict(extra="forbid")
    name: Short = ""
    image: Annotated[str, Field(max_length=MOST * 4 // 3 + 4)] = ""


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


def jpeg(text: str) -> bytes:
    """The picture's bytes. 422 for what is no JPEG or too large."""
    try:
        data = b64decode(text, validate=True)
    except ValueError as error:
        raise ApiError(422, "not_base64", "The image is not base64.") from error
    if data and not (data.startswith(b"\xff\xd8\xff") and data.endswith(b"\xff\xd9")):
        raise ApiError(422, "not_a_jpeg", "The image is not a JPEG.")
    if len(data) > MOST:
        raise ApiError(422, "too_large", f"The image has more than {MOST} bytes.")
    return data


def router(services: Services) -> APIRouter:
    """The routes."""
    routes = APIRouter()

    @routes.post("/wall/picture", summary="A wall sends its picture", include_in_schema=False)
    async def picture(told: Picture) -> JSONResponse:
        viewer = current()
        if viewer is None:
            raise ApiError(401, "signed_out", "Sign in first.")
        send = services.displays.send
        if not await asyncio.to_thread(send, viewer.login, told.name, jpeg(told.image), services.now()):
            raise ApiError(409, "not_asked", "Nobody asked this wall for a picture.")
        return JSONResponse({"kept": True}, headers=PRIVATE)

    @routes.get("/walls/picture", summary="A wall's last picture", include_in_schema=False)
    async def pictured(wall: str) -> Response:
        image = await asyncio.to_thread(services.displays.picture, wall)
        if not image:
            raise ApiError(404, "no_picture", "There is no picture of this wall.")
        return Response(image, media_type="image/jpeg", headers=PRIVATE)

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
                "picture": orders.picture is not None,
            },
            headers=PRIVATE,
        )

    return routes
