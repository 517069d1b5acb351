"""Which questions are trained on, and which say whether it helped: never two sides of one document."""

import random
from collections.abc import Sequence

from workbench.errors import WorkbenchError
from workbench.rag.embedding_tuning.types import FEWEST_HELD_OUT, FEWEST_QUESTIONS
from workbench.rag.evaluation.types import EvaluationQuestion


def split_by_document(
    questions: Sequence[EvaluationQuestion], share: float, seed: int
) -> tuple[list[EvaluationQuestion], list[EvaluationQuestion]]:
    """(to train on, held out): questions that share a document, even by way of others, stay together.

    Raises WorkbenchError when there are too few questions, or too few documents to keep some apart.
    """
    if len(questions) < FEWEST_QUESTIONS:
        raise WorkbenchError(
            f"{len(questions)} questions are too few to tune an embedder; it takes at least {FEWEST_QUESTIONS}.",
            hint="Add questions with their sources, or have a model write some and look through them.",
            code="few_questions",
        )
    groups = _groups(questions)
    random.Random(seed).shuffle(groups)
    # The largest group is trained on: most to learn from, and the held-out ones come from many documents.
    groups.sort(key=len, reverse=True)
    wanted = max(FEWEST_HELD_OUT, round(share * len(questions)))
    held_out: list[EvaluationQuestion] = []
    training = list(groups[0])
    rest = groups[1:]
    random.Random(seed).shuffle(rest)
    for group in rest:
        if len(held_out) + len(group) <= wanted:
            held_out += group
        else:
            training += group
    if len(held_out) < FEWEST_HELD_OUT:
        raise WorkbenchError(
            "The questions are about too few documents: some must be kept apart, with documents of their own, to say "
            "whether the tuning helped.",
            hint="Add questions about other documents.",
            code="few_documents",
        )
    return training, held_out


def _groups(questions: Sequence[EvaluationQuestion]) -> list[list[EvaluationQuestion]]:
    """Questions that are connected by common documents."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        leader.setdefault(name, name)
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for question in questions:
        names = [place.document for place in question.relevant]
        for other in names[1:]:
            leader[find(other)] = find(names[0])
    found: dict[str, list[EvaluationQuestion]] = {}
    for question in questions:
        found.setdefault(find(question.relevant[0].document), []).append(question)
    return [found[name] for name in sorted(found)]
