"""When two names are the same document."""

import pytest

from workbench.scoring.metrics.documents import same_document


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("17", "17.txt", True),
        ("docs/17.txt", "17", True),
        ("prices.pdf", "docs/prices.pdf", True),
        ("prices.pdf", "prices.txt", False),
        ("v1", "v1.2", True),
        ("17", "117.txt", False),
        ("a/17", "b/17.txt", False),
    ],
)
def test_that_a_name_without_an_ending_means_the_file(first: str, second: str, same: bool) -> None:
    assert same_document(first, second) is same
    assert same_document(second, first) is same
