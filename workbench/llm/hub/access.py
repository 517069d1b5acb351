"""How the hub is reached: its address, who asks (a token, if there is one), and where a redirect may lead.

Nothing is contacted from here; whoever uses the client was asked to by a person.
"""

import ipaddress
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workbench import __version__
from workbench.errors import WorkbenchError
from workbench.llm.hub.types import Patience
from workbench.settings import LlmSettings

if TYPE_CHECKING:
    import httpx2

KEYRING_SERVICE, KEYRING_NAME = "llm-workbench", "huggingface.co"


def hub_address(settings: LlmSettings) -> str:
    """`HF_ENDPOINT` wins over the preferences. Raises WorkbenchError when it is no address."""
    named = os.environ.get("HF_ENDPOINT", "").strip() or settings.hub_address.strip()
    parts = urlsplit(named)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise WorkbenchError(
            f"{named!r} is no address of a model hub.",
            hint="Write it like https://huggingface.co, in the preferences or in HF_ENDPOINT.",
            code="bad_hub_address",
        )
    return named.rstrip("/")


def host_of(hub: str) -> str:
    """The name that people know: "huggingface.co"."""
    parts = urlsplit(hub)
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def find_token(hub: str) -> str:
    """The person's access token: HF_TOKEN, else the system's keyring, else where `hf auth login` put it; "" for none.

    Never sent where others could read it: to an unencrypted hub that is not on this computer there is no token.
    """
    parts = urlsplit(hub)
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        return ""
    if named := os.environ.get("HF_TOKEN", "").strip():
        return named
    if kept := _from_keyring():
        return kept
    from huggingface_hub import constants, get_token

    return "" if constants.HF_HUB_DISABLE_IMPLICIT_TOKEN else get_token() or ""


def new_client(hub: str, patience: Patience, kind: "type[httpx2.Client] | None" = None) -> "httpx2.Client":
    """A client that follows redirects only to where they may lead. Proxies are those of the system's variables."""
    import httpx2

    def look_at(request: httpx2.Request) -> None:
        check_address(str(request.url), hub)

    return (kind or httpx2.Client)(
        follow_redirects=True,
        max_redirects=5,
        timeout=httpx2.Timeout(patience.silence_seconds, connect=patience.connect_seconds),
        event_hooks={"request": [look_at]},
        headers={"User-Agent": f"llm-workbench/{__version__}"},
    )


def check_address(url: str, hub: str) -> None:
    """Raise WorkbenchError for an address to which no answer of the hub may send us.

    That is anything unencrypted, and computers of this network that only its own machines should see. A hub that is
    itself unencrypted or on this computer (a mirror, a test) may keep doing what it does on its own host.
    """
    wanted, own = urlsplit(url), urlsplit(hub)
    host = wanted.hostname or ""
    if (wanted.scheme, host) == (own.scheme, own.hostname):
        return
    if _is_loopback(host) and _is_loopback(own.hostname or ""):
        return
    if wanted.scheme == "https" and not _is_inside(host):
        return
    raise WorkbenchError(
        f"{host_of(hub)} sent us on to {wanted.scheme}://{host}, where nothing is fetched from.",
        hint="This is a fault of that server or of something between it and you.",
        code="unsafe_redirect",
    )


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _is_inside(host: str) -> bool:
    """Whether the host is written as an address that the wide network does not have."""
    address = _address(host)
    return host == "localhost" or (address is not None and not address.is_global)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _from_keyring() -> str:
    """ "" where there is no keyring that is safe, or none that opens."""
    import keyring
    from keyring.errors import KeyringError

    from workbench.llm.endpoints.keys import why_not_kept

    if why_not_kept():
        return ""
    try:
        return keyring.get_password(KEYRING_SERVICE, KEYRING_NAME) or ""
    except KeyringError:
        return ""
