"""What each arm is made of, exactly: files with their hashes, prompts, examples, passages, settings."""

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from pydantic import BaseModel

from workbench.compare.arm_types import Arm
from workbench.compare.report.section import Section
from workbench.compare.report.texts import block, cells, facts, folded, one_line, row_head, safe, table
from workbench.compare.trial_types import Trial
from workbench.compare.types import ComparisonReport
from workbench.compare.wording import size
from workbench.llm.json_schema import about_unheld
from workbench.playground.types import Prompt, Shot
from workbench.rag.index_print import IndexPrint

_SHOTS = 20
_LONGEST = 20_000


def made_of_section(report: ComparisonReport) -> Section:
    first = {trial.arm: trial for trial in reversed(report.trials) if not trial.has_failed}
    if report.request is None:
        parts = [_of_old_report(result.name, first.get(result.name)) for result in report.arms]
    else:
        parts = [_arm(arm, report, first.get(arm.name)) for arm in report.request.arms]
    return Section("made-of", "What the arms are made of", "".join(parts))


def _of_old_report(name: str, trial: Trial | None) -> str:
    hashes = (_hashes(trial)) if trial else []
    return f"<h3><bdi>{safe(name)}</bdi></h3>{facts(hashes)}" if hashes else ""


def _hashes(trial: Trial) -> list[tuple[str, str]]:
    return [
        ("Model, SHA-256", _code(trial.model_hash)),
        ("Adapter, SHA-256", _code(trial.adapter_hash) or "none"),
        ("Chat template, SHA-256", _code(trial.template_hash)),
    ]


def _arm(arm: Arm, report: ComparisonReport, trial: Trial | None) -> str:
    pairs = [
        *_model(arm, trial),
        *_adapter(arm),
        *_prompt(arm),
        *_collection(arm, report.indexes),
        ("Answers are decoded with", _settings(arm.generation)),
        ("Not enforced", safe(about_unheld(arm.generation.json_schema)) if arm.model.endpoint is None else ""),
        ("The model is loaded with", _settings(report.request.load_for(arm.model)) if report.request else ""),
        ("Further settings", _others(arm)),
    ]
    return f'<h3 id="made-of-{_slug(arm.name)}"><bdi>{safe(arm.name)}</bdi></h3>{facts(pairs)}'


def _model(arm: Arm, trial: Trial | None) -> Iterator[tuple[str, str]]:
    model = arm.model
    about = [model.architecture, model.quantization, f"{model.parameters:,} parameters" if model.parameters else ""]
    about += [size(model.size_bytes) if model.size_bytes else ""]
    said = " · ".join(safe(part) for part in about if part)
    where = "on a server" if model.endpoint is not None else safe(PurePath(model.path).name)
    yield "Model", f"<strong><bdi>{safe(model.name)}</bdi></strong> ({where}){f'<br>{said}' if said else ''}"
    if trial is not None:
        yield "Model, SHA-256", _code(trial.model_hash)
        yield "Chat template, SHA-256", _code(trial.template_hash)


def _adapter(arm: Arm) -> Iterator[tuple[str, str]]:
    if arm.adapter is None:
        yield "Adapter", "none"
        return
    yield "Adapter", f"<strong><bdi>{safe(arm.adapter_name)}</bdi></strong> ({size(arm.adapter_bytes)})"
    yield "Adapter, SHA-256", _code(arm.adapter_hash)
    yield "Adapter's scale", f"{arm.adapter.scale:g}"


def _prompt(arm: Arm) -> Iterator[tuple[str, str]]:
    prompt: Prompt | None = arm.prompt
    if prompt is not None:
        yield "Prompt", f"<strong><bdi>{safe(f'{arm.prompt_name} {arm.prompt_label}'.strip())}</bdi></strong>"
        for number, part in enumerate(prompt.blocks, 1):
            if part.text:
                yield f"Block {number}, {part.role}", block(part.text, _LONGEST)
        if prompt.reasoning is not None:
            yield "Reasoning", _settings(prompt.reasoning)
        if prompt.json_schema:
            yield "JSON schema", block(prompt.json_schema, _LONGEST)
        if prompt.few_shot is not None:
            chosen = f"{prompt.few_shot.count}, {prompt.few_shot.selection}, seed {prompt.few_shot.seed}"
            yield "Examples of the prompt", safe(chosen) + _shots(prompt.few_shot.shots)
    elif arm.system:
        source = f'<p class="muted">From {safe(PurePath(arm.prompt_file).name)}</p>' if arm.prompt_file else ""
        yield "System prompt", source + block(arm.system, _LONGEST)
    else:
        yield "System prompt", "the model's own" if arm.collection is None else "the one for passages"
    if arm.shots:
        how = f"the {arm.shots_per_question} most similar to each question" if arm.shots_per_question else "all of them"
        yield "Few-shot examples", f"{len(arm.shots)}; {how}{_shots(arm.shots)}"


def _shots(shots: tuple[Shot, ...]) -> str:
    rows = [row_head(one_line(shot.question, 400)) + cells([one_line(shot.answer, 400)]) for shot in shots[:_SHOTS]]
    more = f'<p class="muted">… and {len(shots) - _SHOTS} more.</p>' if len(shots) > _SHOTS else ""
    return folded("Show them", table(["Question", "Answer"], rows) + more) if rows else ""


def _collection(arm: Arm, indexes: Mapping[str, IndexPrint]) -> Iterator[tuple[str, str]]:
    collection = arm.collection
    if collection is None:
        return
    held = indexes.get(collection.name)
    about = f"{held.documents:,} documents, {held.chunks:,} chunks" if held else f"{collection.chunks:,} chunks"
    yield "Collection", f"<strong><bdi>{safe(collection.name)}</bdi></strong> ({about}, {safe(collection.language)})"
    yield "Content, SHA-256", _code(held.content_hash) if held else ""
    embedder = collection.embedder
    yield "Embedder", f"<bdi>{safe(embedder.name)}</bdi> {_code(embedder.identity)}"
    yield "Documents are cut with", _settings(collection.chunking)
    yield "Passages are found with", _settings(arm.retrieval)
    yield "Reranker", safe(PurePath(arm.reranker).name)


_TOLD = {
    "name", "model", "adapter", "adapter_name", "adapter_hash", "adapter_bytes", "system", "prompt_file", "prompt",
    "prompt_name", "prompt_label", "shots", "shots_per_question", "collection", "retrieval", "reranker", "generation",
    "training_seconds", "indexing_seconds",
}  # fmt: skip


def _others(arm: Arm) -> str:
    """Fields that are told nowhere else: nothing that decides an answer is left out, whatever an arm learns to have."""
    values = arm.model_dump(mode="json", exclude=_TOLD, exclude_defaults=True)
    return _pairs(values)


def _settings(values: BaseModel) -> str:
    return _pairs(values.model_dump(mode="json", exclude_none=True))


def _pairs(values: Mapping[str, object]) -> str:
    said = [f"{safe(name.replace('_', ' '))} <strong>{safe(_value(value))}</strong>" for name, value in values.items()]
    return ", ".join(part for part in said if not part.endswith("<strong></strong>"))


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_value(inner)}" for name, inner in value.items() if inner not in ("", [], {}))
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _code(value: str) -> str:
    return f"<code>{safe(value)}</code>" if value else ""


def _slug(name: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in name)
