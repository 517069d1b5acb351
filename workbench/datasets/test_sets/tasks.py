"""Reading files of test questions: files of strangers are parsed in a worker."""

from pathlib import Path

from workbench.boundary import Boundary
from workbench.datasets.questions import ColumnChoice
from workbench.datasets.readers import read_table
from workbench.datasets.test_sets.reading import read_question_file
from workbench.datasets.test_sets.types import ImportedQuestions
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext

READ_QUESTIONS = "workbench.datasets.test_sets.tasks:read_question_files"


class ReadQuestionsRequest(Boundary):
    path: str
    """A file, or a BEIR folder."""
    columns: ColumnChoice = ColumnChoice()
    """What the columns of a table mean, where their names do not tell."""
    split: str = ""
    """Which judgements of a BEIR folder."""


class ReadQuestionsReport(Boundary):
    """The questions of a file, or that its columns are not understood."""

    path: str
    found: ImportedQuestions | None = None
    columns: tuple[str, ...] = ()
    """Of a table whose columns are not understood: for somebody to say which is which."""
    sample: tuple[dict[str, str], ...] = ()
    """The first rows of such a table, cells as text and shortened."""
    problem: str = ""
    """What is not understood, in a sentence."""


def read_question_files(context: JobContext, request: ReadQuestionsRequest) -> ReadQuestionsReport:
    """Raises WorkbenchError when no question can be used."""
    path = Path(request.path)
    context.progress(0, 0, f"Reading {path.name}")
    try:
        found = read_question_file(path, request.columns, split=request.split)
    except WorkbenchError as problem:
        if problem.code != "no_column" or path.suffix.casefold() in (".yaml", ".yml"):
            raise
        table = read_table(path)
        sample = tuple({name: str(value)[:200] for name, value in row.items()} for row in table.rows[:5])
        return ReadQuestionsReport(path=request.path, columns=table.columns, sample=sample, problem=problem.message)
    return ReadQuestionsReport(path=request.path, found=found)
