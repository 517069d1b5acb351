"""Rankings of several collections become one; near-duplicates are folded; passages stand in the wanted order."""

from collections.abc import Sequence

from workbench.rag.answer_types import PassageOrder
from workbench.rag.grounding import arranged
from workbench.rag.retrieval import SeveralCollections, fold_duplicates
from workbench.rag.search_types import Hit, RetrievalConfig

LONG = "the warranty of the kettle is three years from the day of delivery and the lamp has two"


def hit(name: str, text: str = "", score: float = 0.5) -> Hit:
    return Hit(document=name, page=1, start=0, end=5, score=score, text=text or name, chunk_id=name)


class Fixed:
    def __init__(self, *hits: Hit) -> None:
        self._hits = list(hits)

    def search(self, _query: str, config: RetrievalConfig) -> list[Hit]:
        return self._hits[: config.top_k]

    def similarities(self, _text: str, others: Sequence[str]) -> list[float]:
        return [0.0 for _ in others]


def test_that_collections_take_turns_by_rank_whatever_their_scores_are() -> None:
    several = SeveralCollections({"a": Fixed(hit("1", score=9), hit("2", score=8)), "b": Fixed(hit("1", score=0.1))})
    found = several.search("q", RetrievalConfig(top_k=3))
    assert [(each.collection, each.document) for each in found] == [("a", "1"), ("b", "1"), ("a", "2")]
    assert [each.ranks["collections"] for each in found] == [1, 2, 3]


def test_that_a_near_duplicate_is_folded_into_the_better_hit_which_names_it() -> None:
    kept = fold_duplicates([hit("a", LONG), hit("b", "something else"), hit("c", f"{LONG}!")])
    assert [each.document for each in kept] == ["a", "b"]
    assert [place.document for place in kept[0].folded] == ["c"]


def test_that_the_best_passages_stand_where_the_order_says() -> None:
    hits = [hit(name) for name in "12345"]
    orders = {order: "".join(each.document for each in arranged(hits, order)) for order in PassageOrder}
    assert orders == {
        PassageOrder.BEST_FIRST: "12345", PassageOrder.BEST_LAST: "54321", PassageOrder.EDGES: "13542",
    }  # fmt: skip
