"""The client with which a server is reached: no redirects, nothing unpacked, the key in one header."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import __version__
from workbench.llm.endpoints import problems
from workbench.llm.endpoints.types import Endpoint

if TYPE_CHECKING:
    import httpx2

LONGEST_ANSWER = 64 << 20
"""Bytes of everything that a server sends for one request."""
LONGEST_REFUSAL = 1 << 16


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for, and how often it is asked."""

    connect_seconds: float = 10.0
    first_seconds: float = 300.0
    """Until the first piece of an answer: a long prompt on a slow computer takes its time."""
    silence_seconds: float = 60.0
    """Between two pieces."""
    whole_seconds: float = 3600.0
    attempts: int = 4
    """As long as nothing was generated."""
    first_wait_seconds: float = 0.5
    """Before the second attempt; doubled for each further one."""
    longest_wait_seconds: float = 60.0
    """A server that asks for a longer pause is not waited for."""


def new_client(endpoint: Endpoint, key: str, patience: Patience) -> "httpx2.AsyncClient":
    """Proxies are those of the system's variables, but never for a server on this computer."""
    import httpx2

    for name in ("httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    headers = {"User-Agent": f"llm-workbench/{__version__}", "Accept-Encoding": "identity"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    # Reading the system's certificates takes a third of a second; a context that trusts nobody is there at once.
    needs_trust = endpoint.base_url.startswith("https:")
    return httpx2.AsyncClient(
        headers=headers,
        verify=True if needs_trust else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        follow_redirects=False,
        trust_env=not endpoint.is_on_this_computer,
        timeout=httpx2.Timeout(None, connect=patience.connect_seconds),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=endpoint.parallel_requests),
    )


class Deadline:
    """Ends a block when the server is silent for too long; every sign of life puts it off."""

    def __init__(self, endpoint: Endpoint, patience: Patience) -> None:
        self._endpoint, self._patience = endpoint, patience
        self._end = 0.0
        self._seconds = patience.first_seconds
        self._timeout = asyncio.timeout(None)

    async def __aenter__(self) -> "Deadline":
        self._end = asyncio.get_running_loop().time() + self._patience.whole_seconds
        await self._timeout.__aenter__()
        self.put_off(has_begun=False)
        return self

    async def __aexit__(self, *error: Any) -> None:
        try:
            await self._timeout.__aexit__(*error)
        except TimeoutError as timeout:
            raise problems.silent(self._endpoint, self._seconds) from timeout

    def put_off(self, *, has_begun: bool) -> None:
        self._seconds = self._patience.silence_seconds if has_begun else self._patience.first_seconds
        self._timeout.reschedule(min(self._end, asyncio.get_running_loop().time() + self._seconds))


@asynccontextmanager
async def translated(endpoint: Endpoint, key: str) -> AsyncIterator[None]:
    """What the client raises becomes an EndpointProblem."""
    import httpx2

    try:
        yield
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
        raise problems.unreachable(endpoint, error, key=key) from error
    except httpx2.HTTPError as error:
        raise problems.cut(endpoint, f"{type(error).__name__}: {error}", key=key) from error
    except httpx2.InvalidURL as error:
        raise problems.unreachable(endpoint, error, key=key) from error


async def read_limited(response: "httpx2.Response", limit: int) -> bytes:
    """The body as it was sent, not unpacked, at most `limit` bytes of it."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > limit:
            break
    return bytes(body[:limit])


def kind_of(response: "httpx2.Response") -> str:
    """ "json", "html", "packed" (which is not unpacked) or "events" for anything else."""
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        return "packed"
    kind = response.headers.get("content-type", "").lower()
    return next((name for name in ("json", "html") if name in kind), "events")
