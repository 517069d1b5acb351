"""The process that opens untrusted files: JSON lines in, JSON lines out; little memory, a home and a folder of its own.

Started by `workbench.rag.parser.Parser` as `python -m workbench.rag.parsing_child`, killed when a file takes too long.
"""

import base64
import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.errors import WorkbenchError
from workbench.rag.folders import OwnFolders, has_vanished, list_folder
from workbench.rag.hashing import hash_file, open_regular, reading_problem
from workbench.rag.indexing_types import TextRecognition
from workbench.rag.reasons import ReasonCode

MEMORY_BYTES = 3_000_000_000
MAX_FILE_BYTES = 200_000_000


def main() -> None:
    """Serve until stdin closes. Libraries that print get stderr; the real stdout carries answers only."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit_itself()

    def say(line: dict[str, Any]) -> None:
        answers.write(json.dumps(line) + "\n")
        answers.flush()

    say({"beat": True})  # it has started
    for line in sys.stdin:
        say(_answer(json.loads(line), Beat(say)))


class Beat:
    """Says about once a second that what takes long goes on."""

    def __init__(self, say: Callable[[dict[str, Any]], None]) -> None:
        self._say = say
        self._last = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._last > 1.0:
            self._last = time.monotonic()
            self._say({"beat": True})


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


def _answer(request: dict[str, Any], beat: Beat) -> dict[str, Any]:
    name = str(request["name"])
    try:
        return {"id": request["id"], "result": _do(request, name, beat)}
    except WorkbenchError as problem:
        return _failure(request, problem)
    except OSError as error:
        return _failure(request, reading_problem(error, name))
    except Exception as error:  # noqa: BLE001 - this process exists to survive whatever a parser raises
        from workbench.rag.loaders.nested import in_words

        return _failure(request, in_words(error, name))


def _failure(request: dict[str, Any], problem: WorkbenchError) -> dict[str, Any]:
    told = {"message": problem.message, "hint": problem.hint, "details": problem.details, "code": problem.code}
    return {"id": request["id"], "problem": told}


def _read(path: Path, name: str) -> bytes:
    with open_regular(path) as file:
        before = os.fstat(file.fileno())
        data = file.read(MAX_FILE_BYTES + 1)
        after = os.fstat(file.fileno())
    if len(data) > MAX_FILE_BYTES:
        raise WorkbenchError(
            f"{name} is larger than {MAX_FILE_BYTES / 1e6:.0f} MB.", hint="Split it.", code=ReasonCode.TOO_BIG
        )
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != after.st_size:
        raise WorkbenchError(f"{name} changed while it was read.", hint="Try again.", code=ReasonCode.CHANGED)
    return data


def _do(request: dict[str, Any], name: str, beat: Beat) -> dict[str, Any]:
    path = Path(request["path"])
    match request["do"]:
        case "list":
            own = OwnFolders(*map(Path, request["own"])) if request["own"] else None
            return list_folder(path, own, beat).model_dump(mode="json")
        case "hash":
            return hash_file(path, beat).model_dump(mode="json")
        case "vanished":
            return {"vanished": [has_vanished(Path(place)) for place in request["paths"]]}
        case "parse":
            return _parse(request, _read(path, name), name)
        case _:
            return _render(request, _read(path, name), name)


def _parse(request: dict[str, Any], data: bytes, name: str) -> dict[str, Any]:
    from workbench.rag.loaders import load
    from workbench.rag.loaders.ocr import recognizer_for
    from workbench.rag.loaders.parsed import Reading

    recognition = TextRecognition.model_validate(request.get("recognition", {}))
    password, seconds = str(request.get("password", "")), recognition.seconds_per_file
    how = Reading(password, recognizer=recognizer_for(recognition), seconds=seconds)
    sha256 = hashlib.sha256(data).hexdigest()
    return load(data, name, how).model_copy(update={"sha256": sha256, "size_bytes": len(data)}).model_dump(mode="json")


def _render(request: dict[str, Any], data: bytes, name: str) -> dict[str, Any]:
    from workbench.rag.loaders.parsed import WantedPage
    from workbench.rag.loaders.pdf import render_page

    wanted, password = WantedPage.model_validate(request["wanted"]), str(request.get("password", ""))
    if wanted.sha256 and wanted.sha256 != hashlib.sha256(data).hexdigest():
        raise WorkbenchError(
            f"{name} was changed since it was indexed.",
            hint="The indexed text is shown instead; index the file again.",
            code="changed",
        )
    if wanted.member:
        data, name = _extracted(data, name, wanted.member, password)
    image = render_page(data, name, wanted, password)
    return {
        "png": base64.b64encode(image.png).decode("ascii"),
        "width": image.width,
        "height": image.height,
        "boxes": image.boxes,
    }


def _extracted(data: bytes, name: str, member: str, password: str) -> tuple[bytes, str]:
    """The PDF that lies inside a file, and its full name."""
    from workbench.rag.loaders import is_pdf
    from workbench.rag.loaders.extracting import extract
    from workbench.rag.members import named_below

    found, full_name = extract(data, name, member, password), named_below(name, member)
    if not is_pdf(found):
        raise WorkbenchError(f"{full_name} is no PDF, whatever it is called.", hint="Its text is shown.", code="no_pdf")
    return found, full_name


if __name__ == "__main__":
    main()
