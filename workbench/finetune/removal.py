"""Adapters that the user deleted: moved aside in one rename, back on request, and purged after a while.

What lies aside is named on the disk alone, so that an undo outlives the program. A folder is renamed before it is
removed: what is half gone is never offered again.
"""

import contextlib
import json
import shutil
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from workbench.boundary import Boundary
from workbench.errors import WorkbenchError
from workbench.jobs.journal_file import write_whole
from workbench.jobs.spec import JobSpec

PURGE = "workbench.finetune.removal_tasks:purge"
UNDO_TIME = timedelta(minutes=10)
"""So long a deleted adapter can come back."""
ASIDE = ".deleted"
"""In the folder of the adapters, so that moving aside is one rename on one disk."""
_ABOUT, _ADAPTER, _LEAVING = "about.json", "adapter", ".purging"


class RemovedAdapter(Boundary):
    """A deleted adapter that can still come back."""

    id: str
    name: str
    deleted_at: str
    """ISO 8601 in UTC."""
    notes: str = ""

    def seconds_left(self, now: datetime | None = None) -> float:
        """Until it is purged; at least 0."""
        gone = (now or datetime.now(UTC)) - datetime.fromisoformat(self.deleted_at)
        return max(0.0, (UNDO_TIME - gone).total_seconds())


class PurgeRequest(Boundary):
    adapters_folder: str


class PurgeReport(Boundary):
    purged: tuple[str, ...]
    """Names."""


def purge_spec(adapters_folder: Path) -> JobSpec:
    """The job that removes what was deleted long enough ago."""
    request = PurgeRequest(adapters_folder=str(adapters_folder))
    return JobSpec(
        task=PURGE, params=request.model_dump(mode="json"), title="Remove deleted adapters", lane="purge-adapters"
    )


def move_aside(folder: Path, notes: str) -> RemovedAdapter:
    """Take the adapter away from where it is found. Raises WorkbenchError when the system does not let it go."""
    removed = RemovedAdapter(
        id=uuid.uuid4().hex[:12], name=folder.name, deleted_at=datetime.now(UTC).isoformat(), notes=notes
    )
    place = folder.parent / ASIDE / removed.id
    place.mkdir(parents=True, mode=0o700)
    write_whole(place / _ABOUT, removed.model_dump_json())
    try:
        folder.rename(place / _ADAPTER)
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise in_use(folder.name, error) from error
    return removed


def put_back(adapters_folder: Path, removed: RemovedAdapter, name: str) -> Path:
    """Undo `move_aside`, under `name`; returns the adapter's folder. Raises WorkbenchError when its time was over."""
    place = adapters_folder / ASIDE / removed.id
    target = adapters_folder / name
    try:
        (place / _ADAPTER).rename(target)
    except FileNotFoundError as error:
        raise WorkbenchError(
            f"The adapter “{removed.name}” was deleted more than 10 minutes ago and is gone.",
            hint="Train it again.",
            code="purged",
        ) from error
    except OSError as error:
        raise in_use(removed.name, error) from error
    shutil.rmtree(place, ignore_errors=True)
    return target


def list_removed(adapters_folder: Path) -> list[RemovedAdapter]:
    """Those that can come back, the last deleted first."""
    found = []
    for place in _places(adapters_folder):
        about = _read(place)
        if about is not None and (place / _ADAPTER).is_dir():
            found.append(about)
    return sorted(found, key=lambda removed: removed.deleted_at, reverse=True)


def purge_due(adapters_folder: Path, now: datetime | None = None) -> list[str]:
    """Remove for good what was deleted longer than `UNDO_TIME` ago, and what an interrupted purge left; the names."""
    purged = []
    for place in _places(adapters_folder):
        about = _read(place)
        if about is not None and about.seconds_left(now) > 0:
            continue
        if place.suffix != _LEAVING:
            place = place.rename(place.with_suffix(_LEAVING))
        shutil.rmtree(place, ignore_errors=True)
        if about is not None:
            purged.append(about.name)
    with contextlib.suppress(OSError):
        (adapters_folder / ASIDE).rmdir()  # when nothing is left in it
    return purged


def in_use(name: str, error: OSError) -> WorkbenchError:
    """Why an adapter's folder cannot be moved."""
    return WorkbenchError(
        f"The folder of the adapter “{name}” cannot be moved.",
        hint="Another program may be using its files: close the chats that answer with it and try again.",
        details=str(error),
        code="adapter_in_use",
    )


def _places(adapters_folder: Path) -> list[Path]:
    aside = adapters_folder / ASIDE
    return sorted(path for path in aside.iterdir() if path.is_dir()) if aside.is_dir() else []


def _read(place: Path) -> RemovedAdapter | None:
    """What is known of it; None for what an interruption left without a name, which nobody can ask for."""
    if place.suffix == _LEAVING:
        return None
    try:
        return RemovedAdapter.model_validate(json.loads((place / _ABOUT).read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        return None
