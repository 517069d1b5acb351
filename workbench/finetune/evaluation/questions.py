"""The test: which questions are asked, and what a reader should know about them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.datasets.doctor.keys import input_key
from workbench.datasets.questions import read_questions
from workbench.datasets.rows_file import hash_file, read_rows
from workbench.datasets.splits import split_rows
from workbench.datasets.types import TrainingRow
from workbench.errors import WorkbenchError
from workbench.finetune.evaluation.abilities import OWN_NAME, own_set, read_abilities
from workbench.finetune.evaluation.types import AskedQuestion, EvaluationRequest, TestSource
from workbench.llm.types import ChatMessage, Role
from workbench.scoring.metric_choice import metrics_for
from workbench.scoring.metrics import find_metric
from workbench.scoring.types import MetricChoice


@dataclass(frozen=True, slots=True)
class TestSet:
    """The questions with the metrics that they are scored by."""

    __test__ = False  # no test class, whatever pytest thinks of its name

    questions: tuple[AskedQuestion, ...] = ()
    metrics: tuple[MetricChoice, ...] = ()
    """The first is the one to judge by."""
    data_hash: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneralSet:
    questions: tuple[AskedQuestion, ...] = ()
    name: str = ""
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class _Plain:
    """A question before its metric is known."""

    messages: tuple[ChatMessage, ...]
    references: tuple[str, ...]
    number: int


def load_test(request: EvaluationRequest) -> TestSet:
    """The questions of the test. Raises WorkbenchError when there are none."""
    if request.source is TestSource.NONE:
        return TestSet()
    notes: list[str] = []
    plain = _from_file(request, notes) if request.source is TestSource.FILE else _from_rows(request, notes)
    if not plain:
        raise WorkbenchError(
            f"“{request.data_name}” holds no question with an answer that could be asked.",
            hint="Choose a data set of questions and answers.",
            code="no_questions",
        )
    chosen = _sample(plain, request.limit)
    if len(chosen) < len(plain):
        notes.append(f"A fixed sample of {len(chosen):,} of {len(plain):,} questions.")
    metrics = _metrics(request, chosen)
    questions = tuple(
        AskedQuestion(
            id=f"test {place}",
            messages=each.messages,
            references=each.references,
            metric=metrics[0],
            number=each.number,
        )
        for place, each in enumerate(chosen, 1)
    )
    return TestSet(questions, metrics, hash_file(Path(request.rows_path)), tuple(notes))


def general_set(request: EvaluationRequest) -> GeneralSet:
    """The general abilities, where they are asked."""
    if not request.general:
        return GeneralSet()
    path = Path(request.general_path).expanduser() if request.general_path else own_set()
    if not path.is_file():
        raise WorkbenchError(
            f"There is no file {path} with general abilities.",
            hint="Choose another file, or none for the set that comes with the program.",
            code="no_file",
        )
    return GeneralSet(read_abilities(path), path.name if request.general_path else OWN_NAME, hash_file(path))


def _from_rows(request: EvaluationRequest, notes: list[str]) -> list[_Plain]:
    rows: Sequence[TrainingRow] = read_rows(Path(request.rows_path), request.rows_hash)
    if request.source is TestSource.HELD_OUT:
        config = request.adapter.config
        rows = split_rows(rows, config.validation_share, config.seed).validation
        if not rows:
            raise WorkbenchError(
                f"“{request.adapter.name}” was trained on all of its rows: none was held out to test it with.",
                hint="Choose a data set that it was not trained on, or train it again with held-out rows.",
                code="nothing_held_out",
            )
    else:
        _note_trained(request, rows, notes)
    asked = [_plain(row) for row in rows if row.answer.strip() and row.question.strip()]
    if left := len(rows) - len(asked):
        notes.append(f"{left:,} rows without a question or an answer are left out.")
    return asked


def _plain(row: TrainingRow) -> _Plain:
    return _Plain(row.messages[:-1], (row.answer,), row.number)


def _from_file(request: EvaluationRequest, notes: list[str]) -> list[_Plain]:
    found = read_questions(Path(request.rows_path))
    if found.problems:
        notes.append(f"{len(found.problems):,} rows cannot be used, the first: {found.problems[0]}.")
    return [
        _Plain((ChatMessage(role=Role.USER, content=example.question),), example.answers, number)
        for number, example in enumerate(found.examples, 1)
    ]


def _note_trained(request: EvaluationRequest, rows: Sequence[TrainingRow], notes: list[str]) -> None:
    """A test question that was trained on tests the memory: it is said, and left to the reader."""
    if not request.trained_rows_path or not Path(request.trained_rows_path).is_file():
        return
    config = request.adapter.config
    every = read_rows(Path(request.trained_rows_path))
    trained = {input_key(row) for row in split_rows(every, config.validation_share, config.seed).training}
    known = sum(input_key(row) in trained for row in rows)
    if known:
        notes.append(f"{known:,} of the {len(rows):,} test questions were trained on: for them this shows memory.")


def _sample(plain: Sequence[_Plain], limit: int) -> Sequence[_Plain]:
    """The same questions whenever the same set is asked; in the order of the file."""
    if len(plain) <= limit:
        return plain
    ranked = sorted(range(len(plain)), key=lambda place: hashlib.sha256(str(place).encode()).digest())
    return [plain[place] for place in sorted(ranked[:limit])]


def _metrics(request: EvaluationRequest, chosen: Sequence[_Plain]) -> tuple[MetricChoice, ...]:
    suiting = metrics_for([each.references[0] for each in chosen if each.references])
    if not request.metric:
        return suiting
    find_metric(request.metric)
    named = [metric for metric in suiting if metric.name == request.metric]
    first = named[0] if named else MetricChoice(name=request.metric)
    return (first, *(metric for metric in suiting if metric.name != request.metric))
