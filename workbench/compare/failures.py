"""Why an answer is wrong: one reason per answer, the one whose mending would help first.

In this order, the first that fits:

1. crashed: there is no answer;
2. nothing, where the deciding metric could not judge, or calls it right (`right_from`);
3. answered though unanswerable;
4. wrong format: right in substance, but not as it was asked for, also where it was cut off after that;
5. truncated: cut off before it came to the point;
6. wrong format: the lines, fields or JSON that were asked for are missing, or the answer's part of the text is;
7. with documents: not retrieved (nothing that holds the answer was read), refused, sources mixed up (the answer is that
   of another passage, or cites only others), retrieved but ignored;
8. without documents: not known, also where the model says so itself.
"""

import re
from collections import Counter
from collections.abc import Iterable

from workbench.compare.arm_types import Arm
from workbench.compare.evidence import LONG_WORDS, Evidence, PassageEvidence, evidence_of
from workbench.compare.trial_types import FailureReason, Trial
from workbench.datasets.types import Example
from workbench.llm.types import FinishReason
from workbench.scoring.metrics import score
from workbench.scoring.metrics.format_fields import fields_in
from workbench.scoring.refusal import is_refusal
from workbench.scoring.types import ScoreValue

_FORMS = ("json_valid", "json_fields", "format_fields")
_RETRIEVAL = re.compile(r"^(?:mrr|ndcg.*|recall.*)$")
_STRICT = frozenset({"exact_match", "contains", "regex", "label_accuracy", "numeric", "citation_precision", *_FORMS})
_GOOD_ENOUGH = {"rouge_l": 0.5, "bleu": 0.5, "chrf": 0.5}
_GOOD = 0.75
_REPEATED = re.compile(r"(.{8,200}?)\1{2,}\W*\Z", re.DOTALL)
Found = tuple[FailureReason | None, str]


def right_from(metric: str) -> float:
    """The value from which an answer counts as right: 1 where a metric says yes or no, less where it is graded."""
    if metric in _STRICT or _RETRIEVAL.match(metric):
        return 1.0
    return _GOOD_ENOUGH.get(metric, _GOOD)


def explain_failure(trial: Trial, example: Example, arm: Arm, deciding: str) -> Found:
    """Reason and evidence for an answer that is not right; (None, "") for a right or unjudged one."""
    if trial.has_failed:
        return FailureReason.CRASHED, trial.problem
    judged = trial.scores.get(deciding)
    if judged is None or judged.value is None or judged.value >= right_from(deciding):
        return None, ""
    if not example.is_answerable:
        return FailureReason.NOT_REFUSED, "The question has no answer, but the model gave one."
    if _RETRIEVAL.match(deciding):
        return FailureReason.NOT_RETRIEVED, _about_ranks(evidence_of(trial, example), example)
    if deciding == "citation_precision":
        return _explain_citations(evidence_of(trial, example), judged)
    return _explain_form(trial, example, deciding) or _explain_content(trial, example, arm, judged)


def _explain_form(trial: Trial, example: Example, deciding: str) -> Found | None:
    """Right in substance, or cut off, or without the form that was asked for."""
    if deciding != "contains" and _says_right(trial.answer, example):
        return FailureReason.WRONG_FORMAT, "The right answer is in it, among other words."
    if trial.finish_reason is FinishReason.LENGTH and not _REPEATED.search(trial.text or trial.answer):
        return FailureReason.TRUNCATED, f"The answer stopped at {trial.usage.generated_tokens} tokens."
    if trial.text.strip() and not trial.answer.strip():
        return FailureReason.WRONG_FORMAT, "The text has no part that the prompt's rule takes as the answer."
    if missing := _missing_form(trial, example, deciding):
        return FailureReason.WRONG_FORMAT, missing
    return None


def _says_right(answer: str, example: Example) -> bool:
    """Answers of many lines are never "among other words": their form is part of what is asked."""
    if any(len(fields_in(reference)) > 1 for reference in example.answers):
        return False
    references = None if example.answers_unknown else example.answers
    return score("contains", answer, references).value == 1.0


def _missing_form(trial: Trial, example: Example, deciding: str) -> str:
    answer, references = trial.answer, example.answers
    if deciding == "json_valid":
        return trial.scores[deciding].explanation
    if deciding == "json_fields" and score("json_valid", answer, references).value == 0.0:
        return "The answer is not JSON."
    if deciding in _FORMS or any(len(fields_in(reference)) > 1 for reference in references):
        wanted = max((fields_in(reference) for reference in references), key=len)
        missing = [key for key in wanted if key not in fields_in(answer)]
        if missing:
            return f"The answer lacks {', '.join(missing[:5])}."
    return ""


def _explain_content(trial: Trial, example: Example, arm: Arm, judged: ScoreValue) -> Found:
    repeats = " It repeats itself until it is stopped." if trial.finish_reason is FinishReason.LENGTH else ""
    repeats = repeats or ("" if trial.answer.strip() else " It is empty.")
    if arm.collection is None:
        if is_refusal(trial.answer):
            return FailureReason.NOT_KNOWN, "The model says itself that it does not know."
        return FailureReason.NOT_KNOWN, f"The model does not know it: {judged.explanation}{repeats}"
    evidence = evidence_of(trial, example)
    if lacking := _lacking(evidence, example):
        other = evidence.taken_from
        instead = f" The answer is that of [{other.number}] {other.document}." if other is not None else ""
        return FailureReason.NOT_RETRIEVED, f"{lacking}{instead}"
    best = _best(evidence)
    where = f"[{best.number}] {best.document}, rank {best.rank}"
    if is_refusal(trial.answer):
        return FailureReason.REFUSED, f"The model refused, although the answer was in the prompt ({where})."
    if (other := evidence.taken_from) is not None:
        told = (
            f"The answer is that of [{other.number}] {other.document}, rank {other.rank}; the right one is in {where}."
        )
        return FailureReason.MIXED_UP, told
    if (other := evidence.cites_wrongly) is not None:
        return FailureReason.MIXED_UP, f"It cites [{other.number}] {other.document}; the right passage is {where}."
    same = " Another part of it was taken." if any(p.holds_given for p in evidence.relevant_read) else ""
    return (
        FailureReason.IGNORED,
        f"The passage was in the prompt ({where}), but the answer is not from it.{same}{repeats}",
    )


def _lacking(evidence: Evidence, example: Example) -> str:
    """What retrieval did not bring before the model, in a sentence; empty when it brought all that was needed."""
    count = len(evidence.passages)
    if not count:
        return "Nothing was retrieved."
    if evidence.relevant_read:
        if len(example.sources) > 1 and evidence.missing_sources and evidence.unread_names:
            names, lost = ", ".join(evidence.unread_names[:3]), ", ".join(evidence.missing_sources[:3])
            return f"The answer takes several sources: {lost} is not in the prompt, nothing there speaks of {names}."
        return ""
    if evidence.relevant:
        return f"The passage stands at rank {evidence.relevant[0].rank}, but did not fit into the prompt."
    if example.sources and evidence.sources_found:
        rank = evidence.sources_found[0].rank
        others = ", ".join(evidence.missing_sources[:3])
        lost = f" Not retrieved at all: {others}." if others else ""
        return f"The right document stands at rank {rank}, but none of its retrieved passages holds the answer.{lost}"
    what = "No source" if example.sources else "No passage with the answer"
    if not example.sources and _is_long(example):
        what = "No passage with most of the answer"
    return f"{what} is among the {count} retrieved passages."


def _about_ranks(evidence: Evidence, example: Example) -> str:
    found = evidence.sources_found
    if not found:
        return _lacking(evidence, example)
    rest = f" Not read: {', '.join(evidence.missing_sources[:3])}." if evidence.missing_sources else ""
    return f"The first source stands at rank {found[0].rank} of {len(evidence.passages)}.{rest}"


def _explain_citations(evidence: Evidence, judged: ScoreValue) -> Found:
    if not evidence.cited:
        return FailureReason.WRONG_FORMAT, "The answer has no citation marks."
    other = evidence.cites_wrongly
    cited = f"It cites [{other.number}] {other.document}. " if other is not None else ""
    return FailureReason.MIXED_UP, f"{cited}{judged.explanation}"


def _best(evidence: Evidence) -> PassageEvidence:
    """The relevant passage that says most clearly what is right."""
    return next((passage for passage in evidence.relevant_read if passage.holds_right), evidence.relevant_read[0])


def _is_long(example: Example) -> bool:
    return all(len(answer.split()) > LONG_WORDS for answer in example.answers)


def count_failures(trials: Iterable[Trial]) -> dict[str, int]:
    """How often each reason occurs, the commonest first."""
    return dict(Counter(str(trial.failure) for trial in trials if trial.failure is not None).most_common())


NEXT_STEP: dict[FailureReason, str] = {
    FailureReason.NOT_RETRIEVED: "Look at how the documents are cut, and search in another mode or with more passages.",
    FailureReason.IGNORED: "Try a better prompt, fewer passages or a larger model; or tune on retrieved passages.",
    FailureReason.MIXED_UP: "Retrieve fewer passages or rerank them, or ask for the source of every statement.",
    FailureReason.NOT_KNOWN: "Retrieve from documents that hold the answer.",
    FailureReason.WRONG_FORMAT: "Show the form in the prompt or by examples, or tune on rows that have it.",
    FailureReason.TRUNCATED: "Raise max_tokens, or ask for shorter answers.",
    FailureReason.REFUSED: "Soften the instruction to refuse, or tune on answerable rows.",
    FailureReason.NOT_REFUSED: "Tell the model to refuse, or tune on rows without an answer.",
    FailureReason.CRASHED: "Read the problem, mend it and run the comparison again: only what failed is repeated.",
}
"""What follows from a failure, for people."""
