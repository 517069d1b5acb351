"""Why an answer is wrong, with the evidence: what to change follows from it."""

from collections import Counter
from collections.abc import Iterable

from workbench.compare.types import Arm, FailureReason, Trial
from workbench.datasets.types import Example
from workbench.llm.types import FinishReason
from workbench.scoring.metrics import score
from workbench.scoring.metrics.documents import is_any_of
from workbench.scoring.metrics.format_fields import fields_in
from workbench.scoring.refusal import is_refusal

_FORMS = ("json_valid", "json_fields", "format_fields")


def explain_failure(trial: Trial, example: Example, arm: Arm, deciding: str) -> tuple[FailureReason | None, str]:
    """Reason and evidence when the deciding metric is below 1; (None, "") for a right or unjudged answer."""
    if trial.has_failed:
        return FailureReason.CRASHED, trial.problem
    judged = trial.scores.get(deciding)
    if judged is None or judged.value is None or judged.value >= 1.0:
        return None, ""
    if not example.is_answerable:
        return FailureReason.NOT_REFUSED, "The question has no answer, but the model gave one."
    if trial.finish_reason is FinishReason.LENGTH:
        return FailureReason.TRUNCATED, f"The answer stopped at {trial.usage.generated_tokens} tokens."
    if arm.collection is not None:
        reason, evidence = _explain_retrieval(trial, example)
        if reason is FailureReason.NOT_RETRIEVED:
            return reason, evidence
    else:
        reason, evidence = FailureReason.NOT_KNOWN, f"The model does not know it: {judged.explanation}"
    if is_refusal(trial.answer):
        return FailureReason.REFUSED, "The model refused, although there is an answer."
    if form := _explain_form(trial, example, deciding):
        return FailureReason.WRONG_FORMAT, form
    return reason, evidence


def _explain_retrieval(trial: Trial, example: Example) -> tuple[FailureReason, str]:
    """Was a source, or a chunk with the answer, among what the model read?"""
    ranks = [
        rank
        for rank, hit in enumerate(trial.hits, 1)
        if (is_any_of(hit.document, example.sources) if example.sources else _holds_answer(hit.text, example))
    ]
    if not ranks:
        what = "No source" if example.sources else "No passage with the answer"
        return FailureReason.NOT_RETRIEVED, f"{what} is among the {len(trial.hits)} retrieved passages."
    read = [rank for rank in ranks if rank - 1 in trial.used]
    if not read:
        return FailureReason.NOT_RETRIEVED, f"The source stands at rank {ranks[0]}, but did not fit into the prompt."
    with_answer = [rank for rank in read if _holds_answer(trial.hits[rank - 1].text, example)]
    if example.sources and not with_answer and not _is_long(example):
        return (
            FailureReason.NOT_RETRIEVED,
            f"The right document stands at rank {read[0]}, but none of its retrieved passages holds the answer.",
        )
    rank = (with_answer or read)[0]
    return FailureReason.IGNORED, f"The passage at rank {rank} was in the prompt, but the answer is not from it."


def _holds_answer(text: str, example: Example) -> bool:
    return score("contains", text, example.answers).value == 1.0


def _is_long(example: Example) -> bool:
    """Answers of many words or lines are made up from passages, not copied: their words need not stand there."""
    return all("\n" in answer or len(answer.split()) > 8 for answer in example.answers)


def _explain_form(trial: Trial, example: Example, deciding: str) -> str:
    """Is it right in substance but not in form, or without the form that the reference has?"""
    answer, references = trial.answer, example.answers
    if deciding in _FORMS or any(len(fields_in(reference)) > 1 for reference in references):
        wanted = max((fields_in(reference) for reference in references), key=len)
        missing = [key for key in wanted if key not in fields_in(answer)]
        if missing:
            return f"The answer lacks {', '.join(missing[:5])}."
        if deciding == "json_valid":
            return trial.scores[deciding].explanation
    if deciding != "contains" and score("contains", answer, references).value == 1.0:
        return "The right answer is in it, among other words."
    return ""


def count_failures(trials: Iterable[Trial]) -> dict[str, int]:
    """How often each reason occurs, the commonest first."""
    return dict(Counter(str(trial.failure) for trial in trials if trial.failure is not None).most_common())


NEXT_STEP: dict[FailureReason, str] = {
    FailureReason.NOT_RETRIEVED: "Look at how the documents are cut, and search in another mode or with more passages.",
    FailureReason.IGNORED: "Try a better prompt, fewer passages or a larger model; or tune on retrieved passages.",
    FailureReason.NOT_KNOWN: "Retrieve from documents that hold the answer.",
    FailureReason.WRONG_FORMAT: "Show the form in the prompt or by examples, or tune on rows that have it.",
    FailureReason.TRUNCATED: "Raise max_tokens, or ask for shorter answers.",
    FailureReason.REFUSED: "Soften the instruction to refuse, or tune on answerable rows.",
    FailureReason.NOT_REFUSED: "Tell the model to refuse, or tune on rows without an answer.",
    FailureReason.CRASHED: "Read the problem, mend it and run the comparison again: only what failed is repeated.",
}
"""What follows from a failure, for people."""
