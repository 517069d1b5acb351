"""Marks that point to no passage."""

from tests.unit.rag.test_claims import KETTLE, alike, hit, unlike
from workbench.rag.marks import mend_marks

LAMP = "The Birch lamp uses 12 watts and stands 48 cm high."


def test_that_a_mark_to_nowhere_names_the_passage_that_says_it() -> None:
    mended = mend_marks(
        "The lamp stands 48 cm high [7]. The kettle weighs 1.2 kg [1].", [hit(KETTLE), hit(LAMP)], unlike
    )
    assert mended.text == "The lamp stands 48 cm high [2]. The kettle weighs 1.2 kg [1]."
    assert mended.changes == ((7, 2),)
    assert mended.remark == "The mark [7] points to no passage; its statement stands in [2]."


def test_that_what_no_passage_bears_out_stays_as_it_is_written() -> None:
    said = "The lamp stands 60 cm high [7]. Nobody knows why it sings at night [0]. X [9]."
    mended = mend_marks(said, [hit(KETTLE), hit(LAMP)], unlike)
    assert (mended.text, mended.changes, mended.remark) == (said, (), "")


def test_that_a_passage_is_named_once() -> None:
    assert (
        mend_marks("It stands 48 cm high [2][9, 2].", [hit(KETTLE), hit(LAMP)], alike).text
        == "It stands 48 cm high [2]."
    )
