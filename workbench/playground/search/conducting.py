"""A whole search on real models: write, race, rewrite, look at the held-out questions, report."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.llm.types import ChatEngine, LoadConfig, ModelRef
from workbench.playground.search.answering import AnsweringEvaluator
from workbench.playground.search.candidates import Field, build_field
from workbench.playground.search.journal import SearchJournal
from workbench.playground.search.planning import REWRITING_SHARE, Plan, plan_search
from workbench.playground.search.questions import Division, divide
from workbench.playground.search.reporting import build_report
from workbench.playground.search.rewriting import GepaRewriter
from workbench.playground.search.scoring_table import Allowance, ScoreTable
from workbench.playground.search.search import Race, SearchResult, search
from workbench.playground.search.telling import Teller
from workbench.playground.search.types import SearchReport, SearchRequest
from workbench.playground.search.writing import EngineWriter, write_instructions
from workbench.playground.template import PromptRenderer, problems_in, variables_of
from workbench.playground.types import QUESTION
from workbench.scoring.metrics import find_metric


class Tools(Protocol):
    """The models of a search."""

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ChatEngine:
        """A loaded engine that the caller closes."""
        ...

    def model_hash(self, model: ModelRef) -> str: ...


def conduct(context: JobContext, request: SearchRequest, tools: Tools) -> SearchReport:
    """The search from beginning to end; what an earlier attempt left in the folder is taken over.

    Raises WorkbenchError for what makes the search impossible; what it has done by then is kept.
    """
    folder = Path(request.folder) if request.folder else context.run_folder
    if folder is None:
        raise WorkbenchError("The search has no folder to work in.", code="no_folder")
    check_start(request)
    # A worked example has a question and an answer; of a prompt with more variables it would say half.
    only_question = set(variables_of(request.start)) <= {QUESTION}
    carve = request.shots_from_questions and only_question
    division = divide(request.examples, request.start, request.shots, request.seed, carve=carve)
    plan = plan_search(
        request.budget,
        held_out=len(division.held_out),
        most_candidates=request.max_candidates,
        has_writer=request.writer is not None,
    )
    journal = SearchJournal(folder)
    journal.keep_questions(division.search)
    context.progress(0, 0, f"Loading {request.model.name}")
    engine = tools.open_engine(request.model, request.load)
    try:
        with PromptRenderer() as renderer:
            conductor = _Conductor(context, request, tools, journal, division, plan, engine, renderer)
            report = conductor.run()
    finally:
        engine.close()
    journal.finish(report)
    return report


def check_start(request: SearchRequest) -> None:
    """Raise WorkbenchError for a starting prompt or a metric with which nothing can be searched."""
    metric, _ = find_metric(request.metric.name)
    if problems := problems_in(request.start):
        raise WorkbenchError(
            f"The starting prompt has a mistake in its template: {problems[0].message}",
            hint=f"Correct line {problems[0].line} of the prompt.",
            code="template_syntax",
        )
    if not metric.judges_answer and metric.name != "json_valid":
        raise WorkbenchError(
            f"{metric.title} judges retrieval, and a prompt retrieves nothing.",
            hint="Choose a metric that judges answers.",
            code="wrong_metric",
        )


@dataclass(slots=True)
class _Conductor:
    context: JobContext
    request: SearchRequest
    tools: Tools
    journal: SearchJournal
    division: Division
    plan: Plan
    engine: ChatEngine
    renderer: PromptRenderer
    notes: list[str] = field(default_factory=list)
    allowance: Allowance = field(init=False)
    evaluator: AnsweringEvaluator = field(init=False)
    table: ScoreTable = field(init=False)
    teller: Teller = field(init=False)

    def __post_init__(self) -> None:
        budget = self.request.budget
        self.allowance = Allowance(budget.generations, budget.seconds, self.journal.seconds)
        self.evaluator = self._build_evaluator()
        self.table = ScoreTable(self.evaluator, self.allowance)
        asked = {example.id for example in self.division.search}
        self.teller = Teller(self.context, budget, self.table, self.evaluator.candidates, asked, self.journal.seconds)
        self.table.on_scored = self.teller.look

    def run(self) -> SearchReport:
        writer_engine = self._open_writer()
        try:
            return self._search(self._build_writer(writer_engine) if writer_engine else None)
        finally:
            if writer_engine is not None and writer_engine is not self.engine:
                writer_engine.close()

    def _search(self, writer: EngineWriter | None) -> SearchReport:
        field = self._enter_field(self._write(writer))
        rewriter = self._build_rewriter(writer) if writer is not None and self.plan.rewrites else None
        self.teller.begin_racing()
        result = search(
            [candidate.id for candidate in field.candidates],
            start=field.candidates[0].id,
            questions=[example.id for example in self.division.search],
            held_out=[example.id for example in self.division.held_out],
            table=self.table,
            rewriter=rewriter,
            rewriting_share=REWRITING_SHARE,
            on_round=self.teller.go_on,
            on_held_out=self.teller.begin_held_out,
        )
        if not result.race.asked:
            raise WorkbenchError(
                f"The budget ended before the {len(field.candidates)} candidates had answered one question each.",
                hint="Allow more time, or let fewer candidates take part.",
                code="budget_too_small",
            )
        if rewriter is not None and rewriter.problem:
            self.notes.append(f"Rewriting ended early: {rewriter.problem}")
        return self._report(result, field, writer)

    def _report(self, result: SearchResult, field: Field, writer: EngineWriter | None) -> SearchReport:
        self.teller.end(result.race)
        return build_report(
            self.request,
            result,
            start=field.candidates[0],
            evaluator=self.evaluator,
            division=self.division,
            written=writer.written if writer else [],
            not_tried=field.left_out,
            seconds=self.journal.seconds(),
            notes=tuple(self.notes),
        )

    def _build_evaluator(self) -> AnsweringEvaluator:
        return AnsweringEvaluator(
            engine=self.engine,
            renderer=self.renderer,
            journal=self.journal,
            model_hash=self.tools.model_hash(self.request.model),
            metric=self.request.metric,
            examples={example.id: example for example in (*self.division.search, *self.division.held_out)},
            is_cancelled=self.context.is_cancelled,
            check_cancelled=self.context.check_cancelled,
            adapter=self.request.adapter,
        )

    def _open_writer(self) -> ChatEngine | None:
        request = self.request
        if request.writer is None:
            return None
        if request.writer.path == request.model.path:
            return self.engine
        self.context.progress(0, 0, f"Loading {request.writer.name}")
        return self.tools.open_engine(request.writer, request.writer_load)

    def _build_writer(self, engine: ChatEngine) -> EngineWriter:
        assert self.request.writer is not None
        return EngineWriter(
            engine=engine,
            journal=self.journal,
            allowance=self.allowance,
            model_hash=self.tools.model_hash(self.request.writer),
            seed=self.request.seed,
            is_cancelled=self.context.is_cancelled,
            check_cancelled=self.context.check_cancelled,
        )

    def _build_rewriter(self, writer: EngineWriter) -> "_ToldRewriter":
        return _ToldRewriter(
            self.evaluator,
            writer,
            self.request.start,
            self.request.seed,
            self.context.is_cancelled,
            self.context.check_cancelled,
            on_candidate=self.teller.enter,
            on_begin=self.teller.begin_rewriting,
        )

    def _write(self, writer: EngineWriter | None) -> list[str]:
        """A writer that fails is no end: the search goes on without what it would have written."""
        if writer is None:
            return []
        self.teller.begin_writing()
        metric, _ = find_metric(self.request.metric.name)
        shown: tuple[Example, ...] = self.division.search
        try:
            written = write_instructions(
                writer, self.request.start, shown, metric.sentence, self.request.seed, self.plan.written
            )
        except WorkbenchError as problem:
            self.notes.append(str(problem))
            return []
        if not written:
            self.notes.append("The writer wrote nothing that can serve as an instruction.")
        return written

    def _enter_field(self, written: list[str]) -> Field:
        request = self.request
        field = build_field(
            request.start,
            own=request.instructions,
            written=written,
            techniques=request.techniques,
            formats=request.formats,
            shots=self.division.shots,
            shots_name=request.shots_name,
            seed=request.seed,
            limit=self.plan.candidates,
        )
        if len(field.candidates) < 2:
            raise WorkbenchError(
                "There is nothing to try: no techniques, formats, examples, instructions or writer are chosen.",
                hint="Let techniques take part, or write an instruction.",
                code="no_candidates",
            )
        for candidate in field.candidates:
            self.evaluator.candidates[candidate.id] = candidate
            self.teller.enter(candidate)
        return field


@dataclass(slots=True)
class _ToldRewriter(GepaRewriter):
    """Says when it begins."""

    on_begin: Callable[[Race], None] = lambda _race: None

    def rewrite(self, race: Race, *, reserve: int) -> list[str]:
        self.on_begin(race)
        return list(GepaRewriter.rewrite(self, race, reserve=reserve))
