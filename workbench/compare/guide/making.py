"""From the proposal to arms that can be made now, and to what has to be made first, in its order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from workbench.compare.arm_spec import ArmSpec
from workbench.compare.expectations import Expectation
from workbench.compare.guide.proposing import Proposal
from workbench.compare.guide.techniques import Technique
from workbench.compare.sources_held import SourcesHeld
from workbench.compare.standard_arms import (
    StandardArms,
    best_collection,
    best_model,
    best_shots,
    grounded_rows,
    standard_arms,
)
from workbench.compare.stock import Stock, written_prompt
from workbench.llm.types import ModelRef


@dataclass(frozen=True, slots=True)
class ToMake:
    """Something that is missing for arms of the proposal."""

    sentence: str
    """What to do, as an order: "Index the documents"."""
    technique: Technique | None
    """The arm that it opens; None: all of them."""
    tab: str
    button: str
    """What the button that opens the tab says."""
    case: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    arms: tuple[ArmSpec, ...]
    """Those that can be made now, named after their techniques."""
    why: dict[str, tuple[str, ...]] = field(default_factory=dict)
    to_make: tuple[ToMake, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    """All of the proposal; `between` picks those of the arms that there are."""


_NOTHING_HELD = SourcesHeld()


def _any_model(_model: ModelRef) -> bool:
    return True


def plan(
    proposal: Proposal,
    stock: Stock,
    *,
    questions: str = "",
    system: str = "",
    fits: Callable[[ModelRef], bool] = _any_model,
    overlaps: Mapping[str, int] | None = None,
    held: SourcesHeld = _NOTHING_HELD,
    collection: str = "",
) -> Plan:
    """`questions` is the file of test questions, empty while there is none; `system` the prompt that arms share; `fits`
    says whether this computer can load a model, `overlaps` which files of rows hold test questions, `held` which
    collection holds their sources, `collection` which one the user wants searched."""
    standard = standard_arms(
        stock, questions=questions, system=system, overlaps=overlaps, held=held, collection=collection
    )
    searched, _ = best_collection(stock, held, collection)
    arms: list[ArmSpec] = []
    why = dict(standard.why)
    for technique in proposal.proposed:
        made = next((arm for arm in standard.arms if arm.name == technique.value), None)
        if made is None and technique in _MORE_ARMS:
            usable = replace(stock, models=tuple(m for m in stock.models if m.endpoint is not None or fits(m)))
            made, why[technique.value] = _MORE_ARMS[technique](usable, standard)
        if made is not None:
            arms.append(made)
    return Plan(
        arms=tuple(arms),
        why={arm.name: why.get(arm.name, ()) for arm in arms},
        to_make=tuple(
            _to_make(proposal, stock, {arm.name for arm in arms}, questions, searched.name if searched else "")
        ),
        expectations=proposal.expectations,
    )


def between(expectations: tuple[Expectation, ...], names: set[str]) -> tuple[Expectation, ...]:
    """The expectations about arms that there are."""
    return tuple(one for one in expectations if {one.arm, one.other} <= names)


# -- arms beside the standard five ------------------------------------------------------------------------------------

_Made = tuple[ArmSpec | None, tuple[str, ...]]


def _thinks_first(stock: Stock, standard: StandardArms) -> _Made:
    """A saved prompt with the reasoning switch on."""
    version = next((version for version in stock.prompts if version.prompt.reasoning is not None), None)
    if version is None or not standard.arms:
        return None, ()
    arm = ArmSpec(
        name=Technique.REASONING.value, model=standard.arms[0].model, prompt=written_prompt(version, pinned=True)
    )
    return arm, (f"“{version.prompt_name}” {version.label} lets the model think first",)


def _other_model(stock: Stock, standard: StandardArms) -> _Made:
    """The largest model of this computer that is not asked yet, else one on a server."""
    if not standard.arms:
        return None, ()
    base = standard.arms[0]
    rest = [model for model in stock.models if model.name != base.model]
    best = max(rest, key=lambda m: (m.endpoint is None, m.parameters or m.size_bytes), default=None)
    if best is None:
        return None, ()
    why = "on a server" if best.endpoint is not None else "the largest of the other models here"
    return base.model_copy(update={"name": Technique.OTHER_MODEL.value, "model": best.name}), (f"{best.name}: {why}",)


_MORE_ARMS: dict[Technique, Callable[[Stock, StandardArms], _Made]] = {
    Technique.REASONING: _thinks_first,
    Technique.OTHER_MODEL: _other_model,
}


# -- what to make first -----------------------------------------------------------------------------------------------


def _to_make(proposal: Proposal, stock: Stock, made: set[str], questions: str, topic: str) -> list[ToMake]:
    """In the order in which one needs the other: model, questions, documents, rows, then what is computed. `topic` is
    the collection that is searched; empty: there is none."""
    wanted = [technique for technique in proposal.proposed if technique.value not in made]
    found: list[ToMake] = []
    model, _ = best_model(stock)
    rows, _ = best_shots(stock, questions, topic)
    if model is None:
        found.append(ToMake("Open a model, or get one", None, "models", "Models"))
    if not questions:
        found.append(ToMake("Bring test questions that nothing has learned from", None, "compare", "Questions"))
    needs_documents = {Technique.RAG, Technique.TUNED_RAG, Technique.EMBEDDINGS}
    if not topic and (waiting := [t for t in wanted if t in needs_documents]):
        found.append(ToMake("Index the documents", waiting[0], "documents", "Documents"))
    needs_rows = {Technique.FEW_SHOT, Technique.SEARCHED, Technique.TUNED, Technique.TUNED_RAG}
    if rows is None and (waiting := [t for t in wanted if t in needs_rows]):
        found.append(ToMake("Import the labelled examples", waiting[0], "data", "Data"))
    case = (("dataset", rows.name),) if rows is not None else ()
    base = (("base", model.name),) if model is not None and model.endpoint is None else ()
    for technique in _ORDER:
        if technique in wanted:
            found.extend(_STEPS[technique](stock, case, base, topic))
    return found


_Case = tuple[tuple[str, str], ...]


def _think(_: Stock, _rows: _Case, _base: _Case, _collection: str) -> list[ToMake]:
    sentence = "Save a prompt with “Think first” switched on"
    return [ToMake(sentence, Technique.REASONING, "playground", "Playground")]


def _model(_: Stock, _rows: _Case, _base: _Case, _collection: str) -> list[ToMake]:
    return [ToMake("Open another model, get one, or connect a server", Technique.OTHER_MODEL, "models", "Models")]


def _search(_: Stock, rows: _Case, _base: _Case, _collection: str) -> list[ToMake]:
    sentence = "Let the program search for a better prompt, and save the winner"
    return [ToMake(sentence, Technique.SEARCHED, "playground", "Search", (("page", "search"), *rows))]


def _improve(_: Stock, _rows: _Case, _base: _Case, collection: str) -> list[ToMake]:
    case = (("collection", collection), ("show", "improve")) if collection else ()
    return [ToMake("Tune the search on questions and passages", Technique.EMBEDDINGS, "documents", "Documents", case)]


def _continue(_: Stock, _rows: _Case, base: _Case, _collection: str) -> list[ToMake]:
    sentence = "Go on training on the raw text; tune on examples only after that"
    return [ToMake(sentence, Technique.CONTINUED, "finetune", "Fine-tune", base)]


def _tune(_: Stock, rows: _Case, base: _Case, _collection: str) -> list[ToMake]:
    return [ToMake("Tune an adapter on the examples", Technique.TUNED, "finetune", "Fine-tune", (*rows, *base))]


def _tune_with_passages(stock: Stock, _rows: _Case, base: _Case, collection: str) -> list[ToMake]:
    grounded = grounded_rows(stock, collection)
    steps = []
    if grounded is None:
        steps.append(ToMake("Make rows that carry passages", Technique.TUNED_RAG, "data", "Data"))
    case = (("dataset", grounded.name), *base) if grounded is not None else base
    steps.append(ToMake("Tune an adapter on them", Technique.TUNED_RAG, "finetune", "Fine-tune", case))
    return steps


_ORDER = (
    Technique.REASONING, Technique.OTHER_MODEL, Technique.SEARCHED, Technique.EMBEDDINGS, Technique.CONTINUED,
    Technique.TUNED, Technique.TUNED_RAG,
)  # fmt: skip
_STEPS: dict[Technique, Callable[[Stock, _Case, _Case, str], list[ToMake]]] = {
    Technique.REASONING: _think,
    Technique.OTHER_MODEL: _model,
    Technique.SEARCHED: _search,
    Technique.EMBEDDINGS: _improve,
    Technique.CONTINUED: _continue,
    Technique.TUNED: _tune,
    Technique.TUNED_RAG: _tune_with_passages,
}
