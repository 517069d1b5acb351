"""The five standard arms, made of what exists, each choice explained; what is missing says where it is made. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from workbench.compare.arm_spec import ArmSpec, ExamplesSpec
from workbench.compare.stock import RowsChoice, Stock, misfit, written_prompt
from workbench.finetune.types import Adapter
from workbench.llm.library import STARTER
from workbench.llm.types import ModelRef
from workbench.rag.types import CollectionRef

PROMPT, FEW_SHOT, RAG, TUNED, TUNED_RAG = "prompt", "few-shot", "rag", "tuned", "tuned + rag"
SHOTS = 4
"""Examples of the few-shot arm: with more, small models lose the question."""


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
    stock: Stock, *, questions: str = "", system: str = "", overlaps: Mapping[str, int] | None = None
) -> StandardArms:
    """Arms (prompt, few-shot, rag, tuned, tuned + rag) and what is missing for the rest.

    `questions` is the file of the test questions: examples are not drawn from it, nor from files of rows that
    `overlaps` says hold some of them. `system` is the prompt (file or saved) that the arms share.
    """
    held = {path for path, count in (overlaps or {}).items() if count}
    clean = replace(stock, rows=tuple(rows for rows in stock.rows if rows.path not in held))
    return _Maker(clean, questions, system).make()


class _Maker:
    def __init__(self, stock: Stock, questions: str, system: str) -> None:
        self._stock = stock
        self._questions = questions
        self._system = system
        self._arms: list[ArmSpec] = []
        self._why: dict[str, tuple[str, ...]] = {}
        self._missing: list[Missing] = []
        self._about_model = self._about_prompt = ""

    def make(self) -> StandardArms:
        model, about_model = best_model(self._stock)
        if model is None:
            return StandardArms(missing=(Missing(PROMPT, "There is no model yet: open or get one.", "models"),))
        self._about_model = about_model
        shared = shared_prompt(self._stock)
        is_its = shared is not None and bool(self._system) and shared.written == self._system
        self._about_prompt = f"the prompt that {shared.adapter} was trained behind" if shared and is_its else ""
        self._add(ArmSpec(name=PROMPT, model=model.name, prompt=self._system), self._about_prompt)
        self._add_few_shot(model)
        found, about = best_collection(self._stock)
        if found is None:
            self._missing.append(Missing(RAG, "No documents yet for retrieval: index some.", "documents"))
        else:
            self._add(ArmSpec(name=RAG, model=model.name, collection=found.name), about)
        self._add_tuned(model, found, about)
        return StandardArms(tuple(self._arms), self._why, tuple(self._missing))

    def _add(self, arm: ArmSpec, *why: str) -> None:
        self._arms.append(arm)
        self._why[arm.name] = tuple(reason for reason in (self._about_model, *why) if reason)

    def _add_few_shot(self, model: ModelRef) -> None:
        rows, about = best_shots(self._stock, self._questions)
        if rows is None:
            self._missing.append(Missing(FEW_SHOT, "No examples yet for few-shot: import rows.", "data"))
            return
        examples = ExamplesSpec(from_file=rows.written, count=SHOTS)
        self._add(
            ArmSpec(name=FEW_SHOT, model=model.name, prompt=self._system, examples=examples), about, self._about_prompt
        )

    def _add_tuned(self, model: ModelRef, collection: CollectionRef | None, about_collection: str) -> None:
        plain, about_plain = best_adapter(self._stock, model, with_passages=False)
        if plain is None:
            self._missing.append(self._no_adapter(model))
            return
        arm = ArmSpec(name=TUNED, model=model.name, adapter=plain.name, prompt=self._system)
        self._add(arm, about_plain, self._about_prompt)
        if collection is None:
            return
        both, about_both = best_adapter(self._stock, model, with_passages=True)
        if both is None or not self._stock.learned_on_passages(both):
            self._missing.append(self._no_grounded_adapter(model))
        chosen = both or plain
        arm = ArmSpec(name=TUNED_RAG, model=model.name, adapter=chosen.name, collection=collection.name)
        self._add(arm, about_both, about_collection)

    def _no_adapter(self, model: ModelRef) -> Missing:
        rows, _ = best_shots(self._stock, self._questions)
        if rows is None:
            return Missing(TUNED, "No adapter and no rows to train on yet: import rows.", "data")
        case = (("dataset", rows.name), ("base", model.name))
        if model.endpoint is not None:
            return Missing(TUNED, f"{model.name} is on a server: tune a model of this computer.", "finetune", case[:1])
        return Missing(TUNED, f"No adapter for {model.name} yet: tune one on “{rows.name}”.", "finetune", case)

    def _no_grounded_adapter(self, model: ModelRef) -> Missing:
        grounded = next((rows for rows in self._stock.rows if rows.has_passages), None)
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


def shared_prompt(stock: Stock) -> SharedPrompt | None:
    """None where the adapter of the tuned arm learned without a system prompt, or nothing is known of its rows."""
    model, _ = best_model(stock)
    adapter, _ = best_adapter(stock, model, with_passages=False) if model is not None else (None, "")
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


def best_shots(stock: Stock, questions: str = "") -> tuple[RowsChoice | None, str]:
    """Rows to draw examples from, that are not the test questions; and why these."""
    usable = [rows for rows in stock.shots if questions not in (rows.path, rows.source_path) or not questions]
    if not usable:
        return None, ""
    adapter = next((a for a in stock.adapters if any(_learned_from(a, rows) for rows in usable)), None)
    if adapter is not None:
        rows = next(rows for rows in usable if _learned_from(adapter, rows))
        return rows, f"{SHOTS} examples from “{rows.name}”, the rows that {adapter.name} learned from"
    return usable[0], f"{SHOTS} examples from “{usable[0].name}”, {_one_of(len(usable), 'data set', 'newest')}"


def best_collection(stock: Stock) -> tuple[CollectionRef | None, str]:
    """The collection that rows were put together with, else the largest; one without an index is none."""
    usable = [ref for ref in stock.collections if ref.chunks]
    usable = usable or list(stock.collections)
    if not usable:
        return None, ""
    for rows in stock.rows:
        for ref in usable:
            if rows.collection == ref.name:
                return ref, f"{ref.name}: the passages of “{rows.name}” come from it"
    best = max(usable, key=lambda ref: ref.chunks)
    return best, f"{best.name}: {_one_of(len(usable), 'collection', 'largest')}"


def best_adapter(stock: Stock, model: ModelRef, *, with_passages: bool) -> tuple[Adapter | None, str]:
    """The newest adapter for the model that learned on passages or without, else the newest of the other kind."""
    fitting = sorted(
        (adapter for adapter in stock.adapters if not misfit(adapter, model)), key=lambda a: a.created, reverse=True
    )
    right = [adapter for adapter in fitting if stock.learned_on_passages(adapter) is with_passages]
    kind = "with passages" if with_passages else "without passages"
    if right:
        which = "" if len(right) == 1 else f", the newest of {len(right)}"
        return right[0], f"{right[0].name}: learned {kind}{which}"
    if fitting:
        return fitting[0], f"{fitting[0].name}: none learned {kind} yet"
    return None, ""


def _is_for(adapter: Adapter, model: ModelRef) -> bool:
    return bool(adapter.base_name) and not misfit(adapter, model)


def _learned_from(adapter: Adapter, rows: RowsChoice) -> bool:
    if adapter.dataset_hash and rows.content_hash:
        return adapter.dataset_hash == rows.content_hash
    return bool(adapter.dataset_name) and adapter.dataset_name == rows.name


def _one_of(count: int, thing: str, rank: str) -> str:
    return f"the only {thing}" if count == 1 else f"the {rank} of {count} {thing}s"
