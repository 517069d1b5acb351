"""Before a training: what is kept apart, which negatives are safe, and in which order it is learned."""

from collections.abc import Callable

import numpy as np
import pytest

from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.rag.embedding_tuning.batches import plan_batches
from workbench.rag.embedding_tuning.mining import Miner
from workbench.rag.embedding_tuning.splitting import split_by_document
from workbench.rag.embedding_tuning.training import columns_of
from workbench.rag.embedding_tuning.tuning import only_ids
from workbench.rag.embedding_tuning.types import TrainingPair, TuningConfig
from workbench.rag.evaluation.types import EvaluationQuestion, RelevantPlace
from workbench.rag.rows import StoredChunk


def question(number: int, *documents: str) -> EvaluationQuestion:
    places = tuple(RelevantPlace(document=name) for name in documents)
    return EvaluationQuestion(id=str(number), text=f"Question {number}?", relevant=places)


def test_that_no_document_is_on_both_sides() -> None:
    questions = [question(n, f"d{n % 12}", f"d{(n % 12) // 2 * 2}") for n in range(60)]
    training, held_out = split_by_document(questions, 0.3, 1)
    documents = [{p.document for q in side for p in q.relevant} for side in (training, held_out)]
    assert not documents[0] & documents[1]
    assert len(training) + len(held_out) == 60 and 5 <= len(held_out) <= 18
    assert split_by_document(questions, 0.3, 1) == (training, held_out)


def test_that_too_little_is_refused_in_a_sentence() -> None:
    with pytest.raises(WorkbenchError, match="7 questions are too few"):
        split_by_document([question(n, str(n)) for n in range(7)], 0.3, 0)
    with pytest.raises(WorkbenchError, match="too few documents"):
        split_by_document([question(n, "the only one") for n in range(40)], 0.3, 0)


def test_that_questions_of_several_sets_are_one_with_all_places() -> None:
    first, second = question(1, "a"), question(1, "b").model_copy(update={"id": "9"})
    (only,) = only_ids((first, second))
    assert only.id == "1" and [place.document for place in only.relevant] == ["a", "b"]


class Pointing:
    """An embedder whose vectors the test chooses."""

    max_tokens, dimension, content_hash = 64, 2, ""

    def embed_query(self, text: str) -> np.ndarray:
        return np.asarray([1.0, 0.0], dtype=np.float32)

    def embed_documents(self, texts: object, check: Callable[[], None] = lambda: None) -> np.ndarray:
        raise AssertionError

    def count_tokens(self, text: str) -> int:
        return len(text.split())


def chunk(document: str, page: int, text: str, start: int = 0) -> StoredChunk:
    return StoredChunk(
        chunk_id=f"{document}-{page}-{start}",
        document=document,
        doc_hash=document,
        page=page,
        start=start,
        end=start + 20,
        title="",
        text=text,
    )


def mine(cosines: list[float], chunks: list[StoredChunk], **more: object) -> list[TrainingPair]:
    vectors = np.asarray([[c, (1 - c * c) ** 0.5] for c in cosines], dtype=np.float32)
    miner = Miner(chunks, vectors, Pointing(), TuningConfig(negatives=2))
    place = RelevantPlace(document="answer", page=1, start=0, end=9)
    asked = EvaluationQuestion(id="1", text="What?", relevant=(place,))
    pairs, _ = miner.pairs(RecordingContext(), [asked], more.get("useless", {}))  # type: ignore[arg-type]
    return pairs


def test_that_negatives_that_may_be_right_are_passed_over() -> None:
    chunks = [
        chunk("answer", 1, "the answer is forty two"),
        chunk("answer", 1, "stands on the page of the answer", start=50),
        chunk("copy", 1, "The answer is forty two."),
        chunk("near", 1, "as near as the answer itself"),
        chunk("hard", 1, "alike but wrong"),
        chunk("easy", 1, "something else"),
        chunk("far", 1, "far away"),
    ]
    (pair,) = mine([0.8, 0.7, 0.75, 0.79, 0.7, 0.5, 0.1], chunks)
    assert pair.positive == "the answer is forty two"
    assert pair.negatives == ("alike but wrong", "something else")


def test_that_what_the_user_called_useless_comes_first() -> None:
    chunks = [chunk("answer", 1, "the answer"), chunk("hard", 1, "alike but wrong"), chunk("far", 1, "useless text")]
    useless = {"What?": (RelevantPlace(document="far", page=1, start=0, end=5),)}
    (pair,) = mine([0.8, 0.7, 0.1], chunks, useless=useless)
    assert pair.negatives == ("useless text", "alike but wrong")


def test_that_a_question_without_a_chunk_is_counted() -> None:
    assert mine([0.5], [chunk("other", 1, "text")]) == []


def test_that_no_batch_holds_a_right_answer_as_a_wrong_one() -> None:
    pairs = [TrainingPair(question=f"q{n % 7}", positive=f"p{n % 5}", positive_id=f"p{n % 5}") for n in range(35)]
    batches = plan_batches(pairs, TuningConfig(epochs=2, batch_size=4))
    for batch in batches:
        assert 2 <= len(batch) <= 4
        assert len({pairs[n].question for n in batch}) == len({pairs[n].positive_id for n in batch}) == len(batch)
    assert batches == plan_batches(pairs, TuningConfig(epochs=2, batch_size=4))
    assert batches != plan_batches(pairs, TuningConfig(epochs=2, batch_size=4, seed=1))


def test_that_columns_have_as_many_negatives_as_every_pair() -> None:
    pairs = [
        TrainingPair(question="a", positive="b", positive_id="1", negatives=("c", "d")),
        TrainingPair(question="e", positive="f", positive_id="2", negatives=("g",)),
    ]
    assert columns_of(pairs) == [["a", "e"], ["b", "f"], ["c", "g"]]
