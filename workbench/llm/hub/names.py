"""Names on the hub: which are safe as files of ours, which quantization they state, which belong together."""

import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from workbench.errors import WorkbenchError
from workbench.llm.gguf_header import shard_of
from workbench.llm.hub.types import FileChoice, RemoteFile

MAX_NAME_BYTES = 200
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_RESERVED = {"CON", "PRN", "AUX", "NUL"} | {f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10)}
_QUANTIZATION = re.compile(
    r"(?<![A-Za-z0-9])((?:UD-)?[IT]?Q\d(?:_(?:\d|K|XXS|XS|S|M|L|XL|NL))*|MXFP4(?:_MOE)?|BF16|FP?16|FP?32)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_COMPANIONS = ("mmproj", "imatrix")
"""Parts beside a model that cannot answer by themselves."""


def check_repository(name: str) -> str:
    """ "owner/name", also of a pasted address. Raises WorkbenchError for anything else."""
    wanted = re.sub(r"^https?://[^/]+/", "", name.strip()).strip("/")
    if not _REPOSITORY.fullmatch(wanted) or ".." in wanted:
        raise WorkbenchError(
            f"{name!r} is no repository of the hub.",
            hint='A repository is written "owner/name", like Qwen/Qwen3-0.6B-GGUF.',
            code="bad_repository",
        )
    return wanted


def is_safe(name: str) -> bool:
    """Whether a file of this name stays inside its folder, on every system, whatever the hub calls it."""
    if not name or name.startswith("/") or len(name.encode("utf-8", "replace")) > MAX_NAME_BYTES:
        return False
    return all(_is_safe_part(part) for part in name.split("/"))


def check_names(files: Iterable[RemoteFile]) -> None:
    """Raise WorkbenchError for a name that could leave the models folder or that some system cannot store."""
    for file in files:
        if not is_safe(file.name):
            raise WorkbenchError(
                f"The hub calls a file {file.name!r}: no file of that name is written here.", code="unsafe_name"
            )


def quantization_of(name: str) -> str:
    """How the weights are stored, as the name says it ("Q4_K_M"); "" when it does not."""
    found = _QUANTIZATION.findall(PurePosixPath(name).stem)
    return found[-1].upper().replace("FP16", "F16").replace("FP32", "F32") if found else ""


def group(files: Iterable[RemoteFile]) -> list[FileChoice]:
    """The GGUF files with the parts of a split one together, smallest first.

    A split model of which a part is missing is left out, and so are companions that cannot answer by themselves.
    """
    groups: dict[tuple[str, int], list[RemoteFile]] = {}
    for file in files:
        path = PurePosixPath(file.name)
        if path.suffix.lower() != ".gguf" or path.name.lower().startswith(_COMPANIONS):
            continue
        shard = shard_of(Path(path.name))
        key = (str(path.with_name(f"{shard[0]}.gguf")), shard[2]) if shard else (file.name, 0)
        groups.setdefault(key, []).append(file)
    whole = [
        FileChoice(
            name=PurePosixPath(name).name,
            quantization=quantization_of(name),
            files=tuple(sorted(parts, key=lambda file: file.name)),
        )
        for (name, count), parts in groups.items()
        if not count or len(parts) == count
    ]
    return sorted(whole, key=lambda choice: (choice.size_bytes, choice.name))


def _is_safe_part(part: str) -> bool:
    stem = part.split(".")[0].upper()
    return (
        bool(part)
        and not part.startswith(".")
        and part[-1] not in ". "
        and stem not in _RESERVED
        and (_FORBIDDEN.search(part) is None)
    )
