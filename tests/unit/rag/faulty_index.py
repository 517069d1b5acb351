"""Run with tests/data/fault_shim.c preloaded: adds a document to an index while the disk fails.

`python -m tests.unit.rag.faulty_index kill FOLDER N` dies at the N-th change of a file (0: counts them);
`... errors FOLDER SCRATCH POINTS` tries EIO and ENOSPC at so many points, each on a fresh copy of FOLDER.
Prints one JSON object per line.
"""

import ctypes
import json
import shutil
import sys
from enum import IntEnum
from pathlib import Path

from tests.unit.rag.index_rows import add_document
from workbench.errors import WorkbenchError
from workbench.rag.index_writer import IndexWriter

DIMENSION = 8


class Action(IntEnum):
    COUNT = 0
    KILL = 1
    EIO = 2
    ENOSPC = 3


_SHIM = ctypes.CDLL(None)


def arm(number: int, action: Action, *, sticky: bool = False) -> None:
    _SHIM.fault_arm(number, int(action), int(sticky))


def watch(folder: Path) -> None:
    _SHIM.fault_watch(str(folder).encode())


def add_at(folder: Path, number: int, action: Action, *, sticky: bool = False) -> dict[str, object]:
    """Add document 2 while the disk fails, then document 3 on a disk that is well again."""
    said, code = False, ""
    with IndexWriter(folder, DIMENSION) as writer:
        watch(folder)
        arm(number, action, sticky=sticky)
        try:
            add_document(writer, 2)
            said = True
        except WorkbenchError as problem:
            code = problem.code
        changes = _SHIM.fault_count()
        arm(0, Action.COUNT)
        after = dict(writer.counts())
    with IndexWriter(folder, DIMENSION) as writer:
        healed = dict(writer.counts())
        add_document(writer, 3)
        whole = writer._read_marks() == writer.marks
    return {
        "at": number, "action": action.name, "sticky": sticky, "acknowledged": said, "code": code, "changes": changes,
        "after": after, "healed": healed, "whole": whole,
    }  # fmt: skip


def points(changes: int, most: int) -> list[int]:
    """All changes, or so many of them, evenly spread, the first and the last among them."""
    if changes <= most:
        return list(range(1, changes + 1))
    return sorted({1 + round(n * (changes - 1) / (most - 1)) for n in range(most)})


def try_errors(template: Path, scratch: Path, most: int) -> None:
    def fresh() -> Path:
        folder = scratch / "index"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(template, folder)
        return folder

    changes = int(str(add_at(fresh(), 0, Action.COUNT)["changes"]))
    for action in (Action.EIO, Action.ENOSPC):
        for sticky in (False, True):
            for number in points(changes, most):
                print(json.dumps(add_at(fresh(), number, action, sticky=sticky)), flush=True)


def main() -> None:
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "kill":
        number = int(sys.argv[3])
        print(json.dumps(add_at(folder, number, Action.KILL)), flush=True)
    else:
        try_errors(folder, Path(sys.argv[3]), int(sys.argv[4]))


if __name__ == "__main__":
    main()
