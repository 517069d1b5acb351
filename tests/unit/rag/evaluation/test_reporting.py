"""Is the best setting really better? What the report says."""

import pytest

from workbench.embedding import EmbedderRef
from workbench.errors import WorkbenchError
from workbench.rag.evaluation.reporting import report_of
from workbench.rag.evaluation.running import chunkings_of
from workbench.rag.evaluation.types import (
    EvaluationQuestion,
    Measure,
    MeasureRequest,
    NeededIndex,
    QuestionOutcome,
    RelevantPlace,
    RetrievalSetting,
)
from workbench.rag.search_types import RetrievalMode
from workbench.rag.types import ChunkingConfig, CollectionRef
from workbench.settings import ChunkerKind

EMBEDDER = EmbedderRef(name="e", path="/e", content_hash="0" * 64)
MODES = (RetrievalMode.HYBRID, RetrievalMode.VECTOR, RetrievalMode.TEXT)


def request(questions: int, settings: int = 2) -> MeasureRequest:
    index = NeededIndex(collection=CollectionRef(name="docs", folder="/x", embedder=EMBEDDER))
    return MeasureRequest(
        collection="docs",
        test_set="mine",
        questions=tuple(
            EvaluationQuestion(id=str(n), text=f"{n}?", relevant=(RelevantPlace(document="a"),))
            for n in range(questions)
        ),
        settings=tuple(
            RetrievalSetting(chunking=ChunkingConfig(), embedder=EMBEDDER, mode=mode) for mode in MODES[:settings]
        ),
        indexes=(index,) * settings,
        current=0,
    )


def outcomes(setting: int, values: list[float]) -> list[QuestionOutcome]:
    return [
        QuestionOutcome(setting=setting, question=str(n), ndcg=v, recall=v, mrr=v, characters=100)
        for n, v in enumerate(values)
    ]


def test_that_a_clear_winner_is_called_one() -> None:
    low, high = [0.2, 0.3] * 20, [0.7, 0.9] * 20
    report = report_of(request(40), [*outcomes(0, low), *outcomes(1, high)])
    assert report.best == 1 and report.tied == ()
    assert "really better than every other setting" in report.sentence
    assert "better than how the collection is searched now (+55.0 points" in report.sentence
    pair = report.difference(1, 0)
    assert pair is not None and pair.is_clear and pair.high < 0 and pair.p < 0.001
    summary = report.results[1].values[Measure.NDCG]
    assert summary.low is not None and summary.high is not None and summary.low < 0.8 < summary.high


def test_that_chance_is_not_called_a_winner() -> None:
    report = report_of(request(10), [*outcomes(0, [0.5] * 10), *outcomes(1, [0.5] * 9 + [0.9])])
    assert report.best == 1 and report.tied == (0,)
    assert "cannot be told apart with 10 questions" in report.sentence
    assert "cannot be told apart from how the collection is searched now" in report.sentence


def test_that_equal_means_leave_the_collection_as_it_is() -> None:
    report = report_of(request(5), [*outcomes(0, [0.5] * 5), *outcomes(1, [0.5] * 5)])
    assert report.best == report.current == 0
    assert "That is how the collection is searched now." in report.sentence


def test_that_a_setting_without_all_questions_is_shown_and_not_compared() -> None:
    given = [*outcomes(0, [0.2] * 6), *outcomes(1, [0.9] * 3)]
    report = report_of(request(6), given, problems={1: "It broke."}, is_complete=False)
    assert report.best == 0 and report.differences == ()
    assert report.results[1].values[Measure.NDCG].mean == 0.9 and report.results[1].problem == "It broke."
    assert report.sentence.endswith("It was stopped.")


def test_that_every_way_to_cut_is_tried_with_every_size_in_its_own_unit() -> None:
    now = ChunkingConfig.of(ChunkerKind.STRUCTURE, 120, 20)
    assert chunkings_of(now, [], []) == [now]
    assert chunkings_of(now, [120, 60], []) == [now, ChunkingConfig.of(ChunkerKind.STRUCTURE, 60, 10)]
    found = chunkings_of(now, [60], [6, 40], [ChunkerKind.TOKENS, ChunkerKind.CHARACTERS])
    assert found == [
        ChunkingConfig.of(ChunkerKind.TOKENS, 60, 6),
        ChunkingConfig.of(ChunkerKind.CHARACTERS, 300, 30),
    ]
    with pytest.raises(WorkbenchError, match="Chunks of 9000 tokens"):
        chunkings_of(now, [9000], [])
    with pytest.raises(WorkbenchError, match="No overlap fits"):
        chunkings_of(now, [60], [50])


def test_that_many_comparisons_make_a_winner_rarer() -> None:
    """Holm: what is clear between two settings may not be between three."""
    first, second = [0.4] * 8, [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.42]
    third = [0.41, 0.39] * 4
    alone = report_of(request(8), [*outcomes(0, first), *outcomes(1, second)]).differences[0].p
    among = report_of(request(8, 3), [*outcomes(0, first), *outcomes(1, second), *outcomes(2, third)]).differences[0].p
    assert alone < among <= 3 * alone + 1e-12
