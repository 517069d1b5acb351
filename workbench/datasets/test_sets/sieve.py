"""What every import has to check of every question, whatever the format."""

import hashlib
from collections.abc import Sequence

from workbench.datasets.questions import no_questions
from workbench.datasets.test_sets.types import (
    LONGEST_ANSWER,
    LONGEST_PASSAGE,
    LONGEST_QUESTION,
    MOST_BYTES,
    MOST_QUESTIONS,
    ImportedQuestions,
    Origin,
    Provenance,
    SetQuestion,
)
from workbench.datasets.types import Example, RowProblem
from workbench.naming import numbered

_MOST_PROBLEMS = 2_000
"""Rows that are named one by one; the rest of a file that is wrong throughout is counted."""


class Sieve:
    """Takes the questions of a file one by one; what cannot be used is named with its row and reason."""

    def __init__(self, file: str, file_format: str, problems: Sequence[RowProblem] = ()) -> None:
        self._file, self._format = file, file_format
        self._questions: list[SetQuestion] = []
        self._problems = [problem for problem in problems if problem.dropped]
        self._notes: dict[str, None] = {}
        self._rows_by_id: dict[str, int] = {}
        self._rows_by_text: dict[tuple[object, ...], int] = {}

    def take(
        self,
        row: int,
        example: Example,
        *,
        passage: str = "",
        document: str = "",
        remark: str = "",
        is_about_form: bool = False,
    ) -> None:
        """Keep it, or say why not. `is_about_form`: the form of its answer is judged, so that it needs nothing else."""
        if reason := self._problem_with(example, is_about_form):
            self.refuse(row, reason)
            return
        where = Provenance(file=self._file, row=row, document=document, passage=passage[:LONGEST_PASSAGE])
        values = {**example.model_dump(), "origin": Origin.IMPORTED, "where": where, "remark": remark}
        self._questions.append(SetQuestion.model_validate(values))
        if example.id:
            self._rows_by_id[example.id] = row
        self._rows_by_text[_asked(example)] = row

    def refuse(self, row: int, reason: str) -> None:
        """The row cannot be used."""
        self._problems.append(RowProblem(row=row, message=reason))

    def note(self, sentence: str) -> None:
        """Something about the whole file; said once."""
        self._notes[sentence] = None

    def imported(self, name: str, *, metric: str = "") -> ImportedQuestions:
        """What there is. Raises WorkbenchError when no question can be used."""
        problems = sorted(self._problems, key=lambda problem: problem.row)
        if not self._questions:
            raise no_questions(self._file, problems)
        kept = fixed_sample(self._named())
        if len(kept) < len(self._questions):
            self.note(
                f"{self._file} holds {len(self._questions):,} questions; a test set holds at most {MOST_QUESTIONS:,} "
                f"and {MOST_BYTES // 1_000_000} MB. A fixed sample of {len(kept):,} was taken."
            )
        if len(problems) > _MOST_PROBLEMS:
            self.note(f"{len(problems):,} rows cannot be used; the first {_MOST_PROBLEMS:,} are named.")
        unknown = sum(question.answers_unknown for question in kept)
        if unknown:
            some = "1 question does not" if unknown == 1 else f"{unknown:,} questions do not"
            said = f"{'No question says' if unknown == len(kept) else f'{some} say'} what the right answer is"
            self.note(f"{said}: only what retrieval finds (recall, reciprocal rank, nDCG) and the form can be judged.")
        return ImportedQuestions(
            name=name,
            file_format=self._format,
            questions=tuple(kept),
            problems=tuple(problems[:_MOST_PROBLEMS]),
            notes=tuple(self._notes),
            metric=metric,
        )

    def _named(self) -> list[SetQuestion]:
        """Every question with an id: its own, else its row."""
        taken = set(self._rows_by_id)
        named: list[SetQuestion] = []
        for question in self._questions:
            if not question.id:
                name = numbered(str(question.where.row), taken.__contains__)
                taken.add(name)
                question = question.model_copy(update={"id": name})
            named.append(question)
        return named

    def _problem_with(self, example: Example, is_about_form: bool) -> str:
        if not example.question.strip():
            return "the question is empty"
        if len(example.question) > LONGEST_QUESTION:
            return f"the question has {len(example.question):,} characters; at most {LONGEST_QUESTION:,} can be asked"
        longest = max(map(len, example.answers), default=0)
        if longest > LONGEST_ANSWER:
            return f"an answer has {longest:,} characters; at most {LONGEST_ANSWER:,} can be compared"
        if sum(map(len, example.variables.values())) > LONGEST_QUESTION:
            return f"its other columns have more than {LONGEST_QUESTION:,} characters"
        if example.answers_unknown and not example.sources and not is_about_form:
            return "it has neither an answer nor a source"
        if example.id in self._rows_by_id:
            return f"the id {example.id!r} is used twice (row {self._rows_by_id[example.id]} has it)"
        if (row := self._rows_by_text.get(_asked(example))) is not None:
            return f"it asks the same as row {row}"
        return ""


def _asked(example: Example) -> tuple[object, ...]:
    """What makes two questions the same: their words, whatever their case, and what stands in for variables."""
    return " ".join(example.question.casefold().split()), tuple(sorted(example.variables.items()))


def fixed_sample(questions: Sequence[SetQuestion]) -> list[SetQuestion]:
    """As many as a set may hold, in their order: always the same ones of the same file."""
    sizes = [len(question.model_dump_json().encode()) for question in questions]
    if len(questions) <= MOST_QUESTIONS and sum(sizes) <= MOST_BYTES:
        return list(questions)
    ranked = sorted(range(len(questions)), key=lambda place: hashlib.sha256(str(place).encode()).digest())
    chosen: list[int] = []
    left = MOST_BYTES
    for place in ranked[:MOST_QUESTIONS]:
        left -= sizes[place]
        if left < 0:
            break
        chosen.append(place)
    return [questions[place] for place in sorted(chosen)]
