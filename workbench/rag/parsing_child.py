"""The process that opens untrusted files: JSON lines in, JSON lines out; little memory, a home and a folder of its own.

Started by `workbench.rag.parser.Parser` as `python -m workbench.rag.parsing_child`, killed when a file takes too long.
"""

import base64
import contextlib
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError

MEMORY_BYTES = 3_000_000_000
MAX_FILE_BYTES = 200_000_000


def main() -> None:
    """Serve until stdin closes. Libraries that print get stderr; the real stdout carries answers only."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit_itself()
    for line in sys.stdin:
        answers.write(json.dumps(_answer(json.loads(line))) + "\n")
        answers.flush()


def _limit_itself() -> None:
    if os.name != "posix":
        return
    import resource

    limits = [(resource.RLIMIT_CORE, 0)]
    if sys.platform == "linux":  # macOS does not enforce it, and refuses to set it
        limits.append((resource.RLIMIT_AS, MEMORY_BYTES))
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("800", encoding="ascii")
    for kind, limit in limits:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    name = str(request["name"])
    try:
        data = _read(Path(request["path"]), name)
        return {"id": request["id"], "result": _do(request, data, name)}
    except WorkbenchError as problem:
        return _failure(request, problem)
    except Exception as error:  # noqa: BLE001 - this process exists to survive whatever a parser raises
        from workbench.rag.loaders.nested import in_words

        return _failure(request, in_words(error, name))


def _failure(request: dict[str, Any], problem: WorkbenchError) -> dict[str, Any]:
    told = {"message": problem.message, "hint": problem.hint, "details": problem.details, "code": problem.code}
    return {"id": request["id"], "problem": told}


def _read(path: Path, name: str) -> bytes:
    # O_NONBLOCK: a FIFO that took the file's place since it was checked must not block.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise WorkbenchError(f"{name} is larger than {MAX_FILE_BYTES / 1e6:.0f} MB.", hint="Split it.", code="too_big")
    return data or b""


def _do(request: dict[str, Any], data: bytes, name: str) -> dict[str, Any]:
    sha256, password = hashlib.sha256(data).hexdigest(), str(request.get("password", ""))
    if request["do"] == "parse":
        from workbench.rag.loaders import load
        from workbench.rag.loaders.parsed import Reading

        return load(data, name, Reading(password)).model_copy(update={"sha256": sha256}).model_dump(mode="json")
    from workbench.rag.loaders.pdf import render_page

    image = render_page(data, name, request["page"], request["start"], request["end"], request["scale"], password)
    return {
        "png": base64.b64encode(image.png).decode("ascii"),
        "width": image.width,
        "height": image.height,
        "boxes": image.boxes,
        "sha256": sha256,
    }


if __name__ == "__main__":
    main()
