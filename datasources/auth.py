"""How an HTTP source identifies itself; every secret comes from an environment variable."""

from base64 import b64encode
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from datasources.context import SourceContext

CLOSED = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class HeaderAuth(BaseModel):
    """A ready-made key in a header: {type: header, header: X-API-Key, env: AIR_KEY}."""

    model_config = CLOSED
    type: Literal["header"]
    header: str = Field("Authorization", description="Header that carries the key.")
    prefix: str = Field("", description='Text before the key, e.g. "Bearer ".')
    env: str = Field(description="Environment variable of the key.")


class BasicAuth(BaseModel):
    """HTTP Basic; both values come from environment variables."""

    model_config = CLOSED
    type: Literal["basic"]
    user_env: str = Field(description="Environment variable of the user's name.")
    password_env: str = Field(description="Environment variable of the password.")


class TokenAuth(BaseModel):
    """A token fetched from a login endpoint, sent in a header, fetched again when it expires or is refused (401)."""

    model_config = CLOSED
    type: Literal["token"]
    url: str = Field(description="Address of the login endpoint.")
    fields: dict[str, str] = Field(default_factory=dict, description="Plain fields of the login request.")
    secrets: dict[str, str] = Field(
        default_factory=dict, description="Fields whose value is in an environment variable: field -> variable."
    )
    send: Literal["json", "form"] = Field("json", description="How the login request carries its fields.")
    path: str = Field("access_token", description="JMESPath of the token in the answer.")
    expires: str = Field("", description="JMESPath of its life in seconds; empty: used until it is refused.")
    header: str = Field("Authorization", description="Header that carries the token.")
    prefix: str = Field("Bearer ", description="Text before the token.")


Auth = HeaderAuth | BasicAuth | TokenAuth


def standing_headers(auth: Auth | None, context: SourceContext) -> dict[str, str]:
    """The headers that need no login; {} for none and for tokens. SourceError when a variable is not set."""
    if isinstance(auth, HeaderAuth):
        return {auth.header: auth.prefix + context.secret(auth.env)}
    if isinstance(auth, BasicAuth):
        pair = f"{context.secret(auth.user_env)}:{context.secret(auth.password_env)}"
        encoded = b64encode(pair.encode()).decode()
        context.hide(encoded)
        return {"Authorization": f"Basic {encoded}"}
    return {}
