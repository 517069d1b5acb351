"""From a finished race to its report."""

from collections.abc import Collection, Mapping, Sequence

from workbench.playground.search.answering import AnsweringEvaluator
from workbench.playground.search.journal import AnswerRecord, WritingRecord
from workbench.playground.search.questions import Division
from workbench.playground.search.scoring_table import ScoreTable
from workbench.playground.search.search import Dropped, HeldOut, SearchResult
from workbench.playground.search.types import (
    Candidate,
    CandidateResult,
    HeldOutScore,
    Outcome,
    SearchCost,
    SearchReport,
    SearchRequest,
    Standing,
)
from workbench.scoring.planning import paired_deviation, questions_needed
from workbench.scoring.statistics import Interval, mean_interval, paired_test
from workbench.scoring.types import MetricSummary


def standing_of(one: str, table: ScoreTable, questions: Collection[str], dropped: Mapping[str, Dropped]) -> Standing:
    """How a candidate stands on the search questions."""
    values = [score for question, score in table.scores.get(one, {}).items() if question in questions]
    out = dropped.get(one)
    return Standing(
        id=one,
        mean=sum(values) / len(values) if values else None,
        count=len(values),
        dropped=out.reason if out else "",
        round=out.round if out else 0,
    )


def build_report(
    request: SearchRequest,
    result: SearchResult,
    *,
    start: Candidate,
    evaluator: AnsweringEvaluator,
    division: Division,
    written: Sequence[WritingRecord],
    not_tried: int,
    seconds: float,
    notes: tuple[str, ...],
) -> SearchReport:
    table = result.race.table
    questions = {example.id for example in division.search}
    results = [
        _candidate_result(candidate, table, questions, result.race.dropped, evaluator)
        for candidate in evaluator.candidates.values()
        if table.scores.get(candidate.id)
    ]
    winner = evaluator.candidates[result.winner]
    held_out = _held_out_score(result.held_out, table, winner.id, start.id) if result.held_out else None
    if winner.id != start.id and held_out is None:
        notes = (*notes, "The budget ended before a held-out question was asked: whether it is better is not known.")
    return SearchReport(
        name=request.name,
        outcome=_outcome(winner.id == start.id, result.held_out),
        metric=request.metric.name,
        model_name=request.model.name,
        writer_name=request.writer.name if request.writer else "",
        start_version_id=request.start_version_id,
        start_label=request.start_label,
        prompt_name=request.prompt_name,
        questions_name=request.questions_name,
        start=start,
        winner=winner,
        held_out=held_out,
        candidates=tuple(_best_first(results, winner.id)),
        not_tried=not_tried + len(evaluator.candidates) - len(results),
        search_questions=len(division.search),
        held_out_questions=len(division.held_out),
        left_out_questions=division.left_out,
        rounds=result.race.rounds,
        cost=_cost(evaluator.answers.values(), written, questions, seconds),
        notes=notes,
    )


def _outcome(start_won: bool, held_out: HeldOut | None) -> Outcome:
    if start_won:
        return Outcome.START_IS_BEST
    return Outcome.BETTER if held_out is not None and held_out.is_better else Outcome.UNPROVEN


def _candidate_result(
    candidate: Candidate,
    table: ScoreTable,
    questions: Collection[str],
    dropped: Mapping[str, Dropped],
    evaluator: AnsweringEvaluator,
) -> CandidateResult:
    asked = [question for question in table.scores.get(candidate.id, {}) if question in questions]
    problems = [found for question in asked if (found := evaluator.answers[(candidate.id, question)].problem)]
    out = dropped.get(candidate.id)
    values = table.of(candidate.id, asked) if asked else []
    return CandidateResult(
        candidate=candidate,
        score=_summary(mean_interval(values), len(values)),
        dropped=out.reason if out else "",
        round=out.round if out else 0,
        failed=len(problems),
        problem=problems[0] if problems else "",
    )


def _best_first(results: Sequence[CandidateResult], winner: str) -> list[CandidateResult]:
    """The winner, then who stayed longest (on more questions the mean says more), then the higher mean."""

    def place(one: CandidateResult) -> tuple[bool, bool, int, float]:
        return one.candidate.id != winner, bool(one.dropped), -one.score.count, -(one.score.mean or 0.0)

    return sorted(results, key=place)


def _held_out_score(held_out: HeldOut, table: ScoreTable, winner: str, start: str) -> HeldOutScore:
    before, after = table.of(start, held_out.questions), table.of(winner, held_out.questions)
    count, difference = len(held_out.questions), held_out.difference
    needed = 0
    if not held_out.is_better and difference.estimate > 0:
        planned = questions_needed(paired_deviation(before, after), difference=difference.estimate)
        needed = max(0, planned - count)
    return HeldOutScore(
        questions=count,
        winner=_summary(held_out.winner, count),
        start=_summary(held_out.start, count),
        difference=difference.estimate,
        low=difference.low,
        high=difference.high,
        p_value=paired_test(before, after),
        more_questions_needed=needed,
    )


def _summary(interval: Interval | None, count: int) -> MetricSummary:
    if interval is None:
        return MetricSummary()
    return MetricSummary(mean=interval.estimate, low=interval.low, high=interval.high, count=count)


def _cost(
    answers: Collection[AnswerRecord], written: Sequence[WritingRecord], questions: Collection[str], seconds: float
) -> SearchCost:
    everything: list[AnswerRecord | WritingRecord] = [*answers, *written]
    prices = [one.cost for one in everything if one.cost is not None]
    racing = sum(answer.question in questions for answer in answers)
    return SearchCost(
        racing=racing,
        held_out=len(answers) - racing,
        writing=len(written),
        prompt_tokens=sum(one.prompt_tokens for one in everything),
        generated_tokens=sum(one.generated_tokens for one in everything),
        seconds=seconds,
        dollars=sum(prices) if prices else None,
    )
