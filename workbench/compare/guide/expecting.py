"""What the guide expects between the arms that it proposes: data, held against the measurement afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.compare.expectations import Expectation, Measure, Relation
from workbench.compare.guide.answers import Goal
from workbench.compare.guide.techniques import Technique


@dataclass(frozen=True, slots=True)
class Expected:
    goals: frozenset[Goal]
    technique: Technique
    other: Technique
    because: str
    relation: Relation = Relation.MORE
    measure: Measure = Measure.QUALITY


_FACTS, _FORM, _BOTH = frozenset({Goal.FACTS}), frozenset({Goal.FORM}), frozenset({Goal.BOTH})
_ANY = frozenset(Goal)

EXPECTED: tuple[Expected, ...] = (
    Expected(_FACTS | _BOTH, Technique.RAG, Technique.PROMPT, "the facts stand in the documents, not in the model"),
    Expected(_FACTS, Technique.RAG, Technique.FEW_SHOT, "examples bring no facts"),
    Expected(_FACTS, Technique.RAG, Technique.TUNED, "tuning brings hardly any facts"),
    Expected(_FACTS | _BOTH, Technique.TUNED_RAG, Technique.PROMPT, "it reads the same passages as retrieval alone"),
    Expected(
        _FACTS,
        Technique.FEW_SHOT,
        Technique.PROMPT,
        "examples show how an answer looks and bring no facts",
        Relation.AS_MUCH,
    ),
    Expected(
        _FACTS | _BOTH, Technique.EMBEDDINGS, Technique.PROMPT, "the facts stand in the documents, not in the model"
    ),
    Expected(_FORM | _BOTH, Technique.TUNED, Technique.PROMPT, "tuning makes the form a habit"),
    Expected(
        _FORM, Technique.TUNED, Technique.FEW_SHOT, "hundreds of examples teach more than the few that a prompt holds"
    ),
    Expected(_FORM, Technique.TUNED, Technique.RAG, "passages describe a form, training makes the model keep it"),
    Expected(_FORM | _BOTH, Technique.TUNED_RAG, Technique.RAG, "tuning adds the form to what retrieval finds"),
    Expected(_BOTH, Technique.TUNED_RAG, Technique.TUNED, "retrieval adds the facts to the form"),
    Expected(_FORM, Technique.TUNED_RAG, Technique.TUNED, "for a form the passages add little", Relation.AS_MUCH),
    Expected(_FORM | _BOTH, Technique.FEW_SHOT, Technique.PROMPT, "worked examples show a form better than words"),
    Expected(_ANY, Technique.SEARCHED, Technique.PROMPT, "it is the best of many that were tried"),
    Expected(_ANY, Technique.RAG, Technique.PROMPT, "passages stand in the prompt", measure=Measure.PROMPT_LENGTH),
    Expected(_ANY, Technique.FEW_SHOT, Technique.PROMPT, "examples stand in the prompt", measure=Measure.PROMPT_LENGTH),
)


def expected(goal: Goal, proposed: Sequence[Technique]) -> tuple[Expectation, ...]:
    """The expectations between techniques that are proposed, with arms named after them."""
    return tuple(
        Expectation(
            arm=one.technique.value,
            other=one.other.value,
            relation=one.relation,
            measure=one.measure,
            because=one.because,
        )
        for one in EXPECTED
        if goal in one.goals and one.technique in proposed and one.other in proposed
    )
