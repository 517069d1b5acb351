"""What is wrong with an arm before it runs, said beside the field: as far as cards, headers and questions tell."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from workbench.compare.arm_spec import ArmSpec, RetrievalSpec, saved_prompt, saved_rows
from workbench.compare.sources_held import SourcesHeld
from workbench.compare.stock import Stock, misfit
from workbench.datasets.types import Example
from workbench.llm.fit import Fit
from workbench.llm.json_schema import about_unheld
from workbench.llm.types import GenerationConfig, LoadConfig, ModelRef
from workbench.playground.template import variables_of
from workbench.playground.types import QUESTION, PromptVersion
from workbench.rag.types import ChunkingConfig

_CHARACTERS_PER_TOKEN = 4
_SHOT_TOKENS = 60
"""Of a usual worked example, question and answer."""
_FRAME_TOKENS = 120
"""The instruction before the passages, the question, and the marks of the chat template."""


class Field(StrEnum):
    """Where a problem is shown."""

    NAME = "name"
    MODEL = "model"
    ADAPTER = "adapter"
    PROMPT = "prompt"
    EXAMPLES = "examples"
    COLLECTION = "collection"
    RETRIEVAL = "retrieval"


@dataclass(frozen=True, slots=True)
class ArmProblem:
    field: Field
    text: str
    """A sentence for people."""
    stops: bool = True
    """The arm cannot answer like this; otherwise it is a warning."""


def check_arm(
    arm: ArmSpec,
    others: Sequence[ArmSpec],
    stock: Stock,
    *,
    examples: Sequence[Example] = (),
    questions: str = "",
    load: LoadConfig | None = None,
    fits: Mapping[str, Fit] | None = None,
    overlaps: Mapping[str, int] | None = None,
    held: SourcesHeld | None = None,
) -> tuple[ArmProblem, ...]:
    """Every problem that can be seen without opening a file. `examples`: the test questions, `questions`: their file.

    `fits` says of models whether they fit into the memory, `overlaps` of files of rows how many test questions are in
    them, `held` which collection holds the documents that the questions name. Things that are given by
    path are not looked for here.
    """
    model = stock.model(arm.model)
    found = [
        *_about_name(arm, others),
        *_about_model(arm, model, stock, fits or {}),
        *_about_adapter(arm, model, stock),
        *_about_prompt(arm, model, stock, examples),
        *_about_examples(arm, stock, questions, overlaps or {}),
        *_about_collection(arm, stock),
        *_about_sources(arm, held or SourcesHeld()),
        *_about_room(arm, model, stock, load or LoadConfig()),
    ]
    return tuple(found)


def _about_name(arm: ArmSpec, others: Sequence[ArmSpec]) -> Iterator[ArmProblem]:
    if any(other.name == arm.name for other in others):
        yield ArmProblem(Field.NAME, "Another arm has this name.")


def _about_model(arm: ArmSpec, model: ModelRef | None, stock: Stock, fits: Mapping[str, Fit]) -> Iterator[ArmProblem]:
    if model is None:
        if stock.models and not _is_path(arm.model):
            yield ArmProblem(Field.MODEL, f"There is no model “{arm.model}” here.")
    elif fits.get(model.name) is Fit.WONT:
        yield ArmProblem(Field.MODEL, f"{model.name} does not fit into the memory that is free now.", stops=False)


def _about_adapter(arm: ArmSpec, model: ModelRef | None, stock: Stock) -> Iterator[ArmProblem]:
    if not arm.adapter:
        return
    adapter = stock.adapter(arm.adapter)
    if adapter is not None:
        if why := misfit(adapter, model):
            sentence = f"{adapter.name} does not fit: it {why}" if why.startswith("was") else why
            yield ArmProblem(Field.ADAPTER, f"{sentence}.")
    elif not _is_path(arm.adapter):
        yield ArmProblem(Field.ADAPTER, f"There is no adapter “{arm.adapter}” here.")
    elif model is not None and model.endpoint is not None:
        yield ArmProblem(Field.ADAPTER, f"{model.name} is on a server, where adapters cannot be applied.")


def _about_prompt(
    arm: ArmSpec, model: ModelRef | None, stock: Stock, examples: Sequence[Example]
) -> Iterator[ArmProblem]:
    named = saved_prompt(arm.prompt)
    if named is None:
        return
    version = find_version(stock, arm.prompt)
    if version is None:
        name, number = named
        what = f"The prompt “{name}” has no version {number}." if number else f"There is no prompt “{name}” here."
        yield ArmProblem(Field.PROMPT, what)
        return
    if model is not None and model.endpoint is None and (said := about_unheld(version.prompt.json_schema)):
        yield ArmProblem(Field.PROMPT, said, stops=False)
    wanted = [name for name in variables_of(version.prompt) if name != QUESTION]
    for name in wanted:
        lacking = sum(name not in example.variables for example in examples)
        if lacking:
            some = "1 question does not have" if lacking == 1 else f"{lacking} questions do not have"
            who = "none of the questions has" if lacking == len(examples) else some
            sentence = f"The prompt asks for {{{{ {name} }}}}, which {who}."
            yield ArmProblem(Field.PROMPT, sentence, stops=lacking == len(examples))


def find_version(stock: Stock, written: str) -> PromptVersion | None:
    """The saved prompt that an arm names; the whole name is tried before a version is read out of it."""
    named = saved_prompt(written)
    if named is None:
        return None
    whole = written.partition(":")[2].strip()
    return stock.prompt(whole) or stock.prompt(*named)


def generation_in_force(arm: ArmSpec, stock: Stock) -> GenerationConfig:
    """How the arm's answers are decoded: as it says, else as its saved prompt does, else as usual."""
    version = find_version(stock, arm.prompt)
    known = version.prompt.generation if version is not None else GenerationConfig()
    said = {name: getattr(arm.generation, name) for name in arm.generation.model_fields_set}
    return known.model_copy(update=said)


def _about_examples(arm: ArmSpec, stock: Stock, questions: str, overlaps: Mapping[str, int]) -> Iterator[ArmProblem]:
    if arm.examples is None:
        return
    name = saved_rows(arm.examples.from_file)
    rows = stock.rows_named(name) if name else stock.rows_at(arm.examples.from_file)
    if name and rows is None:
        yield ArmProblem(Field.EXAMPLES, f"There is no data set “{name}” here.")
        return
    source = rows.source_path if rows else arm.examples.from_file
    if questions and questions in (source, arm.examples.from_file):
        sentence = "These are the test questions: the model would be shown the answers."
        yield ArmProblem(Field.EXAMPLES, sentence, stops=False)
    elif count := overlaps.get(rows_path(arm, stock), 0):
        seen = "1 test question is" if count == 1 else f"{count} test questions are"
        yield ArmProblem(Field.EXAMPLES, f"{seen} among these rows: answers may be shown.", stops=False)
    if rows is None:
        return
    if rows.is_text:
        yield ArmProblem(Field.EXAMPLES, f"“{rows.name}” is raw text, without questions and answers.")
    elif rows.has_passages:
        sentence = f"The questions of “{rows.name}” carry passages: they make long examples."
        yield ArmProblem(Field.EXAMPLES, sentence, stops=False)
    if 0 < rows.count < arm.examples.count:
        yield ArmProblem(Field.EXAMPLES, f"“{rows.name}” has only {rows.count} rows.", stops=False)


def rows_path(arm: ArmSpec, stock: Stock) -> str:
    """The file that an arm's examples come from; empty without examples."""
    if arm.examples is None:
        return ""
    rows = stock.rows_named(saved_rows(arm.examples.from_file))
    return rows.path if rows else arm.examples.from_file


def _about_collection(arm: ArmSpec, stock: Stock) -> Iterator[ArmProblem]:
    retrieval = arm.retrieval or RetrievalSpec()
    for name in (arm.collection, *retrieval.also):
        if not name:
            continue
        ref = stock.collection(name)
        if ref is None:
            yield ArmProblem(Field.COLLECTION, f"There is no collection “{name}” here.")
        elif not ref.chunks:
            yield ArmProblem(Field.COLLECTION, f"“{name}” has no index yet: nothing can be found in it.")


def _about_sources(arm: ArmSpec, held: SourcesHeld) -> Iterator[ArmProblem]:
    names = [name for name in (arm.collection, *(arm.retrieval or RetrievalSpec()).also) if name]
    if names and held.questions and all(held.by_collection.get(name) == 0 for name in names):
        who = f"“{names[0]}” holds" if len(names) == 1 else "These collections hold"
        sentence = f"{who} none of the documents that the questions name as their sources."
        yield ArmProblem(Field.COLLECTION, sentence, stops=False)


def _about_room(arm: ArmSpec, model: ModelRef | None, stock: Stock, load: LoadConfig) -> Iterator[ArmProblem]:
    """Passages, examples and the longest answer beside each other in the context: an estimate."""
    ref = stock.collection(arm.collection) if arm.collection else None
    if model is None or ref is None:
        return
    room = context_of(model, load)
    retrieval = arm.retrieval or RetrievalSpec()
    each = chunk_tokens(ref.chunking)
    passages = each * retrieval.top_k
    if retrieval.passage_tokens:
        passages = min(passages, retrieval.passage_tokens)
    shots = _SHOT_TOKENS * arm.examples.count if arm.examples else 0
    answer = generation_in_force(arm, stock).max_tokens
    needed = passages + shots + _FRAME_TOKENS + answer
    if needed <= room:
        return
    left = max(0, room - shots - _FRAME_TOKENS - answer) // max(1, each)
    yield ArmProblem(
        Field.RETRIEVAL,
        f"{retrieval.top_k} passages of up to {each} tokens and an answer of up to {answer} need "
        f"about {needed:,} tokens; the context has {room:,}. About {left} passages will be shown.",
        stops=left == 0,
    )


def context_of(model: ModelRef, load: LoadConfig) -> int:
    """Tokens that prompt and answer may have together."""
    if model.endpoint is not None:
        return model.endpoint.context_length
    return min(load.context_length, model.context_length or load.context_length)


def chunk_tokens(chunking: ChunkingConfig) -> int:
    """Tokens of the longest chunk, roughly where it is measured in characters."""
    return chunking.size if chunking.unit == "tokens" else -(-chunking.size // _CHARACTERS_PER_TOKEN)


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name or name.lower().endswith(".gguf")
