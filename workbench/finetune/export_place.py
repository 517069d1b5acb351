"""Where an export goes: beside its place until it is proved, then there in one rename."""

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.finetune.types import ExportFormat, ExportRequest

MODELFILE = "Modelfile"
_FOLDERS = {ExportFormat.PEFT: "adapter_config.json", ExportFormat.OLLAMA: MODELFILE}
"""Forms that are folders, with the file that tells an earlier export of the form."""
_LEFT = re.compile(r"\.(\d+)\.(new|old)$")


def target_of(out: Path, request: ExportRequest) -> Path:
    """Where exactly: a GGUF goes into an existing folder, a folder only to where nothing else is."""
    if own := _FOLDERS.get(request.format):
        if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / own).is_file()):
            raise WorkbenchError(f"{out} is not empty.", hint="Choose a new folder.", code="exists")
        return out
    return out / f"{request.adapter.name}.gguf" if out.is_dir() else out


def put_in_place(beside: Path, out: Path) -> None:
    """One rename; a folder that is there (an earlier export) steps aside first."""
    if not out.is_dir():
        beside.replace(out)
        return
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    out.rename(old)
    beside.rename(out)
    remove(old)


def clear_left(out: Path) -> None:
    """What a killed export left beside its place: halves go, an earlier export that had stepped aside comes back."""
    for left in _left_beside(out):
        if left.suffix == ".old" and not out.exists():
            left.rename(out)
        else:
            remove(left)


def _left_beside(out: Path) -> Iterator[Path]:
    import psutil

    for path in list(out.parent.glob(f".{_escaped(out.name)}.*")):
        mark = _LEFT.search(path.name)
        if mark is not None and not psutil.pid_exists(int(mark[1])):
            yield path


def _escaped(name: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", name)


def remove(path: Path) -> None:
    """A file or a folder, where there is one."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
