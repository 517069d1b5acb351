"""Recall, reciprocal rank and nDCG: equal to the field's own program, and indifferent to how text was cut."""

import random

import pytest

from workbench.rag.evaluation.measures import DEPTH, judge, ranking_of, ranks_of, scores_of
from workbench.rag.evaluation.types import RelevantPlace
from workbench.rag.search_types import Hit

# Rankings, grades, and what ir-measures 0.4.3 (pytrec_eval) says of them: R@5, RR, nDCG@5.
FROM_IR_MEASURES = [
    ("d8 d2 d9 d11 d0 d10", {"d4": 1, "d5": 3, "d8": 1, "d0": 1, "d7": 1}, 0.4, 1.0, 0.28026),
    ("d10 d6 d0 d5 d7 d1 d8 d4 d9 d2", {"d2": 1, "d1": 1, "d11": 1, "d7": 1}, 0.25, 0.2, 0.15102),
    ("d6 d3 d11 d9 d7 d2", {"d0": 1, "d5": 1, "d6": 2}, 0.333333, 1.0, 0.638788),
    ("d1 d7 d2 d10 d3 d11 d4", {"d7": 1, "d2": 3, "d0": 2, "d4": 2}, 0.5, 0.5, 0.374338),
    ("d9 d7 d1 d2 d0 d3 d6 d4 d10 d11", {"d3": 2}, 0.0, 0.166667, 0.0),
    ("d3 d6 d1 d0 d4 d7 d11 d10", {"d3": 2}, 1.0, 1.0, 1.0),
]


@pytest.mark.parametrize(("ranking", "grades", "recall", "mrr", "ndcg"), FROM_IR_MEASURES)
def test_that_values_agree_with_ir_measures(
    ranking: str, grades: dict[str, int], recall: float, mrr: float, ndcg: float
) -> None:
    scores = scores_of(ranking.split(), grades, 5)
    assert (scores.recall, scores.mrr, scores.ndcg) == pytest.approx((recall, mrr, ndcg), abs=1e-6)
    hits = [hit(name, 1, 0, 10) for name in ranking.split()]
    places = [RelevantPlace(document=name, grade=grade) for name, grade in grades.items()]
    judged = judge(hits, places, 5)
    assert (judged.recall, judged.mrr, judged.ndcg) == pytest.approx((recall, mrr, ndcg), abs=1e-6)


def hit(document: str, page: int, start: int, end: int) -> Hit:
    return Hit(document=document, page=page, start=start, end=end, score=0.0, text="")


def test_that_a_document_counts_once_where_its_best_chunk_stands() -> None:
    hits = [hit("a", 1, 0, 5), hit("a", 1, 5, 9), hit("b", 1, 0, 5)]
    assert ranking_of(hits, [RelevantPlace(document="b")]) == ["other a", "place 0"]
    assert judge(hits, [RelevantPlace(document="b")], 2).mrr == 0.5


def test_that_a_passage_is_held_by_what_overlaps_it_on_its_page() -> None:
    place = RelevantPlace(document="a", page=2, start=10, end=20)
    misses = [hit("a", 1, 10, 20), hit("a", 2, 0, 10), hit("a", 2, 20, 30), hit("b", 2, 10, 20)]
    assert judge(misses, [place], 10).recall == 0.0
    for start, end in ((0, 11), (19, 30), (12, 14), (0, 99)):
        assert judge([hit("a", 2, start, end)], [place], 1).recall == 1.0
    assert ranks_of([*misses, hit("a", 2, 15, 40)], [place]) == (5,)


def test_that_two_chunks_of_one_passage_are_not_two_finds() -> None:
    places = [
        RelevantPlace(document="a", page=1, start=0, end=100),
        RelevantPlace(document="b", page=1, start=0, end=9),
    ]
    hits = [hit("a", 1, 0, 60), hit("a", 1, 50, 120), hit("b", 1, 0, 20)]
    assert ranking_of(hits, places) == ["place 0", "place 1"]
    assert judge(hits, places, 2).ndcg == 1.0


def test_that_a_perfect_search_scores_the_same_however_text_is_cut() -> None:
    """Relevant passages found first, others after them: chunks of 50, 200 and 400 characters get the same values."""
    draw = random.Random(3)
    places = [RelevantPlace(document="a", page=1, start=s, end=s + 30) for s in draw.sample(range(0, 4000, 500), 4)]
    for size in (50, 200, 400):
        chunks = [hit("a", 1, start, start + size) for start in range(0, 5000, size)]
        held = [one for one in chunks if ranks_of([one], places) != (0, 0, 0, 0)]
        hits = [*held, *(one for one in chunks if one not in held)][:DEPTH]
        scores = judge(hits, places, 10)
        assert (scores.recall, scores.mrr, scores.ndcg) == pytest.approx((1.0, 1.0, 1.0))


def test_that_nothing_found_scores_zero() -> None:
    scores = judge([], [RelevantPlace(document="a")], 10)
    assert (scores.recall, scores.mrr, scores.ndcg) == (0.0, 0.0, 0.0)
