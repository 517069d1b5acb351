"""Before and after: the same held-out questions, asked with both embedders."""

from collections.abc import Callable, Sequence

from workbench.jobs.context import JobContext
from workbench.rag.embedding_tuning.types import Comparison
from workbench.rag.evaluation.comparing import measure_question
from workbench.rag.evaluation.measures import DEPTH
from workbench.rag.evaluation.types import EvaluationQuestion, Measure, QuestionOutcome
from workbench.rag.retrieval import Searcher
from workbench.rag.search_types import RetrievalConfig, RetrievalMode
from workbench.scoring.statistics import difference_interval
from workbench.scoring.summarizing import summarize_values


def compare(
    context: JobContext,
    before: Searcher,
    after: Searcher,
    questions: Sequence[EvaluationQuestion],
    modes: Sequence[RetrievalMode],
    k: int,
) -> tuple[Comparison, ...]:
    """One comparison for each way to search."""
    total = 2 * len(modes) * len(questions)
    done = 0

    def step() -> None:
        nonlocal done
        context.progress(done, total, "Asking the held-out questions")
        done += 1

    found = []
    for mode in modes:
        old = _ask(before, questions, mode, k, step)
        new = _ask(after, questions, mode, k, step)
        found.append(comparison_of(mode, old, new))
    return tuple(found)


def _ask(
    searcher: Searcher,
    questions: Sequence[EvaluationQuestion],
    mode: RetrievalMode,
    k: int,
    step: Callable[[], None],
) -> list[QuestionOutcome]:
    outcomes = []
    for question in questions:
        step()
        outcomes.append(measure_question(searcher, question, RetrievalConfig(mode=mode, top_k=DEPTH), k, 0))
    return outcomes


def comparison_of(
    mode: RetrievalMode, before: Sequence[QuestionOutcome], after: Sequence[QuestionOutcome]
) -> Comparison:
    """Means with intervals, and the paired differences."""
    old = {measure: [outcome.value(measure) for outcome in before] for measure in Measure}
    new = {measure: [outcome.value(measure) for outcome in after] for measure in Measure}
    intervals = {measure: difference_interval(old[measure], new[measure]) for measure in Measure}
    return Comparison(
        mode=mode,
        before={measure: summarize_values(values) for measure, values in old.items()},
        after={measure: summarize_values(values) for measure, values in new.items()},
        differences={measure: (one.estimate, one.low, one.high) for measure, one in intervals.items()},
    )


def is_better(comparison: Comparison) -> bool:
    """Whether the whole interval of nDCG lies above 0."""
    return comparison.differences[Measure.NDCG][1] > 0


def sentence_of(comparison: Comparison, questions: int) -> str:
    """What came of it, in words."""
    mean, low, high = comparison.differences[Measure.NDCG]
    interval = f"95 % interval {100 * low:+.1f} to {100 * high:+.1f}"
    by = f"nDCG {100 * mean:+.1f} points on {questions} held-out questions, {interval}"
    if is_better(comparison):
        return f"The tuned embedder finds more ({by})."
    if comparison.differences[Measure.NDCG][2] < 0:
        return f"The tuned embedder finds less ({by}). The collection stays as it is."
    return (
        f"The tuned embedder cannot be told apart from the present one ({by}). The collection stays as it is; more "
        "questions may show a difference."
    )
