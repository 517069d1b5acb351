"""The search as a job."""

from pathlib import Path

from workbench.boundary import Boundary
from workbench.datasets.questions import read_questions
from workbench.datasets.rows_file import read_rows
from workbench.datasets.types import Example
from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext
from workbench.llm.endpoints.models import identity
from workbench.llm.engines import open_engine
from workbench.llm.file_hash import fingerprint
from workbench.llm.types import ChatEngine, LoadConfig, ModelRef
from workbench.playground.few_shot import read_shots
from workbench.playground.search.conducting import conduct
from workbench.playground.search.questions import FEWEST, MOST_SHOTS, examples_of
from workbench.playground.search.types import SearchReport, SearchRequest
from workbench.playground.types import Shot

SEARCH_PROMPT = "workbench.playground.search.tasks:search_prompt"
READ_SHOTS = "workbench.playground.search.tasks:read_search_shots"
READ_QUESTIONS = "workbench.playground.search.tasks:read_search_questions"
_SHOWN_PROBLEMS = 5
LARGEST_BYTES = 8 * 1024 * 1024
"""Of all questions together as JSON: what a job is told and what it tells must fit into a message between processes."""


class QuestionsRequest(Boundary):
    """A file of questions, or the rows of a saved data set (with its hash)."""

    name: str
    path: str
    rows_hash: str = ""
    """SHA-256 of the rows file of a saved data set; empty: a file of questions."""


class QuestionsReport(Boundary):
    """Questions that a search can use."""

    name: str
    path: str
    rows_hash: str = ""
    examples: tuple[Example, ...]
    left_out: tuple[str, ...] = ()
    """Rows that cannot be used, each in a sentence."""


class ShotsReport(Boundary):
    """Worked examples that a search may show."""

    name: str
    path: str
    rows_hash: str = ""
    shots: tuple[Shot, ...]


def read_search_questions(context: JobContext, request: QuestionsRequest) -> QuestionsReport:
    """Raises WorkbenchError when there are too few to search with."""
    context.progress(0, 0, "Reading the questions")
    examples, left_out = load_questions(request)
    return QuestionsReport(
        name=request.name, path=request.path, rows_hash=request.rows_hash, examples=examples, left_out=left_out
    )


def load_questions(request: QuestionsRequest) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """The questions, and sentences about rows that are left out."""
    if request.rows_hash:
        rows = read_rows(Path(request.path), request.rows_hash)
        examples = examples_of(rows)
        several = len(rows) - len(examples)
        left_out: tuple[str, ...] = (f"{several} conversations of several turns are left out.",) if several else ()
    else:
        found = read_questions(Path(request.path))
        examples, left_out = found.examples, tuple(str(problem) for problem in found.problems[:_SHOWN_PROBLEMS])
    if sum(len(example.model_dump_json()) for example in examples) > LARGEST_BYTES:
        raise WorkbenchError(
            f"The questions of {request.name} are too large together.",
            hint=f"A search takes {LARGEST_BYTES // 2**20} MB of them at most. Choose fewer rows, or shorter ones.",
            code="too_large",
        )
    if len(examples) < FEWEST:
        raise WorkbenchError(
            f"{request.name} has {len(examples)} questions; a search needs at least {FEWEST}.",
            hint="Half of them choose the prompt, the other half say how good it is.",
            code="few_questions",
        )
    return examples, left_out


def read_search_shots(context: JobContext, request: QuestionsRequest) -> ShotsReport:
    """Worked examples from a file or a saved data set. Raises WorkbenchError when there is none."""
    context.progress(0, 0, "Reading the examples")
    return ShotsReport(name=request.name, path=request.path, rows_hash=request.rows_hash, shots=load_shots(request))


def load_shots(request: QuestionsRequest) -> tuple[Shot, ...]:
    """At most `MOST_SHOTS` are used, so no more are read."""
    if not request.rows_hash:
        return tuple(read_shots(Path(request.path))[:MOST_SHOTS])
    rows = read_rows(Path(request.path), request.rows_hash)
    return tuple(Shot(question=one.question, answer=one.answers[0]) for one in examples_of(rows)[:MOST_SHOTS])


class RealTools:
    """Models on this computer and on servers."""

    def open_engine(self, model: ModelRef, load: LoadConfig) -> ChatEngine:
        return open_engine(model, load)

    def model_hash(self, model: ModelRef) -> str:
        return identity(model.endpoint) if model.endpoint is not None else fingerprint(Path(model.path))


def search_prompt(context: JobContext, request: SearchRequest) -> SearchReport:
    """Search, and write the report into the folder. What is returned has only the winner and the start: a message
    between processes is limited to 16 MB.
    """
    return conduct(context, request, RealTools()).model_copy(update={"candidates": ()})
