"""What the page "Measure" keeps of documents that are gone for good: nothing, as in the database. No Qt."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from workbench.datasets.test_sets.types import Origin
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.purged import Purged
from workbench.ui.documents.measure_state import Draft, MeasureState


def without_purged(state: MeasureState, purged: Purged) -> dict[str, Any]:
    """The fields that change where the collection of the page loses these documents for good. What names none of them
    stays: a question that is being written must not be lost to a purge of something else."""
    asked = (_question_without(question, purged) for question in state.questions)
    changes: dict[str, Any] = {
        "questions": tuple(question for question in asked if question is not None),
        "draft": _draft_without(state.draft, purged) if state.draft is not None else None,
        "hits": tuple(hit for hit in state.hits if not purged.holds(hit, state.collection)),
    }
    if _is_measured_on(state, purged):
        changes |= {"report": None, "outcomes": (), "setting": -1, "question": ""}
    return changes


def _question_without(question: EvaluationQuestion, purged: Purged) -> EvaluationQuestion | None:
    left = _places_without(question.relevant, purged)
    if len(left) == len(question.relevant):
        return question
    # A generated question says what the document says.
    is_kept = left and question.origin is not Origin.GENERATED
    return question.model_copy(update={"relevant": left}) if is_kept else None


def _draft_without(draft: Draft, purged: Purged) -> Draft | None:
    left = _places_without(draft.relevant, purged)
    if len(left) == len(draft.relevant):
        return draft
    return replace(draft, relevant=left) if left and not draft.is_generated else None


def _places_without(places: Sequence[RelevantPlace], purged: Purged) -> tuple[RelevantPlace, ...]:
    return tuple(place for place in places if not purged.is_of(purged.collection, place.document))


def _is_measured_on(state: MeasureState, purged: Purged) -> bool:
    """Whether the shown measurement asks for one of the documents, or found one."""
    questions = state.report.questions if state.report is not None else ()
    named = {place.document for question in questions for place in question.relevant}
    named |= {found.document for outcome in state.outcomes for found in outcome.found}
    return any(purged.is_of(purged.collection, document) for document in named)
