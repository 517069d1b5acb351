"""The five standard arms, made of what exists, each choice explained; what is missing says where it is made. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.compare.arm_spec import ArmSpec, ExamplesSpec
from workbench.compare.sources_held import SourcesHeld
from workbench.compare.stock import RowsChoice, Stock, misfit, written_prompt
from workbench.finetune.types import Adapter
from workbench.llm.library import STARTER
from workbench.llm.types import ModelRef
from workbench.rag.types import CollectionRef

PROMPT, FEW_SHOT, RAG, TUNED, TUNED_RAG = "prompt", "few-shot", "rag", "tuned", "tuned + rag"
SHOTS = 4
"""Examples of the few-shot arm: with more, small models lose the question."""
_NOTHING_HELD = SourcesHeld()
_OTHERS_TOLD = 3
"""Collections that were not taken, and why, in the reason for the one that was."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that an arm lacks here, and the tab where it is made."""

    arm: str
    sentence: str
    """Ends with what to do: "No adapter yet: tune one."."""
    tab: str
    case: tuple[tuple[str, str], ...] = ()
    """What the tab is opened with."""


@dataclass(frozen=True, slots=True)
class StandardArms:
    arms: tuple[ArmSpec, ...] = ()
    why: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By the arm's name: why it is made of what it is made of."""
    missing: tuple[Missing, ...] = ()


def standard_arms(
    stock: Stock,
    *,
    questions: str = "",
    system: str = "",
    overlaps: Mapping[str, int] | None = None,
    held: SourcesHeld = _NOTHING_HELD,
    collection: str = "",
) -> StandardArms:
    """Arms (prompt, few-shot, rag, tuned, tuned + rag) and what is missing for the rest.

    `questions` is the file of the test questions: examples are not drawn from it, nor from files of rows that
    `overlaps` says hold some of them. `system` is the prompt (file or saved) that the arms share. `held` says which
    collection holds the sources of the questions, `collection` which one the user wants searched.
    """
    leaking = {path for path, count in (overlaps or {}).items() if count}
    clean = replace(stock, rows=tuple(rows for rows in stock.rows if rows.path not in leaking))
    return _Maker(clean, questions, system, best_collection(stock, held, collection)).make()


class _Maker:
    def __init__(self, stock: Stock, questions: str, system: str, collection: tuple[CollectionRef | None, str]) -> None:
        self._stock = stock
        self._questions = questions
        self._system = system
        self._collection, self._about_collection = collection
        self._arms: list[ArmSpec] = []
        self._why: dict[str, tuple[str, ...]] = {}
        self._missing: list[Missing] = []
        self._about_model = self._about_prompt = ""

    def make(self) -> StandardArms:
        model, about_model = best_model(self._stock)
        if model is None:
            return StandardArms(missing=(Missing(PROMPT, "There is no model yet: open or get one.", "models"),))
        self._about_model = about_model
        shared = shared_prompt(self._stock, self._topic)
        is_its = shared is not None and bool(self._system) and shared.written == self._system
        self._about_prompt = f"the prompt that {shared.adapter} was trained behind" if shared and is_its else ""
        self._add(ArmSpec(name=PROMPT, model=model.name, prompt=self._system), self._about_prompt)
        self._add_few_shot(model)
        if self._collection is None:
            self._missing.append(Missing(RAG, "No documents yet for retrieval: index some.", "documents"))
        else:
            self._add(ArmSpec(name=RAG, model=model.name, collection=self._topic), self._about_collection)
        self._add_tuned(model)
        return StandardArms(tuple(self._arms), self._why, tuple(self._missing))

    @property
    def _topic(self) -> str:
        """Name of the collection that is searched; empty where there is none."""
        return self._collection.name if self._collection is not None else ""

    def _add(self, arm: ArmSpec, *why: str) -> None:
        self._arms.append(arm)
        self._why[arm.name] = tuple(reason for reason in (self._about_model, *why) if reason)

    def _add_few_shot(self, model: ModelRef) -> None:
        rows, about = best_shots(self._stock, self._questions, self._topic)
        if rows is None:
            self._missing.append(Missing(FEW_SHOT, "No examples yet for few-shot: import rows.", "data"))
            return
        examples = ExamplesSpec(from_file=rows.written, count=SHOTS)
        self._add(
            ArmSpec(name=FEW_SHOT, model=model.name, prompt=self._system, examples=examples), about, self._about_prompt
        )

    def _add_tuned(self, model: ModelRef) -> None:
        plain, about_plain = best_adapter(self._stock, model, with_passages=False, topic=self._topic)
        if plain is None:
            self._missing.append(self._no_adapter(model))
            return
        arm = ArmSpec(name=TUNED, model=model.name, adapter=plain.name, prompt=self._system)
        self._add(arm, about_plain, self._about_prompt)
        if self._collection is None:
            return
        both, about_both = best_adapter(self._stock, model, with_passages=True, topic=self._topic)
        if both is None or not self._stock.learned_on_passages(both):
            self._missing.append(self._no_grounded_adapter(model))
        chosen = both or plain
        arm = ArmSpec(name=TUNED_RAG, model=model.name, adapter=chosen.name, collection=self._topic)
        self._add(arm, about_both, self._about_collection)

    def _no_adapter(self, model: ModelRef) -> Missing:
        rows, _ = best_shots(self._stock, self._questions, self._topic)
        if rows is None:
            return Missing(TUNED, "No adapter and no rows to train on yet: import rows.", "data")
        case = (("dataset", rows.name), ("base", model.name))
        if model.endpoint is not None:
            return Missing(TUNED, f"{model.name} is on a server: tune a model of this computer.", "finetune", case[:1])
        return Missing(TUNED, f"No adapter for {model.name} yet: tune one on “{rows.name}”.", "finetune", case)

    def _no_grounded_adapter(self, model: ModelRef) -> Missing:
        grounded = grounded_rows(self._stock, self._topic)
        if grounded is None:
            sentence = "No adapter learned on passages yet: make rows that carry them."
            return Missing(TUNED_RAG, sentence, "data")
        case = (("dataset", grounded.name), ("base", model.name))
        return Missing(
            TUNED_RAG, f"No adapter learned on passages yet: tune one on “{grounded.name}”.", "finetune", case
        )


@dataclass(frozen=True, slots=True)
class SharedPrompt:
    """The system prompt that the tuned arm was trained behind: fair only where the other arms have it, too."""

    text: str
    rows: str
    """The data set that carries it."""
    adapter: str
    written: str = ""
    """What an arm calls it; empty while it is not saved as a prompt."""


def shared_prompt(stock: Stock, topic: str = "") -> SharedPrompt | None:
    """None where the adapter of the tuned arm learned without a system prompt, or nothing is known of its rows.
    `topic` is the collection that the arms search."""
    model, _ = best_model(stock)
    adapter, _ = best_adapter(stock, model, with_passages=False, topic=topic) if model is not None else (None, "")
    rows = stock.rows_of(adapter) if adapter is not None else None
    if adapter is None or rows is None or rows.has_passages or not rows.system.strip():
        return None
    saved = stock.prompt_saying(rows.system.strip())
    written = written_prompt(saved, pinned=True) if saved is not None else ""
    return SharedPrompt(rows.system.strip(), rows.name, adapter.name, written)


def best_model(stock: Stock) -> tuple[ModelRef | None, str]:
    """The model that most adapters were trained for, else the starter, else the first; and why."""
    local = stock.local
    trained = [model for model in local if any(_is_for(adapter, model) for adapter in stock.adapters)]
    if trained:
        count = {model.name: sum(_is_for(adapter, model) for adapter in stock.adapters) for model in trained}
        best = max(trained, key=lambda model: (count[model.name], model.name == STARTER))
        own = "your adapter was" if count[best.name] == 1 else f"{count[best.name]} of your adapters were"
        return best, f"{best.name}: {own} trained for it"
    if local:
        why = "the only model here" if len(local) == 1 else "the first model of this computer"
        return local[0], f"{local[0].name}: {why}"
    first = next(iter(stock.models), None)
    return first, f"{first.name}: there is no model on this computer" if first else ""


def best_shots(stock: Stock, questions: str = "", topic: str = "") -> tuple[RowsChoice | None, str]:
    """Rows to draw examples from, that are not the test questions, best those about the collection `topic`; and why
    these."""
    usable = [rows for rows in stock.shots if questions not in (rows.path, rows.source_path) or not questions]
    if not usable:
        return None, ""
    about = [rows for rows in usable if rows.name in stock.rows_about(topic)]
    beside = [rows for rows in usable if rows.source_path and _is_beside(rows.source_path, questions)]
    usable = about or beside or usable
    adapter = next((a for a in stock.adapters if any(_learned_from(a, rows) for rows in usable)), None)
    if adapter is not None:
        rows = next(rows for rows in usable if _learned_from(adapter, rows))
        return rows, f"{SHOTS} examples from “{rows.name}”, the rows that {adapter.name} learned from"
    which = _one_of(len(usable), "data set", "newest")
    if about or beside:
        which = f"rows about {topic}" if about else "which lay beside the questions"
    return usable[0], f"{SHOTS} examples from “{usable[0].name}”, {which}"


def best_collection(
    stock: Stock, held: SourcesHeld = _NOTHING_HELD, wanted: str = ""
) -> tuple[CollectionRef | None, str]:
    """The collection that is wanted, else the one that holds the sources of the most questions, else the one that rows
    were put together with, else the largest; one without an index is none. And why."""
    usable = usable_collections(stock)
    if not usable:
        return None, ""
    chosen = next((ref for ref in usable if ref.name == wanted), None)
    if chosen is not None:
        return chosen, _with_count(f"{chosen.name}: you chose it", chosen, held)
    most = max(held.of(ref.name) for ref in usable)
    best, why = _best_known([ref for ref in usable if held.of(ref.name) == most], stock)
    if not most:
        return best, _with_count(why, best, held)
    others = [f"{ref.name} of {held.of(ref.name) or 'none'}" for ref in usable if ref is not best]
    rest = f" ({', '.join(others[:_OTHERS_TOLD])})" if others else ""
    return best, f"{best.name}: it {held.in_words(best.name)}{rest}"


def usable_collections(stock: Stock) -> list[CollectionRef]:
    """Those with an index; all where none has one."""
    return [ref for ref in stock.collections if ref.chunks] or list(stock.collections)


def _best_known(usable: Sequence[CollectionRef], stock: Stock) -> tuple[CollectionRef, str]:
    for rows in stock.rows:
        for ref in usable:
            if rows.collection == ref.name:
                return ref, f"{ref.name}: the passages of “{rows.name}” come from it"
    best = max(usable, key=lambda ref: ref.chunks)
    return best, f"{best.name}: {_one_of(len(usable), 'collection', 'largest')}"


def _with_count(why: str, ref: CollectionRef, held: SourcesHeld) -> str:
    counted = held.in_words(ref.name)
    return f"{why}; it {counted}" if counted else why


def best_adapter(stock: Stock, model: ModelRef, *, with_passages: bool, topic: str = "") -> tuple[Adapter | None, str]:
    """The newest adapter for the model that learned on passages or without, else the newest of the other kind; and why.
    Those that learned from rows about the collection `topic` come first."""
    fitting = sorted(
        (adapter for adapter in stock.adapters if not misfit(adapter, model)),
        key=lambda adapter: (stock.is_about(adapter, topic), adapter.created),
        reverse=True,
    )
    right = [adapter for adapter in fitting if stock.learned_on_passages(adapter) is with_passages]
    kind = "with passages" if with_passages else "without passages"
    if right:
        about = f" from rows about {topic}" if stock.is_about(right[0], topic) else ""
        alike = [adapter for adapter in right if stock.is_about(adapter, topic) is bool(about)]
        which = "" if len(alike) == 1 else f", the newest of {len(alike)}"
        return right[0], f"{right[0].name}: learned {kind}{about}{which}"
    if fitting:
        return fitting[0], f"{fitting[0].name}: none learned {kind} yet"
    return None, ""


def grounded_rows(stock: Stock, topic: str = "") -> RowsChoice | None:
    """Rows that carry passages, best those of the collection `topic`."""
    carrying = [rows for rows in stock.rows if rows.has_passages]
    return next((rows for rows in carrying if topic and rows.collection == topic), next(iter(carrying), None))


def _is_beside(path: str, questions: str) -> bool:
    """Whether a file lies in the folder of the test questions: most likely they are about the same."""
    return bool(questions) and Path(path).parent == Path(questions).parent


def _is_for(adapter: Adapter, model: ModelRef) -> bool:
    return bool(adapter.base_name) and not misfit(adapter, model)


def _learned_from(adapter: Adapter, rows: RowsChoice) -> bool:
    if adapter.dataset_hash and rows.content_hash:
        return adapter.dataset_hash == rows.content_hash
    return bool(adapter.dataset_name) and adapter.dataset_name == rows.name


def _one_of(count: int, thing: str, rank: str) -> str:
    return f"the only {thing}" if count == 1 else f"the {rank} of {count} {thing}s"
