"""What two comparisons were set up with differently, in words that people know."""

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.compare.arm_types import Arm
from workbench.compare.overlay.types import SettingChange
from workbench.compare.types import ComparisonReport
from workbench.rag.index_print import index_changes

_SKIPPED = {
    "name", "training_seconds", "indexing_seconds", "prompt_file", "adapter.path", "adapter_bytes", "model.path",
    "model.source", "model.licence", "model.size_bytes", "collection.folder", "collection.chunks", "collection.hidden",
    "collection.embedder.path", "reranker",
}  # fmt: skip
"""What may differ without another answer, or is said in other words."""
_TEXTS = ("system", "json_schema", "text", "instruction", "grammar")
_NAMES = {
    "system": "system prompt",
    "model.content_key": "model file",
    "adapter_hash": "adapter file",
    "adapter_name": "adapter",
    "adapter.scale": "adapter's scale",
    "model.name": "model",
    "collection.name": "collection",
    "collection.embedder.content_hash": "embedder file",
    "collection.embedder.name": "embedder",
    "prompt_label": "prompt version",
    "shots": "few-shot examples",
}
_SHOWN = 200
"""Characters of a value that is no text."""


def arm_changes(before: Arm, after: Arm) -> tuple[SettingChange, ...]:
    """Field by field, whatever fields arms have."""
    old, new = _flat(before.model_dump(mode="json")), _flat(after.model_dump(mode="json"))
    return tuple(_changes(old, new))


def shared_changes(before: ComparisonReport, after: ComparisonReport) -> tuple[SettingChange, ...]:
    """What holds for all arms: settings of the run, contents of collections, versions, machine."""
    old, new = _flat(_run_settings(before)), _flat(_run_settings(after))
    return (*_changes(old, new), *_index_changes(before, after))


def _run_settings(report: ComparisonReport) -> dict[str, Any]:
    values: dict[str, Any] = {"seed": report.seed, "machine": report.machine}
    if report.request is not None:
        skipped = {
            "name", "examples", "arms", "folder", "written", "again_of", "seen", "unknown_rows", "loads",
            "expectations", "budget_seconds", "earlier",
        }  # fmt: skip
        values |= report.request.model_dump(mode="json", exclude=skipped)
    if report.environment is not None:
        values |= {"program": report.environment.program, "library": report.environment.libraries}
        values |= {"processor": report.environment.processor, "python": report.environment.python}
    return values


def _index_changes(before: ComparisonReport, after: ComparisonReport) -> Iterator[SettingChange]:
    for name in before.indexes.keys() & after.indexes.keys():
        old, new = before.indexes[name], after.indexes[name]
        if said := index_changes(old, new):
            held = f"{old.documents} documents, {old.chunks} chunks"
            yield SettingChange(
                what=f"what the collection {name} holds",
                before=held,
                after=f"{new.documents} documents, {new.chunks} chunks: {said}",
            )


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[SettingChange]:
    for name in dict.fromkeys((*old, *new)):
        one, other = old.get(name), new.get(name)
        if name in _SKIPPED or one == other:
            continue
        is_text = name.rpartition(".")[2] in _TEXTS and (isinstance(one, str) or isinstance(other, str))
        yield SettingChange(what=_named(name), before=_said(one, is_text), after=_said(other, is_text), is_text=is_text)


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested mappings and lists of mappings by dotted names; worked examples as one text."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        place = f"{before}{name}"
        if isinstance(value, Mapping):
            found |= _flat(value, f"{place}.")
        elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            if name == "shots":
                found[place] = "\n".join(f"{shot['question']} → {shot['answer']}" for shot in value)
            else:
                for number, item in enumerate(value, 1):
                    found |= _flat(item, f"{place}.{number}.")
        else:
            found[place] = value
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}


def _named(name: str) -> str:
    if name in _NAMES:
        return _NAMES[name]
    *places, last = name.replace("_", " ").split(".")
    return f"{' '.join(places)}: {last}" if places else last


def _said(value: Any, is_text: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    said = {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
    return said if is_text or len(said) <= _SHOWN else said[: _SHOWN - 1] + "…"
