"""Fills a grid: each model is loaded once, every column answers every row, what is done stays done.

Rows are answered in blocks. A block that lacks an answer is made as a whole, also when a run is continued: a batch is
composed from its list alone, so the same block gives the same texts; answers that it had already stay as they are.
Failures of a block that lacks nothing are made again alone.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.attempts import PART_FAULTS
from workbench.jobs.context import JobContext
from workbench.llm.types import (
    ChatEngine,
    Completion,
    FinishReason,
    GenerationRequest,
    LoadConfig,
    ModelRef,
)
from workbench.log import get_logger
from workbench.playground.assembling import as_request, assemble, final_answer
from workbench.playground.grid.journal import GridJournal
from workbench.playground.grid.types import Answerer, Cell, CellsDone, Combination, GridRequest, GridRow, Outcome
from workbench.playground.template import PromptRenderer
from workbench.playground.types import QUESTION
from workbench.scoring.judging import Scorer

BLOCK = 32
"""Rows that are answered as one batch."""

_log = get_logger("playground")


class Tools(Protocol):
    """What a run needs of the rooms below: real ones in a worker, scripted ones in tests."""

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ChatEngine: ...
    def model_hash(self, model: ModelRef) -> str: ...
    def adapter_hash(self, answerer: Answerer) -> str:
        """Of the adapter as it lies there now. Raises WorkbenchError when it is gone or another one by now."""
        ...


class RealTools:
    """The engines and files of this machine."""

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ChatEngine:
        from workbench.llm.engines import open_engine

        return open_engine(model, load)

    def model_hash(self, model: ModelRef) -> str:
        from workbench.llm.fingerprints import model_hash

        return model_hash(model)

    def adapter_hash(self, answerer: Answerer) -> str:
        from workbench.llm.adapters import check_adapter
        from workbench.llm.fingerprints import checked_adapter_hash

        found = checked_adapter_hash(answerer.adapter, answerer.adapter_hash)
        if answerer.adapter is not None:
            check_adapter(Path(answerer.adapter.path), answerer.model)
        return found


@dataclass(slots=True)
class _Column:
    """A combination under way: what exactly answers, and what it has of every row."""

    place: int
    combination: Combination
    model_hash: str
    adapter_hash: str
    keys: list[str]
    known: list[Outcome | None]

    @property
    def is_complete(self) -> bool:
        return all(outcome is not None and not outcome.has_failed for outcome in self.known)


@dataclass(slots=True)
class Filling:
    """One execution: what it works with, and what it has so far."""

    context: JobContext
    request: GridRequest
    tools: Tools
    journal: GridJournal
    renderer: PromptRenderer
    outcomes: dict[tuple[int, int], Outcome] = field(default_factory=dict)
    scorer: Scorer = field(init=False)

    def __post_init__(self) -> None:
        self.scorer = Scorer(self.request.metrics, [row.example.answers for row in self.request.rows])

    def fill(self) -> None:
        """All cells; what cannot be answered becomes a failed cell with the reason. Raises JobCancelled."""
        for group in by_model(self.request.combinations):
            self._fill_with_one_model(group)

    def _fill_with_one_model(self, group: Sequence[tuple[int, Combination]]) -> None:
        """All columns of one model, which is loaded once; nothing that happens here ends the grid."""
        columns = [column for place, combination in group if (column := self._begin(place, combination)) is not None]
        waiting = [column for column in columns if not column.is_complete]
        if not waiting:
            return
        answerer = waiting[0].combination.answerer
        self._progress(f"Loading {answerer.model.name}")
        try:
            engine = self.tools.open_engine(answerer.model, answerer.load)
        except PART_FAULTS as error:
            for column in waiting:
                self._give_up(column.place, column.keys, error)
            return
        try:
            for column in waiting:
                self._fill_guarded(column, engine)
        finally:
            engine.close()

    def _begin(self, place: int, combination: Combination) -> _Column | None:
        """What the column has already, told at once; None when it cannot be answered at all."""
        answerer = combination.answerer
        self._progress(f"{combination.name}: looking what is done")
        try:
            model_hash, adapter_hash = self.tools.model_hash(answerer.model), self.tools.adapter_hash(answerer)
        except PART_FAULTS as error:
            self._give_up(place, [""] * len(self.request.rows), error)
            return None
        keys = keys_of(self.request, combination, model_hash, adapter_hash)
        known = [self.journal.find(place, row, key) for row, key in enumerate(keys)]
        self._tell([outcome for outcome in known if outcome is not None])
        return _Column(place, combination, model_hash, adapter_hash, keys, known)

    def _fill_guarded(self, column: _Column, engine: ChatEngine) -> None:
        name = column.combination.name
        if self.journal.attempts.has_crashed(name):
            self._give_up(
                column.place, column.keys, WorkbenchError("The process that answered here stopped unexpectedly, twice.")
            )
            return
        with self.journal.attempts.at_work(name):
            try:
                for start in range(0, len(self.request.rows), BLOCK):
                    self._fill_block(column, range(start, min(start + BLOCK, len(self.request.rows))), engine)
            except PART_FAULTS as error:
                _log.info("the combination %s failed", name, exc_info=error)
                self._give_up(column.place, column.keys, error)

    def _fill_block(self, column: _Column, block: range, engine: ChatEngine) -> None:
        missing = {row for row in block if column.known[row] is None}
        failed = {row for row in block if (known := column.known[row]) is not None and known.has_failed}
        wanted = missing | failed
        if not wanted:
            return
        asked: dict[str, tuple[int, GenerationRequest]] = {}
        for row in block if missing else sorted(failed):
            try:
                asked[str(row)] = (row, self._ask(column.combination, row))
            except WorkbenchError as problem:
                if row in wanted:
                    self._take_failure(column.place, column.keys[row], row, problem)

        def on_done(completion: Completion) -> None:
            row, request = asked[completion.id]
            if self.context.is_cancelled() or row not in wanted:
                return
            self._take(column.place, column.keys[row], row, self._cell(column, row, request, completion))
            self._progress(column.combination.name)

        self._progress(column.combination.name)
        engine.complete_all([request for _, request in asked.values()], on_done, self.context.is_cancelled)
        self.context.check_cancelled()

    def _ask(self, combination: Combination, row: int) -> GenerationRequest:
        found = self.request.rows[row]
        messages = assemble(self.renderer, combination.prompt, values_of(self.request, found), earlier=found.earlier)
        return as_request(combination.prompt, messages, id=str(row), adapter=combination.answerer.adapter)

    def _cell(self, column: _Column, row: int, request: GenerationRequest, completion: Completion) -> Cell:
        example = self.request.rows[row].example
        problem = _problem_of(completion, column.adapter_hash, column.combination.answerer.adapter_scale)
        found = final_answer(column.combination.prompt, completion.text)
        answer = "" if problem else found.answer
        return Cell(
            combination=column.combination.name,
            row_id=example.id,
            prompt=completion.final_prompt or _as_text(request),
            text=completion.text,
            reasoning=found.reasoning,
            answer=answer,
            rule_sentence=found.rule_sentence,
            finish_reason=completion.finish_reason,
            usage=completion.usage,
            model_hash=column.model_hash,
            adapter_hash=completion.adapter_hash,
            adapter_scale=completion.adapter_scale,
            scores={} if problem else self.scorer.score(answer, example.answers, relevant=example.sources),
            problem=problem,
            cost=completion.cost,
        )

    def _take_failure(self, place: int, key: str, row: int, problem: BaseException) -> None:
        cell = Cell(
            combination=self.request.combinations[place].name,
            row_id=self.request.rows[row].example.id,
            finish_reason=FinishReason.ERROR,
            problem=problem.message if isinstance(problem, WorkbenchError) else str(problem) or type(problem).__name__,
            hint=problem.hint if isinstance(problem, WorkbenchError) else "",
        )
        self._take(place, key, row, cell)

    def _take(self, place: int, key: str, row: int, cell: Cell) -> None:
        metrics = tuple(metric.name for metric in self.request.metrics)
        self._tell([self.journal.add(place, row, key, cell, metrics)])

    def _give_up(self, place: int, keys: Sequence[str], error: BaseException) -> None:
        """The column's missing answers become failed cells with the reason; its finished ones stay."""
        for row, key in enumerate(keys):
            known = self.outcomes.get((place, row))
            if known is None or known.has_failed:
                self._take_failure(place, key, row, error)

    def _tell(self, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        self.outcomes |= {(outcome.combination, outcome.row): outcome for outcome in outcomes}
        self.context.produce(CellsDone(outcomes=tuple(outcomes), done=len(self.outcomes), total=self.request.size))

    def _progress(self, label: str) -> None:
        self.context.progress(len(self.outcomes), self.request.size, label)


def by_model(combinations: Sequence[Combination]) -> Iterator[list[tuple[int, Combination]]]:
    """Combinations with their places in groups of one model loaded in one way, adapters of a kind together."""
    groups: dict[tuple[str, str], list[tuple[int, Combination]]] = {}
    for place, combination in enumerate(combinations):
        answerer = combination.answerer
        key = (answerer.model.path, answerer.load.model_dump_json())
        groups.setdefault(key, []).append((place, combination))
    for group in groups.values():
        yield sorted(group, key=lambda placed: (placed[1].answerer.adapter_hash, placed[1].answerer.adapter_scale))


def values_of(request: GridRequest, row: GridRow) -> dict[str, str]:
    """What fills the variables of a prompt for this row."""
    return {**request.values, **row.example.variables, QUESTION: row.example.question}


def keys_of(request: GridRequest, combination: Combination, model_hash: str, adapter_hash: str) -> list[str]:
    """For every row the hash of everything that decides this combination's answer."""
    answerer = combination.answerer
    common = _hash(
        {
            "model": model_hash,
            "adapter": adapter_hash,
            "scale": answerer.adapter_scale,
            "prompt": combination.prompt.model_dump(mode="json"),
            "load": answerer.load.model_dump(mode="json"),
        }
    )
    return [
        _hash(
            {
                "common": common,
                "values": values_of(request, row),
                "earlier": [message.model_dump(mode="json") for message in row.earlier],
            }
        )
        for row in request.rows
    ]


def _hash(values: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]


def _problem_of(completion: Completion, adapter_hash: str, adapter_scale: float = 1.0) -> str:
    """Why this is no answer; the column without an adapter is proved to have had none by the engine's own word."""
    if completion.finish_reason in (FinishReason.CANCELLED, FinishReason.ERROR):
        return completion.problem or "The answer was stopped."
    if completion.problem:
        return completion.problem
    if completion.adapter_hash != adapter_hash:
        return f"Another adapter answered than the column's: {completion.adapter_hash[:12] or 'none'}."
    if completion.adapter_scale != adapter_scale:
        return f"The adapter answered at a scale of {completion.adapter_scale:g} instead of {adapter_scale:g}."
    return ""


def _as_text(request: GenerationRequest) -> str:
    """What a server was sent, for reading."""
    said = [f"[{message.role}]\n{message.content}" for message in request.messages]
    return "\n\n".join([*said, *([f"[begun]\n{request.prefix}"] if request.prefix else [])])
