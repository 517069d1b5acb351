"""Values of training rows: questions with known answers, and the passages that are found for them."""

from pydantic import Field

from workbench.boundary import Boundary
from workbench.datasets.types import RowProblem
from workbench.rag.search_types import RetrievalConfig
from workbench.rag.types import CollectionRef


class FactRow(Boundary):
    """A question with its answer and the document that says so."""

    question: str
    answer: str
    """"The documents do not say." for a question that the documents leave open."""
    source: str = ""
    """Name of the document, or several separated by semicolons; empty: any document of the collection."""
    number: int = 0
    """Its row in the file it came from, from 1."""


class GroundRequest(Boundary):
    collection: CollectionRef
    rows: tuple[FactRow, ...]
    out: str
    """The JSONL file to write."""
    retrieval: RetrievalConfig = RetrievalConfig(top_k=4)
    seed: int = 0
    answers_are_quoted: bool = True
    """Answers stand in the documents: a row whose answer is found nowhere is left out. False: the documents only guide
    the answer (a style, a format), so rows keep whatever was retrieved, and answers get no mark."""
    without_answer: float = Field(0.0, ge=0.0, le=0.9)
    """Share of the rows whose passages lack the answer, so that saying so is learned too; where answers are quoted."""


class GroundReport(Boundary):
    path: str
    rows: int
    without_answer: int = 0
    """Of these, rows whose passages lack the answer."""
    problems: tuple[RowProblem, ...] = ()
    """Rows that were left out, and why."""
