"""Keys of servers: in the system's keyring, or in an environment variable that the user names. Nowhere else.

A key is never part of a request, a setting, a log or an error. Whoever needs one (a worker, a test of the connection)
reads it here at that moment. It is kept under the server's name *and* host: an address that was changed later does not
get the key of another server.
"""

import hashlib
import os
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.llm.endpoints.types import Endpoint

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "llm-workbench"
_LOWEST_PRIORITY = 1
"""Of keyring's backends: below are those that keep nothing or write plain files."""


def find_key(endpoint: Endpoint) -> str:
    """The key for this server, "" for none. Raises WorkbenchError when it is where it should be but cannot be had."""
    if endpoint.key_from_env:
        key = os.environ.get(endpoint.key_from_env, "").strip()
        if not key:
            raise WorkbenchError(
                f"The key for {endpoint.name} should be in the environment variable {endpoint.key_from_env}, "
                "which is not set.",
                hint="Set it before the program is started.",
                code="no_key",
            )
    else:
        key = _from_keyring(endpoint)
    return check_key(endpoint, key) if key else ""


def check_key(endpoint: Endpoint, key: str) -> str:
    """The key as it may be sent. Raises WorkbenchError, without the key, when it must not be."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key or len(key) > 8192:
        raise WorkbenchError(
            f"The key for {endpoint.name} cannot be right: a key has no spaces and only plain letters and signs.",
            hint="Copy it again from the page of the server.",
            code="bad_key",
        )
    if endpoint.can_be_read_on_the_way:
        raise WorkbenchError(
            f"The key for {endpoint.name} is not sent: on the way to {endpoint.host} it could be read by others.",
            hint="Use an address that begins with https://, or remove the key.",
            code="key_in_the_open",
        )
    return key


def mark_of_key(endpoint: Endpoint) -> str:
    """Changes when the key does, and tells nothing of it: an engine that is kept with an old key is not used again."""
    return hashlib.sha256(find_key(endpoint).encode()).hexdigest()


def has_key(endpoint: Endpoint) -> bool:
    """Whether one is kept; False also where the keyring cannot be asked."""
    try:
        return bool(find_key(endpoint))
    except WorkbenchError:
        return False


def why_not_kept() -> str:
    """Why this computer keeps no keys, in a sentence; "" when it does."""
    try:
        _backend()
    except WorkbenchError as problem:
        return problem.message
    return ""


def keep_key(endpoint: Endpoint, key: str) -> None:
    """Put the key into the keyring. Raises WorkbenchError where there is none, or it refuses."""
    from keyring.errors import KeyringError

    key = check_key(endpoint, key)
    backend = _backend()
    try:
        backend.set_password(SERVICE, _user(endpoint), key)
    except KeyringError as error:
        raise _refused(error) from error


def forget_key(endpoint: Endpoint) -> None:
    """Take the key out of the keyring, if it is there. Raises WorkbenchError when the keyring refuses."""
    from keyring.errors import KeyringError, PasswordDeleteError

    if why_not_kept():
        return
    try:
        _backend().delete_password(SERVICE, _user(endpoint))
    except PasswordDeleteError:
        return  # there was none
    except KeyringError as error:
        raise _refused(error) from error


def move_key(before: Endpoint, after: Endpoint) -> None:
    """A server was renamed or has another address: its key goes along to the same host, never to another one."""
    if _user(before) == _user(after) or why_not_kept():
        return
    key = _from_keyring(before)
    if key and before.host == after.host:
        keep_key(after, key)
    if key:
        forget_key(before)


def _from_keyring(endpoint: Endpoint) -> str:
    from keyring.errors import KeyringError

    if why_not_kept():
        return ""
    try:
        return _backend().get_password(SERVICE, _user(endpoint)) or ""
    except KeyringError as error:
        raise _refused(error) from error


def _user(endpoint: Endpoint) -> str:
    return f"{endpoint.name} @ {endpoint.host}"


def _backend() -> "KeyringBackend":
    """The keyring of this system. Raises WorkbenchError when there is none that is safe."""
    import keyring
    from keyring.errors import KeyringError

    try:
        backend = keyring.get_keyring()
        priority = float(backend.priority)
    except (KeyringError, RuntimeError) as error:  # a backend that cannot run here says so with a RuntimeError
        raise _none() from error
    if priority < _LOWEST_PRIORITY:
        raise _none()
    return backend


def _none() -> WorkbenchError:
    return WorkbenchError(
        "This computer has no keyring in which a key could be kept.",
        hint="Put the key into an environment variable, for example OPENAI_API_KEY, and give the variable's name.",
        code="no_keyring",
    )


def _refused(error: Exception) -> WorkbenchError:
    return WorkbenchError(
        "The keyring of this computer could not be used.",
        hint="Unlock it and try again, or name an environment variable that holds the key.",
        details=type(error).__name__,
        code="keyring_refused",
    )
