"""Which collection holds the sources of the questions."""

from hypothesis import given
from hypothesis import strategies as st

from workbench.compare.sources_held import SourcesHeld, count_held, sources_of
from workbench.datasets.types import Example
from workbench.scoring.metrics.documents import DocumentNames, is_any_of

NAMES = st.lists(st.sampled_from(["a", "b", "docs", "A.txt", "a.md", "b.txt", "b.tar.gz", "."]), max_size=3)
PATHS = NAMES.map("/".join)


def test_that_a_question_counts_once_with_any_of_its_sources() -> None:
    examples = (
        Example(id="1", question="?", sources=("prices.pdf", "gone.pdf")),
        Example(id="2", question="?", sources=("PRICES.pdf",)),
        Example(id="3", question="?", sources=("42",)),
        Example(id="4", question="?", sources=("other.md",)),
        Example(id="5", question="?"),
    )
    assert len(sources_of(examples)) == 4
    assert count_held(["docs/prices.pdf", "42.txt"], sources_of(examples)) == 3


def test_that_nothing_is_said_of_a_collection_in_which_nobody_looked() -> None:
    assert SourcesHeld(3, {"a": 1}).in_words("b") == ""
    assert SourcesHeld(0, {"a": 0}).in_words("a") == ""


@given(st.lists(PATHS, max_size=5), PATHS)
def test_that_names_are_looked_up_as_they_are_compared(documents: list[str], name: str) -> None:
    assert DocumentNames(documents).has(name) == is_any_of(name, documents)
