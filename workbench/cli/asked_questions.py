"""What `workbench choose` knows of the test questions: where their sources lie, and which rows hold some of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.compare.sources_held import SourcesHeld
    from workbench.compare.stock import Stock
    from workbench.datasets.types import Example

_MOST_LOOKED_THROUGH = 12
"""Data sets, the newest, in which test questions are looked for."""


def read_questions(written: str, place: Workplace) -> "tuple[str, tuple[Example, ...]]":
    """How a comparison calls them, and the questions. WorkbenchError where they cannot be read."""
    from workbench.datasets.test_sets.reading import read_question_file
    from workbench.datasets.test_sets.store import TestSetStore
    from workbench.datasets.test_sets.types import named_set

    if not written:
        return "", ()
    if (named := named_set(written)) is not None:
        return written, TestSetStore(place.database).examples(*named)
    path = Path(written).absolute()
    return str(path), tuple(question.example() for question in read_question_file(path).questions)


def sources_held(examples: "Sequence[Example]", stock: "Stock", place: Workplace) -> "SourcesHeld":
    """Which collection holds the documents that the questions name."""
    from workbench.compare.sources_held import SourcesHeld, count_held, sources_of
    from workbench.rag.store import CollectionStore

    sources = sources_of(examples)
    if not sources or not stock.collections:
        return SourcesHeld()
    documents = CollectionStore(place.database, place.paths).documents
    counts = {ref.name: count_held(documents.findable_names(ref.name), sources) for ref in stock.collections}
    return SourcesHeld(len(sources), counts)


def overlaps_with(examples: "Sequence[Example]", stock: "Stock") -> dict[str, int]:
    """In which saved rows test questions stand: no examples are drawn from these."""
    from workbench.compare.overlaps import count_overlap

    texts = [example.question for example in examples]
    return {rows.path: count_overlap(Path(rows.path), texts) for rows in stock.shots[:_MOST_LOOKED_THROUGH] if texts}


def wanted_collection(name: str, stock: "Stock") -> str:
    """The name as it is. WorkbenchError where no such collection can be searched."""
    from workbench.compare.standard_arms import usable_collections

    known = [ref.name for ref in usable_collections(stock)]
    if name and name not in known:
        raise WorkbenchError(
            f"There is no collection “{name}” that could be searched.",
            hint=f"Collections here: {', '.join(known[:8]) or 'none yet'}.",
            code="no_collection",
        )
    return name
