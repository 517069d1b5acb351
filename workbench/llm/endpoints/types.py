"""What is known of a model on a server. Never its key: that stays in the keyring (keys.py)."""

import ipaddress
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError

_PATHS_OF_CALLS = ("/chat/completions", "/completions", "/models")


class Price(Boundary):
    """What the server takes, in US dollars per million tokens."""

    prompt: float = Field(0.0, ge=0, allow_inf_nan=False, title="Price of prompts")
    generated: float = Field(0.0, ge=0, allow_inf_nan=False, title="Price of answers")

    def of(self, prompt_tokens: int, generated_tokens: int) -> float:
        """US dollars; tokens that the server kept from before count in full."""
        return (prompt_tokens * self.prompt + generated_tokens * self.generated) / 1e6


class Endpoint(Boundary):
    """One model on one server that speaks OpenAI's protocol."""

    name: str = Field(min_length=1, max_length=80, title="Name")
    """What people type and see."""
    base_url: str = Field(title="Address")
    """Up to what stands before /chat/completions, without a slash at its end: "http://localhost:11434/v1"."""
    model: str = Field(min_length=1, max_length=200, title="Model")
    """As the server calls it."""
    context_length: int = Field(8192, ge=256, le=100_000_000, title="Context length")
    """Tokens that prompt and answer may have together; servers do not tell."""
    price: Price | None = None
    """None: not known, nothing is counted."""
    parallel_requests: int = Field(4, ge=1, le=64, title="Requests at once")
    key_from_env: str = Field("", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$|^$", title="Environment variable of the key")
    """Names the variable that holds the key; empty: the system's keyring is asked."""

    @field_validator("name", "model")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        value = value.strip()
        if not value or not value.isprintable():
            raise ValueError("one line of text is needed")
        return value

    @field_validator("name")
    @classmethod
    def _is_no_file(cls, value: str) -> str:
        if "/" in value or "\\" in value or value.lower().endswith(".gguf") or value.casefold() == "starter":
            raise ValueError("this would be taken for a model on this computer")
        return value

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        return tidy_url(value)

    @property
    def host(self) -> str:
        """The server as people know it: "api.openai.com", "localhost:11434"."""
        parts = urlsplit(self.base_url)
        name = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else str(parts.hostname)
        return f"{name}:{parts.port}" if parts.port else name

    @property
    def is_on_this_computer(self) -> bool:
        """Whether the text stays here."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def can_be_read_on_the_way(self) -> bool:
        """Whether what is sent, a key too, travels unencrypted."""
        return urlsplit(self.base_url).scheme != "https" and not self.is_on_this_computer

    @classmethod
    def of(cls, **values: Any) -> Self:
        """As a person gave it. Raises WorkbenchError that names what is wrong, never a value that could be a key."""
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            said = str(first["msg"]).removeprefix("Value error, ")
            raise WorkbenchError(
                f"The server cannot be kept: {_title_of(where)}: {said[:1].lower() + said[1:]}.",
                hint="Change it and try again.",
                code="bad_endpoint",
            ) from None


def tidy_url(url: str) -> str:
    """The address in its one form: scheme and host needed, "/v1" when there is no path. Raises ValueError."""
    url = url.strip()
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write it like https://api.example.com/v1")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("no name, key or question mark belongs into it")
    parts.port  # noqa: B018  (raises ValueError)
    path = parts.path.rstrip("/")
    for call in _PATHS_OF_CALLS:
        path = path.removesuffix(call)
    return f"{parts.scheme}://{parts.netloc}{path or '/v1'}"


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _title_of(where: str) -> str:
    field = Endpoint.model_fields.get(where.partition(".")[0])
    return (field.title if field is not None else None) or where
