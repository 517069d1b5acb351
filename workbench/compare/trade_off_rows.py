"""What the page "Trade-offs" and the report say of arms, pairs and tags, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isfinite

from workbench.compare.arm_types import ArmResult
from workbench.compare.choice_sentences import WORDS, about_choice
from workbench.compare.cost import Cost, costs_of, has_prices, machine_seconds, money_per_answer, spread_seconds
from workbench.compare.freshness import Freshness, freshness
from workbench.compare.types import ComparisonReport
from workbench.compare.verdict_sentences import p_value
from workbench.compare.verdict_types import FlipPoint, PairResult, TagVerdict, VerdictKind
from workbench.compare.weighing import with_means
from workbench.compare.weights import Measure
from workbench.compare.wording import between, dollars, listed, long_time, percent, points, seconds, size, time_of
from workbench.compare.worth import Candidates, choose, shares_of
from workbench.scoring.types import MetricSummary


@dataclass(frozen=True, slots=True)
class ArmRow:
    """An arm with all that it is chosen by, as it is shown."""

    name: str
    is_recommended: bool
    is_best: bool
    quality: str
    worth: str
    """Empty where only quality counts."""
    shares: str
    """The numbers behind the worth."""
    latency: str
    memory: str
    cost: str
    cost_parts: str
    """The numbers behind the cost."""
    fresh: str
    fresh_parts: str
    forgotten: str
    """Gain or loss of general abilities; empty where it was not measured."""
    forgotten_parts: str


def candidates_of(report: ComparisonReport) -> Candidates:
    """What the recommendation is chosen from."""
    verdict = with_means(report.verdict, report)
    return Candidates(verdict.means, verdict.best, verdict.pairs, costs_of(report.arms), report.economy)


def choice_sentences(report: ComparisonReport) -> list[str]:
    """Why this arm is recommended; where the choice would change stands beside the sliders."""
    candidates = candidates_of(report)
    choice = replace(choose(candidates, report.weights), flip_points=())
    return list(about_choice(report.verdict, candidates, choice, report.weights))


def arm_rows(report: ComparisonReport) -> list[ArmRow]:
    """The arms: the recommended one first, then as worth or quality has it; those that are not judged last."""
    candidates = candidates_of(report)
    choice = choose(candidates, report.weights)
    order = list(choice.worths or sorted(candidates.means, key=lambda arm: -candidates.means[arm]))
    shares = shares_of(candidates) if report.verdict.best else {}
    rows = []
    for result in report.arms:
        own = shares.get(result.name, {})
        worth = (choice.worths or {}).get(result.name)
        rows.append(
            _arm_row(
                report,
                result,
                "" if worth is None else f"{worth:.2f}",
                ", ".join(f"{WORDS[measure]} {share:.2f}" for measure, share in own.items()),
            )
        )
    places = {name: place for place, name in enumerate(order)}
    return sorted(rows, key=lambda row: (not row.is_recommended, places.get(row.name, len(places))))


def _arm_row(report: ComparisonReport, result: ArmResult, worth: str, shares: str) -> ArmRow:
    cost = costs_of([result])[result.name]
    month, general = freshness(result, report.economy), result.general
    has_general = general is not None and general.difference is not None
    return ArmRow(
        name=result.name,
        is_recommended=result.name == report.verdict.recommended,
        is_best=result.name in report.verdict.best_to_mark,
        quality=_quality(result.metrics.get(report.verdict.metric)),
        worth=worth,
        shares=shares,
        latency=time_of(result.timing.latency_seconds, result.timing),
        memory=size(result.memory_bytes),
        cost=cost_text(cost, report),
        cost_parts=cost_parts(cost, report),
        fresh=fresh_text(month, report),
        fresh_parts=fresh_parts(month),
        forgotten=points(general.difference or 0.0) if general is not None and has_general else "",
        forgotten_parts=""
        if general is None or not has_general
        else (
            f"General abilities: {percent(general.before)} before tuning, {percent(general.after)} after; "
            f"95 % interval {between(general.low, general.high)} points, {general.questions} questions."
        ),
    )


def _quality(summary: MetricSummary | None) -> str:
    """ "84 % (75–91)"."""
    if summary is None or summary.mean is None:
        return "–"
    return f"{percent(summary.mean)} ({_whole(summary.low)}–{_whole(summary.high)})"


def cost_text(cost: Cost, report: ComparisonReport) -> str:
    """Per answer, training and indexing included: in money where anything has a price, else in machine time."""
    if has_prices(costs_of(report.arms), report.economy):
        value = money_per_answer(cost, report.economy)
        return dollars(value) if isfinite(value) else "–"
    value = machine_seconds(cost, report.economy)
    return long_time(value) if isfinite(value) else "–"


def cost_parts(cost: Cost, report: ComparisonReport) -> str:
    """What the cost is made of."""
    parts = [f"{dollars(cost.dollars)} to the server"] if cost.dollars else []
    if not cost.dollars and cost.latency_seconds is not None:
        earlier = ", as measured earlier" if cost.is_earlier else ""
        parts.append(f"{seconds(cost.latency_seconds)} of this computer to answer{earlier}")
    if cost.preparing_seconds:
        parts.append(
            f"{seconds(spread_seconds(cost, report.economy))} as its share of {long_time(cost.preparing_seconds)} of "
            f"training and indexing, over {report.economy.questions:,} answers"
        )
    unknown = " How long indexing took is not known." if cost.indexing_seconds is None else ""
    return (f"{' + '.join(parts)}." if parts else "Nothing was measured.") + unknown


def fresh_text(month: Freshness, report: ComparisonReport) -> str:
    """What staying fresh for a month takes."""
    if month.seconds is None or (month.is_tuned and not month.reads_documents and not month.retune_seconds):
        return "not known" if month.reads_documents or month.is_tuned else "–"
    price = report.economy.price(month.seconds)
    return long_time(month.seconds) if price is None else dollars(price)


def fresh_parts(month: Freshness) -> str:
    """How that is reckoned."""
    if month.reads_documents:
        more = f" Training anew as well would take {long_time(month.retune_seconds)}." if month.retune_seconds else ""
        known = "not known" if month.reindex_seconds is None else long_time(month.reindex_seconds)
        return f"Indexing what changed: {known} a month.{more}"
    if month.is_tuned:
        return f"Training anew at every change: {long_time(month.retune_seconds)} a month."
    return "It neither reads documents nor was trained: nothing keeps it fresh but its prompt."


def pair_texts(pair: PairResult) -> tuple[str, str, str, str, str, str]:
    """Better arm, other arm, difference, interval, corrected p, questions."""
    p = p_value(pair.corrected_p_value).removeprefix("= ")
    interval = between(pair.low, pair.high)
    return pair.second, pair.first, points(pair.difference), interval, p, str(pair.questions)


def tag_texts(tag: TagVerdict) -> tuple[str, str, str, str]:
    """Tag, questions, what was found, means."""
    means = ", ".join(f"{arm} {percent(mean)}" for arm, mean in tag.means.items())
    return tag.tag, str(tag.questions), _found(tag), means


def _found(tag: TagVerdict) -> str:
    if tag.is_too_small:
        return "too few questions"
    match tag.kind:
        case VerdictKind.WINNER:
            return f"{tag.best[0]} wins"
        case VerdictKind.EQUIVALENT:
            return f"{listed(tag.best)} are equally good"
        case _:
            return f"{listed(tag.best)} cannot be told apart" if tag.best else "–"


def flip_text(points_: tuple[FlipPoint, ...], measure: Measure) -> str:
    """Where moving this slider changes the recommendation: "below 20 %: rag · above 57 % (33–66 %): fast"."""
    return " · ".join(_flip(point) for point in points_ if point.measure is measure)


def _flip(point: FlipPoint) -> str:
    if point.is_above and point.weight < 0.005:
        return f"any: {point.arm}"
    unsure = point.low is not None and point.high is not None and point.high - point.low >= 0.01
    span = f" ({_whole(point.low)}–{_whole(point.high)} %)" if unsure else ""
    return f"{'above' if point.is_above else 'below'} {percent(point.weight)}{span}: {point.arm}"


def numbers_behind(report_pairs: tuple[PairResult, ...]) -> Iterator[str]:
    """Each pair in a line, for who wants the numbers behind a sentence."""
    for pair in report_pairs:
        better, other, difference, interval, p, questions = pair_texts(pair)
        sign = "<" if p.startswith("<") else "="
        yield (
            f"{better} – {other}: {difference}, 95 % interval {interval}, p {sign} {p.removeprefix('< ')} after "
            f"correction, {questions} questions"
        )


def _whole(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f}"
