"""Which collection holds the documents that the test questions name: the one that arms have to search."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from workbench.datasets.types import Example
from workbench.scoring.metrics.documents import DocumentNames


@dataclass(frozen=True, slots=True)
class SourcesHeld:
    """What is known of it; nothing where the questions name no sources, or nobody looked yet."""

    questions: int = 0
    """Questions that name their sources."""
    by_collection: Mapping[str, int] = field(default_factory=dict)
    """How many of these name a document that the collection holds."""

    def of(self, collection: str) -> int:
        return self.by_collection.get(collection, 0)

    def in_words(self, collection: str) -> str:
        """ "holds the sources of 104 of 104 questions"; empty where that is not known."""
        if not self.questions or collection not in self.by_collection:
            return ""
        count = self.of(collection)
        if not count:
            return f"holds the sources of none of the {self.questions} questions that name them"
        return f"holds the sources of {count} of {self.questions} questions"


def sources_of(examples: Iterable[Example]) -> tuple[tuple[str, ...], ...]:
    """The sources of every question that names some."""
    return tuple(example.sources for example in examples if example.sources)


def count_held(documents: Iterable[str], sources: Sequence[Sequence[str]]) -> int:
    """Of how many questions one of the sources is among the names of documents."""
    names = DocumentNames(documents)
    return sum(any(map(names.has, own)) for own in sources)
