"""Where files go that are dropped on the window: one rule for all tabs. No Qt."""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

LOOKED_AT = 500
"""Entries of a folder that are looked at while it is being dragged: enough for any model folder."""
_DOCUMENTS = frozenset(
    (".pdf", ".docx", ".pptx", ".epub", ".html", ".htm", ".xhtml", ".md", ".markdown", ".rst", ".txt", ".text")
)
_ROWS = frozenset((".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".xlsx", ".parquet"))
_COMPARISONS = frozenset((".yaml", ".yml"))


class Kind(StrEnum):
    """What a dropped file is for, as far as its name tells."""

    DOCUMENT = "document"
    FOLDER = "folder"
    """Of documents, unless somebody searches it for models."""
    ROWS = "rows"
    MODEL = "model"
    COMPARISON = "comparison"
    UNKNOWN = "unknown"


_HOME = {
    Kind.DOCUMENT: "documents", Kind.FOLDER: "documents", Kind.ROWS: "data", Kind.MODEL: "models",
    Kind.COMPARISON: "compare",
}  # fmt: skip
_TITLES = {"documents": "Documents", "data": "Data", "models": "Models", "compare": "Compare"}
_DOES = {
    "documents": "Add {} to Documents", "data": "Import {} on Data", "models": "Add {} to Models",
    "compare": "Open {} on Compare",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DropTarget:
    """The tab that files go to, or none with a reason."""

    tab: str
    """ "" where they go nowhere."""
    text: str
    """What dropping does, or why it does nothing."""
    hint: str = ""


def drop_target(paths: Sequence[str], shown_tab: str = "") -> DropTarget:
    """The tab for these files and folders: the one that is shown if it can use all of them, else the one they are for.

    Folders are listed (their first entries), files only named; a path that is not there counts by its name.
    """
    what = _name(paths[0]) if len(paths) == 1 else f"{len(paths)} files"
    kinds = [kind_of(Path(path)) for path in paths]
    if _takes(shown_tab, paths, kinds):
        return DropTarget(shown_tab, _DOES[shown_tab].format(what))
    unknown = [path for path, kind in zip(paths, kinds, strict=True) if kind is Kind.UNKNOWN]
    if unknown:
        return _refusal_of(unknown)
    tabs = Counter(_HOME[kind] for kind in kinds)
    if len(tabs) > 1:
        parts = ", ".join(f"{count} for {_TITLES[tab]}" for tab, count in tabs.items())
        return DropTarget("", f"These files belong to different tabs: {parts}.", "Drop one kind at a time.")
    [tab] = tabs
    if tab == "compare" and len(paths) > 1:
        return DropTarget("", "One comparison can be opened at a time.", "Drop a single YAML file.")
    return DropTarget(tab, _DOES[tab].format(what))


def kind_of(path: Path) -> Kind:
    """What a path is for. A model folder is one with GGUF files, or with config.json beside *.safetensors."""
    if path.is_dir():
        return Kind.MODEL if _holds_model(path) else Kind.FOLDER
    suffix = path.suffix.lower()
    if suffix == ".gguf":
        return Kind.MODEL
    for suffixes, kind in ((_DOCUMENTS, Kind.DOCUMENT), (_ROWS, Kind.ROWS), (_COMPARISONS, Kind.COMPARISON)):
        if suffix in suffixes:
            return kind
    return Kind.UNKNOWN


def _takes(tab: str, paths: Sequence[str], kinds: Sequence[Kind]) -> bool:
    """Whether a tab can use all of these itself. Documents reads every file with text in it, whatever its name."""
    match tab:
        case "documents":
            return Kind.MODEL not in kinds
        case "data":
            return all(
                kind is Kind.ROWS or path.lower().endswith(".txt") for path, kind in zip(paths, kinds, strict=True)
            )
        case "models":
            return all(kind in (Kind.MODEL, Kind.FOLDER) for kind in kinds)
        case "compare":
            return len(kinds) == 1 and kinds[0] in (Kind.ROWS, Kind.COMPARISON, Kind.FOLDER)
    return False


def _holds_model(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name.lower() for entry in islice(entries, LOOKED_AT)]
    except OSError:  # said by the tab that the folder goes to
        return False
    has_weights = any(name.endswith(".safetensors") for name in names)
    return any(name.endswith(".gguf") for name in names) or ("config.json" in names and has_weights)


def _refusal_of(unknown: Sequence[str]) -> DropTarget:
    name = _name(unknown[0])
    others = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
    if name.lower().endswith(".safetensors"):
        return DropTarget("", f"{name} is a part of a model.", "Drop the folder that it lies in, or a GGUF file.")
    return DropTarget(
        "",
        f"No tab knows what to do with {name}{others}.",
        "Documents: PDF, Office, HTML, EPUB, Markdown, text. Data: CSV, JSONL, XLSX. Models: GGUF. "
        "Other files with text in them can be dropped on the Documents tab.",
    )


def _name(path: str) -> str:
    return Path(path).name or path
