"""Cited sentences are held against what they cite."""

from collections.abc import Sequence

from workbench.rag.claims import check_claims, nearest_sentence, sentences, uncited_statements
from workbench.rag.search_types import Hit

KETTLE = "The Alder kettle has a warranty of 3 years. It costs 54.90 euros and weighs 1.2 kg."


def hit(text: str) -> Hit:
    return Hit(document="a.md", page=1, start=0, end=len(text), score=1.0, text=text, chunk_id=text[:8])


def unlike(_text: str, others: Sequence[str]) -> list[float]:
    return [0.1 for _ in others]


def alike(_text: str, others: Sequence[str]) -> list[float]:
    return [0.9 for _ in others]


def test_that_a_sentence_that_stands_in_its_source_is_supported() -> None:
    (claim,) = check_claims("The warranty of the kettle is 3 years [1].", [hit(KETTLE)], unlike)
    assert claim.supported and claim.numbers == (1,) and claim.text == "The warranty of the kettle is 3 years."


def test_that_a_wrong_number_is_unsupported_however_alike_the_words_are() -> None:
    (claim,) = check_claims("The warranty of the kettle is 5 years [1].", [hit(KETTLE)], alike)
    assert not claim.supported
    assert "number 5" in claim.reason
    (part,) = check_claims("It costs 54 euros [1].", [hit(KETTLE)], alike)
    assert not part.supported, "54 is not 54.90"


def test_that_other_words_need_the_same_meaning() -> None:
    said = "Buyers receive guaranteed repairs for some time [1]."
    assert check_claims(said, [hit(KETTLE)], alike)[0].supported
    refused = check_claims(said, [hit(KETTLE)], unlike)[0]
    assert not refused.supported and "does not say it" in refused.reason


def test_that_only_sentences_with_marks_are_claims_and_dangling_marks_are_told() -> None:
    answer = "Hello there. The kettle weighs 1.2 kg. [1] It is blue [7]."
    first, second = check_claims(answer, [hit(KETTLE)], unlike)
    assert (first.text, first.supported) == ("The kettle weighs 1.2 kg.", True)
    assert not second.supported and "no passage" in second.reason


def test_that_decimal_points_end_no_sentence() -> None:
    assert sentences("It costs 54.90 euros. Really? Yes") == ["It costs 54.90 euros.", "Really?", "Yes"]


def test_that_statements_without_a_mark_are_told_and_what_states_nothing_is_not() -> None:
    said = "# Kettle\nYes. Here is what it says:\n- It weighs 1.2 kg.[1] Dr. Alder sells it in blue.\n---\n"
    other = "它的保修期是三年零两个月左右。"
    assert uncited_statements(said + other) == ("Alder sells it in blue.", other)
    assert uncited_statements("The documents do not say.") == ()


def test_that_the_sentence_is_found_that_bears_a_statement_out() -> None:
    passage = f"# Alder\n\nThe Alder is our oldest kettle and has been sold for years. {KETTLE} It is sold in blue."
    assert nearest_sentence("It weighs 1.2 kg.", passage) == "It costs 54.90 euros and weighs 1.2 kg."
    assert nearest_sentence("The kettle's warranty is 3 years.", passage).endswith("a warranty of 3 years.")
    assert nearest_sentence("Zebras eat grass.", "One. Two.") == "One."
    assert nearest_sentence("Zebras.", "") == ""
