"""Arms in words: what one is made of, and in what it differs from another. No Qt."""

from collections.abc import Iterator

from workbench.compare.arm_spec import ArmSpec, RetrievalSpec, saved_prompt, saved_rows
from workbench.llm.in_words import adapter_in_words
from workbench.llm.types import GenerationConfig
from workbench.playground.types import ExampleSelection
from workbench.rag.answer_types import PassageOrder
from workbench.rag.search_types import RetrievalMode
from workbench.ui.compare.describing import short_name

_MODES = {
    RetrievalMode.HYBRID: "meaning and words",
    RetrievalMode.VECTOR: "meaning",
    RetrievalMode.TEXT: "words",
}
_SELECTIONS = {
    ExampleSelection.RANDOM: "at random",
    ExampleSelection.FIRST: "the first",
    ExampleSelection.SIMILAR: "similar to the question",
    ExampleSelection.COVERAGE: "as unlike each other as can be",
}


def made_of(arm: ArmSpec) -> str:
    """ "starter + style · “short” v3 · 4 examples · handbook (meaning and words, 5 passages)"."""
    parts = [short_name(arm.model) + (f" + {_adapter_words(arm)}" if arm.adapter else "")]
    parts += [prompt_words(arm.prompt)] if arm.prompt else []
    parts += [f"{arm.examples.count} examples"] if arm.examples else []
    parts += [documents_words(arm)] if arm.collection else []
    return " · ".join(parts)


def _adapter_words(arm: ArmSpec) -> str:
    return adapter_in_words(short_name(arm.adapter), arm.adapter_scale)


def prompt_words(written: str) -> str:
    """ "“short answers” v3", "“short answers”, newest", "base.md"; "no prompt"."""
    if not written:
        return "no prompt"
    named = saved_prompt(written)
    if named is None:
        return short_name(written)
    name, number = named
    return f"“{name}” v{number}" if number else f"“{name}”, newest"


def examples_words(arm: ArmSpec) -> str:
    """ "4 examples from tickets, at random"; "no examples"."""
    if arm.examples is None:
        return "no examples"
    source = saved_rows(arm.examples.from_file) or short_name(arm.examples.from_file)
    seed = f", seed {arm.examples.seed}" if arm.examples.seed is not None else ""
    return f"{arm.examples.count} examples from {source}, {_SELECTIONS[arm.examples.selection]}{seed}"


def documents_words(arm: ArmSpec) -> str:
    """ "handbook and letters (meaning and words, 5 passages, read again)"; "no documents"."""
    if not arm.collection:
        return "no documents"
    retrieval = arm.retrieval or RetrievalSpec()
    names = " and ".join((arm.collection, *retrieval.also))
    return f"{names} ({', '.join(_retrieval_parts(retrieval))})"


def _retrieval_parts(retrieval: RetrievalSpec) -> Iterator[str]:
    yield _MODES[retrieval.mode]
    yield f"{retrieval.top_k} passage{'' if retrieval.top_k == 1 else 's'}"
    if retrieval.reranks:
        yield "read again"
    if retrieval.folds_duplicates:
        yield "near-duplicates folded"
    only = [*retrieval.only.folders, *retrieval.only.documents, *retrieval.languages]
    if only:
        yield f"only {', '.join(only[:2])}" + (f" and {len(only) - 2} more" if len(only) > 2 else "")
    if retrieval.since or retrieval.until:
        days = [f"since {retrieval.since}"] if retrieval.since else []
        days += [f"until {retrieval.until}"] if retrieval.until else []
        yield f"changed {' '.join(days)}"
    if retrieval.order is not PassageOrder.BEST_FIRST:
        yield str(retrieval.order)
    if retrieval.passage_tokens:
        yield f"at most {retrieval.passage_tokens} tokens of passages"


def differences(arm: ArmSpec, first: ArmSpec) -> str:
    """In what an arm differs from the first one: "adapter style; no prompt; temperature 0.7"."""
    parts = []
    if arm.model != first.model:
        parts.append(f"model {short_name(arm.model)}")
    if (arm.adapter, arm.adapter_scale) != (first.adapter, first.adapter_scale):
        parts.append(f"adapter {_adapter_words(arm)}" if arm.adapter else "no adapter")
    if arm.prompt != first.prompt:
        parts.append(f"prompt {prompt_words(arm.prompt)}" if arm.prompt else "no prompt")
    if arm.examples != first.examples:
        parts.append(examples_words(arm))
    if (arm.collection, arm.retrieval) != (first.collection, first.retrieval):
        parts.append(_documents_difference(arm, first))
    parts += _generation_differences(arm.generation, first.generation)
    return "; ".join(part for part in parts if part)


def _documents_difference(arm: ArmSpec, first: ArmSpec) -> str:
    if arm.collection != first.collection or not arm.collection:
        return f"documents {documents_words(arm)}" if arm.collection else "no documents"
    before = set(_retrieval_parts(first.retrieval or RetrievalSpec()))
    new = [part for part in _retrieval_parts(arm.retrieval or RetrievalSpec()) if part not in before]
    also = (arm.retrieval or RetrievalSpec()).also
    new += [f"also {', '.join(also)}"] if also != (first.retrieval or RetrievalSpec()).also and also else []
    return ", ".join(new) or documents_words(arm)


def _generation_differences(config: GenerationConfig, first: GenerationConfig) -> list[str]:
    found = []
    for name, field in GenerationConfig.model_fields.items():
        value = getattr(config, name)
        if value != getattr(first, name):
            title = (field.title or name.replace("_", " ")).lower()
            found.append(f"{title} {_short_value(value)}")
    return found


def generation_words(config: GenerationConfig) -> str:
    """What is set otherwise than usual; "as usual, up to 256 tokens"."""
    parts = _generation_differences(config, GenerationConfig(max_tokens=config.max_tokens))
    return ", ".join([f"up to {config.max_tokens} tokens", *parts])


def _short_value(value: object) -> str:
    match value:
        case tuple():
            text = ", ".join(map(str, value))
        case float():
            text = f"{value:g}"
        case _:
            text = str(value)
    return text if len(text) <= 24 else f"{text[:23]}…"
