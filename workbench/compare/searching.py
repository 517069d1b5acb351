"""Every question is embedded and searched once per collection and settings, whichever arms share them."""

from collections.abc import Callable, Sequence

from workbench.compare.answering import Searcher
from workbench.compare.arm_types import Arm
from workbench.compare.measuring import searching_of
from workbench.compare.resident_memory import ResidentMeter
from workbench.datasets.types import Example
from workbench.rag.search_types import Hit
from workbench.rag.types import CollectionRef


class Searches:
    """The hits of a comparison, kept for the arms that search alike."""

    def __init__(
        self, open_searcher: Callable[[CollectionRef, str], Searcher], resident: ResidentMeter | None = None
    ) -> None:
        self._open = open_searcher
        self._resident = resident or ResidentMeter()
        self._hits: dict[tuple[str, str], tuple[Hit, ...]] = {}

    def search_all(self, arm: Arm, examples: Sequence[Example], check_cancelled: Callable[[], None]) -> None:
        """Find what is not found yet. Raises WorkbenchError (index damaged, embedder gone)."""
        for example in examples:
            check_cancelled()
            if (_alike(arm), example.question) not in self._hits:
                with self._resident.growing(searching_of(arm)):
                    self._hits[_alike(arm), example.question] = self.search(arm, example.question)

    def hits(self, arm: Arm, example: Example) -> tuple[Hit, ...]:
        """What `search_all` found; nothing for an arm without a collection."""
        return self._hits[_alike(arm), example.question] if arm.collection is not None else ()

    def search(self, arm: Arm, question: str) -> tuple[Hit, ...]:
        """Search now, whatever was found before."""
        if arm.collection is None:
            return ()
        searcher = self._open(arm.collection, arm.reranker)
        if arm.others:
            from workbench.rag.retrieval import SeveralCollections

            asked = {ref.name: self._open(ref, arm.reranker) for ref in arm.others}
            searcher = SeveralCollections({arm.collection.name: searcher, **asked})
        return tuple(searcher.search(question, arm.retrieval))


def _alike(arm: Arm) -> str:
    asked = [ref.model_dump_json() for ref in (arm.collection, *arm.others) if ref]
    return f"{' '.join(asked)} {arm.retrieval.model_dump_json()} {arm.reranker}"
