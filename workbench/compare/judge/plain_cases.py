"""What is judged without a model: refusals, unanswerable questions, empty answers."""

from workbench.datasets.types import Example
from workbench.scoring.metrics import refusal_score
from workbench.scoring.metrics.text import without_marks
from workbench.scoring.types import ScoreValue

UNKNOWN = ScoreValue(explanation="The right answer is not known: there is nothing to compare with.")


def plain_score(answer: str, example: Example) -> ScoreValue | None:
    """The score where no model is needed; None where one has to judge."""
    if not example.answers_unknown and (found := refusal_score(answer, example.answers)):
        return found
    if not without_marks(answer).strip():
        return ScoreValue(value=0.0, explanation="The answer is empty.")
    return None
