"""Rows with retrieved chunks: the answer's chunk is among them and the mark points to it."""

import json
from pathlib import Path

import pytest

from workbench.embedding import EmbedderRef
from workbench.jobs.context import RecordingContext
from workbench.llm.grounded_prompt import REFUSAL, grounded_system
from workbench.rag.search_types import Hit, RetrievalConfig
from workbench.rag.training_row_types import FactRow, GroundReport, GroundRequest
from workbench.rag.training_rows import RowGrounder, supports
from workbench.rag.types import CollectionRef
from workbench.rag.vector_store import StoredChunk

TEXTS = {
    "kettle.md": "The Alder kettle costs 45 euros.",
    "toaster.md": "The Maple toaster costs 30 euros.",
    "lamp.md": "The Birch lamp costs 60 euros.",
    "fan.md": "The Dogwood fan is quiet.",
}
CHUNKS = [
    StoredChunk(chunk_id=name, document=name, doc_hash=name, page=1, start=0, end=len(text), title="", text=text)
    for name, text in TEXTS.items()
]


class FixedRetriever:
    """Finds always the same documents, in the given order."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def all_chunks(self) -> list[StoredChunk]:
        return CHUNKS

    def search(self, query: str, config: RetrievalConfig) -> list[Hit]:
        found = [chunk for name in self._names for chunk in CHUNKS if chunk.document == name]
        return [
            Hit(document=c.document, page=1, start=0, end=c.end, score=1.0, text=c.text, chunk_id=c.chunk_id)
            for c in found[: config.top_k]
        ]


def ground(tmp_path: Path, retriever: FixedRetriever, *rows: FactRow, seed: int = 0) -> GroundReport:
    request = GroundRequest(
        collection=CollectionRef(name="c", folder="c", embedder=EmbedderRef(name="e", path="", content_hash="")),
        rows=rows,
        out=str(tmp_path / "rows.jsonl"),
        retrieval=RetrievalConfig(top_k=3),
        seed=seed,
    )
    return RowGrounder(RecordingContext(), request, retriever).run()  # type: ignore[arg-type]


def messages(report: GroundReport) -> list[list[dict[str, str]]]:
    return [json.loads(line)["messages"] for line in Path(report.path).read_text().splitlines()]


PRICE = FactRow(question="What does the Alder kettle cost?", answer="45 euros", source="kettle.md", number=7)


def passage_behind_mark(conversation: list[dict[str, str]]) -> str:
    answer = conversation[-1]["content"]
    mark = answer[answer.rindex("[") :]
    return next(block for block in conversation[1]["content"].split("\n\n") if block.startswith(mark))


@pytest.mark.parametrize("seed", range(4))
def test_that_the_mark_points_to_the_chunk_with_the_answer(tmp_path: Path, seed: int) -> None:
    report = ground(tmp_path, FixedRetriever("toaster.md", "kettle.md", "lamp.md"), PRICE, seed=seed)
    (conversation,) = messages(report)
    assert [message["role"] for message in conversation] == ["system", "user", "assistant"]
    assert conversation[0]["content"] == grounded_system()
    assert conversation[2]["content"].startswith("45 euros [")
    assert TEXTS["kettle.md"] in passage_behind_mark(conversation)


def test_that_a_chunk_that_was_not_retrieved_is_put_among_the_distractors(tmp_path: Path) -> None:
    (conversation,) = messages(ground(tmp_path, FixedRetriever("toaster.md", "lamp.md", "fan.md"), PRICE))
    assert TEXTS["kettle.md"] in passage_behind_mark(conversation)
    assert sum(text in conversation[1]["content"] for text in TEXTS.values()) == 3


def test_that_a_refusal_keeps_its_distractors_and_has_no_mark(tmp_path: Path) -> None:
    row = FactRow(question="Who made the fan?", answer=REFUSAL)
    (conversation,) = messages(ground(tmp_path, FixedRetriever("fan.md", "lamp.md"), row))
    assert conversation[-1]["content"] == REFUSAL
    assert TEXTS["fan.md"] in conversation[1]["content"]


def test_that_an_answer_that_is_nowhere_is_reported_and_left_out(tmp_path: Path) -> None:
    wrong = FactRow(question="What does it cost?", answer="99 euros", source="kettle.md", number=8)
    report = ground(tmp_path, FixedRetriever("kettle.md"), wrong, PRICE)
    assert report.rows == 1
    (problem,) = report.problems
    assert problem.row == 8
    assert "kettle.md" in problem.message


def test_that_the_same_seed_gives_the_same_rows(tmp_path: Path) -> None:
    retriever = FixedRetriever("toaster.md", "kettle.md", "lamp.md")
    assert messages(ground(tmp_path, retriever, PRICE, PRICE)) == messages(ground(tmp_path, retriever, PRICE, PRICE))


@pytest.mark.parametrize(
    ("answer", "holds"),
    [
        ("45 euros", True),
        ("5 euros", False),
        ("The price of the Alder kettle is 45 euros.", False),
        ("The Alder kettle costs exactly 45 euros", True),
        ("The Alder kettle costs 46 euros", False),
    ],
)
def test_that_an_answer_is_found_whole_or_nearly_whole(answer: str, holds: bool) -> None:
    assert supports(FactRow(question="Price?", answer=answer), TEXTS["kettle.md"]) is holds


def test_that_a_share_of_rows_learns_to_say_that_the_answer_is_not_there(tmp_path: Path) -> None:
    rows = [PRICE.model_copy(update={"number": n}) for n in range(10)]
    request = GroundRequest(
        collection=CollectionRef(name="c", folder="c", embedder=EmbedderRef(name="e", path="", content_hash="")),
        rows=tuple(rows),
        out=str(tmp_path / "rows.jsonl"),
        retrieval=RetrievalConfig(top_k=3),
        without_answer=0.3,
    )
    retriever = FixedRetriever("kettle.md", "toaster.md", "lamp.md", "fan.md")
    report = RowGrounder(RecordingContext(), request, retriever).run()  # type: ignore[arg-type]
    lacking = [row for row in messages(report) if row[-1]["content"] == REFUSAL]
    assert (report.rows, report.without_answer, len(lacking)) == (10, 3, 3)
    assert all(TEXTS["kettle.md"] not in row[1]["content"] for row in lacking)
    again = RowGrounder(RecordingContext(), request, retriever).run()  # type: ignore[arg-type]
    assert messages(again) == messages(report), "the same rows for the same seed"
