"""The servers that the user connected to, in a file of their own in the data folder.

Not in the settings: the window keeps those in memory and writes them whole, so that a server which the command line
adds meanwhile would be lost. Not in the database: one short list that nothing refers to.
"""

import difflib
import json
import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.llm.endpoints.types import Endpoint
from workbench.log import get_logger

_log = get_logger("llm.endpoints")


class _Saved(Boundary):
    schema_version: int = 1
    endpoints: tuple[Endpoint, ...] = ()


class EndpointStore:
    """Reads the file at every call: another process may have changed it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def list_endpoints(self) -> tuple[Endpoint, ...]:
        """In the order in which they were added. Raises WorkbenchError when the file is damaged."""
        try:
            return _Saved.model_validate_json(self._path.read_bytes()).endpoints
        except FileNotFoundError:
            return ()
        except (ValidationError, OSError) as error:
            raise WorkbenchError(
                f"The list of servers {self._path} cannot be read.",
                hint="Move the file away and connect to the servers again; keys in the keyring stay.",
                details=f"{type(error).__name__}",
                code="endpoints_damaged",
            ) from error

    def known_endpoints(self) -> tuple[Endpoint, ...]:
        """For choosing a model: a damaged list offers none and hinders nobody who wants a model of this computer."""
        try:
            return self.list_endpoints()
        except WorkbenchError as problem:
            _log.warning("%s", problem.message)
            return ()

    def find(self, name: str) -> Endpoint | None:
        return next((endpoint for endpoint in self.list_endpoints() if endpoint.name == name), None)

    def get(self, name: str) -> Endpoint:
        """Raises WorkbenchError with names that are near."""
        found = self.find(name)
        if found is not None:
            return found
        near = difflib.get_close_matches(name, [endpoint.name for endpoint in self.list_endpoints()], cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}?" if near else "`workbench endpoints list` shows what is there."
        raise WorkbenchError(f"There is no server {name!r}.", hint=hint, code="no_endpoint")

    def save(self, endpoint: Endpoint, *, instead_of: str = "") -> None:
        """Add it; what has its name, or the name `instead_of`, makes way and leaves it its place."""
        kept = list(self.list_endpoints())
        places = [n for n, other in enumerate(kept) if other.name in {endpoint.name, instead_of or endpoint.name}]
        others = [other for n, other in enumerate(kept) if n not in places]
        others.insert(places[0] if places else len(others), endpoint)
        self._write(others)

    def remove(self, name: str) -> None:
        """Raises WorkbenchError when there is none of that name."""
        self.get(name)
        self._write([endpoint for endpoint in self.list_endpoints() if endpoint.name != name])

    def _write(self, endpoints: Sequence[Endpoint]) -> None:
        """Written beside and renamed, so that a crash leaves the old or the new file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(f".{os.getpid()}.new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump(_Saved(endpoints=tuple(endpoints)).model_dump(mode="json"), file, indent=2, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
