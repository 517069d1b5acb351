"""From what was found to a table with intervals, and whether the best setting is really better."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import fmean, median

from workbench.rag.evaluation.types import (
    Measure,
    MeasureReport,
    MeasureRequest,
    QuestionOutcome,
    RetrievalSetting,
    SettingDifference,
    SettingResult,
    hash_of,
)
from workbench.rag.search_types import RetrievalMode
from workbench.scoring.statistics import difference_interval, holm, paired_test
from workbench.scoring.summarizing import summarize_values

_MODES = {RetrievalMode.HYBRID: "meaning and words", RetrievalMode.VECTOR: "meaning", RetrievalMode.TEXT: "words"}
_NOTHING_KNOWN: Mapping[int, int] = {}
_NO_PROBLEMS: Mapping[int, str] = {}
MEASURE_NAMES = {Measure.NDCG: "nDCG", Measure.RECALL: "Recall", Measure.MRR: "MRR"}


def report_of(
    request: MeasureRequest,
    outcomes: Sequence[QuestionOutcome],
    *,
    chunks: Mapping[int, int] = _NOTHING_KNOWN,
    problems: Mapping[int, str] = _NO_PROBLEMS,
    is_complete: bool = True,
    seconds: float = 0.0,
) -> MeasureReport:
    """`chunks` and `problems` by setting. Settings that were not asked every question are shown and not compared."""
    by_setting: list[list[QuestionOutcome]] = [[] for _ in request.settings]
    for outcome in outcomes:
        if not outcome.problem:
            by_setting[outcome.setting].append(outcome)
    results = tuple(
        _result(setting, found, chunks.get(number, 0), problems.get(number, ""))
        for number, (setting, found) in enumerate(zip(request.settings, by_setting, strict=True))
    )
    whole = [n for n, found in enumerate(by_setting) if len(found) == len(request.questions)]
    values = {number: _values(request, by_setting[number]) for number in whole}
    differences = _differences(values)
    report = MeasureReport(
        collection=request.collection,
        test_set=request.test_set,
        test_set_hash=hash_of(request.questions),
        k=request.k,
        measure=request.measure,
        questions=request.questions,
        results=results,
        differences=differences,
        best=max(whole, key=lambda number: (fmean(values[number]), number == request.current), default=-1),
        current=request.current,
        is_complete=is_complete,
        reranker=request.reranker,
        seconds=seconds,
    )
    report = report.model_copy(update={"tied": _tied(report)})
    return report.model_copy(update={"sentence": sentence_of(report)})


def _values(request: MeasureRequest, outcomes: Sequence[QuestionOutcome]) -> list[float]:
    by_question = {outcome.question: outcome.value(request.measure) for outcome in outcomes}
    return [by_question[question.id] for question in request.questions]


def _result(setting: RetrievalSetting, outcomes: Sequence[QuestionOutcome], chunks: int, problem: str) -> SettingResult:
    if not outcomes:
        return SettingResult(setting=setting, chunks=chunks, problem=problem)
    return SettingResult(
        setting=setting,
        values={m: summarize_values([outcome.value(m) for outcome in outcomes]) for m in Measure},
        chunks=chunks,
        characters=fmean(outcome.characters for outcome in outcomes),
        milliseconds=1000 * median(outcome.seconds for outcome in outcomes),
        problem=problem,
    )


def _differences(values: dict[int, list[float]]) -> tuple[SettingDifference, ...]:
    pairs = list(combinations(values, 2))
    corrected = holm([paired_test(values[first], values[second]) for first, second in pairs])
    found = []
    for (first, second), p in zip(pairs, corrected, strict=True):
        interval = difference_interval(values[first], values[second])
        found.append(
            SettingDifference(
                first=first, second=second, difference=interval.estimate, low=interval.low, high=interval.high, p=p
            )
        )
    return tuple(found)


def _tied(report: MeasureReport) -> tuple[int, ...]:
    """Settings of which it was not shown that the best one is better."""
    tied = []
    for number in range(len(report.results)):
        pair = report.difference(number, report.best)
        if pair is not None and not pair.is_clear:
            tied.append(number)
    return tuple(tied)


def sentence_of(report: MeasureReport) -> str:
    """The outcome in words."""
    if report.best < 0:
        return "Nothing was measured to its end." if not report.is_complete else "No setting could be measured."
    best = report.results[report.best]
    name, mean = MEASURE_NAMES[report.measure], best.values[report.measure].mean or 0.0
    labels = labels_of([result.setting for result in report.results])
    label = labels[report.best]
    compared = 1 + len({number for pair in report.differences for number in (pair.first, pair.second)} - {report.best})
    if compared == 1:
        said = f"{label}: {name}@{report.k} is {mean:.3f}."
    elif not report.tied:
        said = f"{label} finds most ({name}@{report.k} {mean:.3f}), and is really better than every other setting."
    elif len(report.tied) == compared - 1:
        said = (
            f"No setting is really better than the others: they cannot be told apart with "
            f"{len(report.questions)} questions. The highest is {label} ({name}@{report.k} {mean:.3f})."
        )
    else:
        also = "; ".join(labels[number] for number in report.tied[:3])
        more = f" and {len(report.tied) - 3} more" if len(report.tied) > 3 else ""
        said = f"{label} finds most ({name}@{report.k} {mean:.3f}). It cannot be told apart from: {also}{more}."
    return " ".join(filter(None, [said, _against_current(report), "" if report.is_complete else "It was stopped."]))


def _against_current(report: MeasureReport) -> str:
    if report.current < 0:
        return ""
    if report.current == report.best:
        return "That is how the collection is searched now."
    pair = report.difference(report.current, report.best)
    if pair is None:
        return ""
    by = f"{100 * pair.difference:+.1f} points, 95 % interval {100 * pair.low:+.1f} to {100 * pair.high:+.1f}"
    if pair.is_clear:
        return f"It is better than how the collection is searched now ({by})."
    return f"It cannot be told apart from how the collection is searched now ({by})."


def labels_of(settings: Sequence[RetrievalSetting]) -> list[str]:
    """Each setting in words; the embedder is named where there are several."""
    is_named = len({setting.embedder.identity for setting in settings}) > 1
    return [describe_setting(setting) + (f" · {setting.embedder.name}" if is_named else "") for setting in settings]


def describe_setting(setting: RetrievalSetting) -> str:
    """ "Meaning and words, reranked · 120 tokens, overlap 20"."""
    mode = _MODES[setting.mode]
    how = mode[:1].upper() + mode[1:] + (", reranked" if setting.rerank else "")
    return f"{how} · {setting.chunking}"
