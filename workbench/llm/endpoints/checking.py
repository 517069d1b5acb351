"""Which models a server has: the test of a connection. Asked only when a person wants to know."""

import asyncio
import json
import time
from typing import Any

from workbench.boundary import Boundary
from workbench.llm.endpoints import problems
from workbench.llm.endpoints.connection import (
    LONGEST_REFUSAL,
    Deadline,
    Patience,
    kind_of,
    new_client,
    read_limited,
    translated,
)
from workbench.llm.endpoints.types import Endpoint

PATIENCE = Patience(first_seconds=20.0)
_LONGEST_LIST = 8 << 20
_MOST_MODELS = 5000
_CONTEXT_NAMES = ("max_model_len", "context_length", "context_window", "max_context_length")
"""How servers call it, those that tell."""


class RemoteModel(Boundary):
    """A model that a server has."""

    name: str
    context_length: int = 0
    """0 where the server does not tell."""


class CheckReport(Boundary):
    """What a server said when it was asked for its models."""

    host: str
    models: tuple[RemoteModel, ...]
    """By name."""
    used_key: bool = False
    milliseconds: int = 0

    def find(self, name: str) -> RemoteModel | None:
        return next((model for model in self.models if model.name == name), None)


def ask_models(endpoint: Endpoint, key: str, patience: Patience = PATIENCE) -> CheckReport:
    """One request, not repeated. Raises WorkbenchError."""
    return asyncio.run(_ask(endpoint, key, patience))


async def _ask(endpoint: Endpoint, key: str, patience: Patience) -> CheckReport:
    client = new_client(endpoint, key, patience)
    started = time.perf_counter()
    async with (
        client,
        Deadline(endpoint, patience),
        translated(endpoint, key),
        client.stream("GET", f"{endpoint.base_url}/models") as response,
    ):
        kind = kind_of(response)
        body = await read_limited(response, _LONGEST_LIST if response.status_code == 200 else LONGEST_REFUSAL)
        if response.status_code != 200:
            said = problems.said_by(body) if kind != "packed" else ""
            raise problems.of_status(endpoint, response.status_code, response.headers, said, key=key)
        if kind in {"html", "packed"}:
            raise problems.strange(endpoint, "a web page" if kind == "html" else "something packed")
    return CheckReport(
        host=endpoint.host,
        models=_models_in(endpoint, body, key),
        used_key=bool(key),
        milliseconds=round(1000 * (time.perf_counter() - started)),
    )


def _models_in(endpoint: Endpoint, body: bytes, key: str) -> tuple[RemoteModel, ...]:
    try:
        content = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        said = body[:200].decode("utf-8", "replace")
        raise problems.strange(endpoint, "something that is no JSON", body=said, key=key) from error
    listed = content.get("data") if isinstance(content, dict) else None
    if not isinstance(listed, list):
        raise problems.strange(endpoint, "no list of models")
    models = [model for entry in listed[:_MOST_MODELS] if (model := _model_of(entry)) is not None]
    return tuple(sorted(models, key=lambda model: model.name.casefold()))


def _model_of(entry: Any) -> RemoteModel | None:
    name = entry.get("id") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= 200:
        return None
    told = [entry.get(key) for key in _CONTEXT_NAMES]
    context = next((n for n in told if isinstance(n, int) and not isinstance(n, bool) and 0 < n < 1 << 30), 0)
    return RemoteModel(name=name, context_length=context)
