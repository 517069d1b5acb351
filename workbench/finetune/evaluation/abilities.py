"""The set of general abilities: ours, or the user's own in a CSV or JSONL file.

Columns: `question` (or `prompt`), `answer` or `answers`, `category` (the ability), and where wanted `metric` and
`passages` (a list: the question is then put with these passages, as retrieval does). `"answers": []` wants a refusal.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from workbench import resources
from workbench.datasets.questions import read_questions
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.finetune.evaluation.types import AskedQuestion
from workbench.llm.grounded_prompt import Passage, grounded_messages
from workbench.llm.types import ChatMessage, Role
from workbench.scoring.metrics import find_metric, score
from workbench.scoring.types import MetricChoice, ScoreValue

OWN_SET = "general_abilities/questions.jsonl"
OWN_NAME = "general abilities"
VERBATIM = "verbatim"
"""The answer is a reference, letter for letter: for formats, where case and punctuation are the point."""
_UNNAMED = "Other"
_METRIC = "exact_match"


def own_set() -> Path:
    """The file that comes with the program: also the pattern for one of your own."""
    return resources.path(OWN_SET)


def read_abilities(path: Path) -> tuple[AskedQuestion, ...]:
    """The questions of a set. Raises WorkbenchError naming the row that cannot be used."""
    found = read_questions(path)
    if found.problems:
        first = found.problems[0]
        raise WorkbenchError(
            f"{path.name} cannot be used as a set of general abilities: {first}.",
            hint="Mend that row; every row needs a question and an answer.",
            details="\n".join(str(problem) for problem in found.problems),
            code="bad_abilities",
        )
    return tuple(_asked(example, path) for example in found.examples)


def judge(answer: str, references: tuple[str, ...], metric: MetricChoice) -> ScoreValue:
    """`scoring.score`, and the comparison letter for letter."""
    if metric.name != VERBATIM:
        return score(metric.name, answer, references, options=metric.options)
    right = answer.strip() in {reference.strip() for reference in references}
    expected = references[0] if references else ""
    return ScoreValue(value=float(right), explanation="" if right else f"Expected exactly “{expected}”.")


def _asked(example: Example, path: Path) -> AskedQuestion:
    name = example.variables.get("metric", "").strip() or _METRIC
    if name != VERBATIM:
        try:
            find_metric(name)
        except WorkbenchError as error:
            raise WorkbenchError(
                f"{path.name}, row “{example.id}”: {error.message}", hint=error.hint, code="unknown_metric"
            ) from error
    return AskedQuestion(
        id=f"general {example.id}",
        messages=_messages(example),
        references=example.answers,
        ability=example.tags[0] if example.tags else _UNNAMED,
        metric=MetricChoice(name=name),
    )


def _messages(example: Example) -> tuple[ChatMessage, ...]:
    passages = _passages(example.variables)
    if passages:
        return grounded_messages(example.question, [Passage("", text) for text in passages])
    system = example.variables.get("system", "").strip()
    said = (ChatMessage(role=Role.SYSTEM, content=system),) if system else ()
    return (*said, ChatMessage(role=Role.USER, content=example.question))


def _passages(variables: Mapping[str, str]) -> list[str]:
    written = variables.get("passages", "").strip()
    try:
        found = json.loads(written) if written else []
    except ValueError:
        return [written]
    return [str(text) for text in found] if isinstance(found, list) else [written]
