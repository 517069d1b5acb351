"""Metrics: one test per promise, with values worked out by hand or by the reference implementation."""

import json
import random

import pytest

from workbench.errors import WorkbenchError
from workbench.scoring.metrics import METRICS, find_metric, score
from workbench.scoring.metrics.documents import same_document
from workbench.scoring.metrics.numeric import numbers_in
from workbench.scoring.metrics.rouge_l import longest_common_subsequence
from workbench.scoring.refusal import is_refusal

ANSWER_METRICS = [name for name, metric in METRICS.items() if metric.judges_answer]


def value(name: str, answer: str, *references: str, **more: object) -> float | None:
    return score(name, answer, references, **more).value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("The Eiffel Tower!", "eiffel tower"),
        ("3 years [1]", "3 years"),
        ("3 years [1, 2][4].", "3 years"),
        ("  an   apple ", "Apple"),
        ("Nadia Ferrow\u2019s", "Nadia Ferrow's"),
    ],
)
def test_that_exact_match_forgives_what_squad_forgives(answer: str, reference: str) -> None:
    assert value("exact_match", answer, reference) == 1.0


def test_that_exact_match_takes_the_best_of_several_references() -> None:
    assert value("exact_match", "Saint Bernadette Soubirous", "Bernadette", "Saint Bernadette Soubirous") == 1.0
    assert value("exact_match", "54 euros", "45 euros", "55 euros") == 0.0


@pytest.mark.parametrize(
    ("answer", "reference", "expected"),
    [
        ("the cat sat", "cat sat down", 2 * (2 / 2) * (2 / 3) / (2 / 2 + 2 / 3)),
        ("a b c", "d e f", 0.0),
        ("red red blue", "red blue blue", 2 / 3),
        ("the", "an", 1.0),  # nothing is left of either
        ("the", "cat", 0.0),
    ],
)
def test_that_word_f1_is_squads(answer: str, reference: str, expected: float) -> None:
    assert value("token_f1", answer, reference) == pytest.approx(expected)


def test_that_contains_looks_for_whole_words() -> None:
    assert value("contains", "It takes 40 minutes [2].", "40 minutes") == 1.0
    assert value("contains", "It takes 140 minutes.", "40 minutes") == 0.0


def test_that_a_pattern_is_searched_without_case() -> None:
    assert value("regex", "Code: kx-204", r"KX-\d{3}") == 1.0
    assert value("regex", "Code: 204", r"KX-\d{3}") == 0.0


def test_that_a_pattern_that_never_ends_is_no_score_but_a_reason() -> None:
    # Without a limit it would take longer than a lifetime.
    found = score("regex", "a" * 80 + "!", ["no", r"^(a|aa)+$", r"a"])
    assert found.value is None
    assert "takes too long" in found.explanation


def test_that_a_pattern_is_searched_in_the_whole_answer() -> None:
    assert value("regex", "word " * 5_000 + "KX-204", r"KX-\d{3}") == 1.0


def test_that_a_broken_pattern_is_no_score_but_a_reason() -> None:
    found = score("regex", "x", ["("])
    assert found.value is None
    assert "regular expression" in found.explanation


def test_that_a_label_may_stand_in_a_sentence_when_it_is_the_only_one() -> None:
    labels = {"labels": ["refund", "card payment", "card"]}
    assert value("label_accuracy", "Refund.", "refund", options=labels) == 1.0
    assert value("label_accuracy", "The label is: card payment", "card payment", options=labels) == 1.0
    assert value("label_accuracy", "card payment", "card", options=labels) == 0.0
    assert value("label_accuracy", "refund or card", "refund", options=labels) == 0.0
    assert value("label_accuracy", "The refund", "refund") == 0.0


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,234.5", [1234.5]),
        ("1.234,5 EUR", [1234.5]),
        ("2,5 kg", [2.5]),
        ("12,000 and -3", [12000.0, -3.0]),
        ("\u22125 °C", [-5.0]),
        ("1 and 2.", [1.0, 2.0]),
        ("KX-204", []),
        ("1e3", [1000.0]),
        ("1\u202f500", [1500.0]),
    ],
)
def test_that_numbers_are_read_as_people_write_them(text: str, numbers: list[float]) -> None:
    assert numbers_in(text) == numbers


def test_that_a_number_counts_within_its_tolerance() -> None:
    assert value("numeric", "about 54.2 euros [1]", "54 euros") == 0.0
    assert value("numeric", "about 54.2 euros", "54 euros", options={"tolerance": 0.5}) == 1.0
    assert value("numeric", "about 54.2 euros", "54 euros", options={"relative": 0.01}) == 1.0
    assert value("numeric", "no idea what", "54") == 0.0
    assert value("numeric", "54", "many") is None
    assert value("numeric", "In 2019 it cost 54", "54", options={"position": "last"}) == 1.0


def test_that_json_is_valid_bare_or_in_one_fence() -> None:
    assert value("json_valid", '{"a": 1}', "x") == 1.0
    assert value("json_valid", '```json\n{"a": 1}\n```', "x") == 1.0
    assert value("json_valid", 'Here: {"a": 1}', "x") == 0.0
    assert value("json_valid", "{'a': 1}", "x") == 0.0
    assert value("json_valid", '{"a": NaN}', "x") == 0.0
    assert value("json_valid", "[" * 100_000, "x") == 0.0


def test_that_json_fields_are_compared_by_path() -> None:
    reference = '{"name": "Kettle", "price": {"amount": 54, "currency": "EUR"}, "colours": ["cream", "green"]}'
    answer = '{"price": {"currency": "eur", "amount": 45}, "name": "kettle", "colours": ["cream"], "extra": 1}'
    assert value("json_fields", answer, reference) == pytest.approx(3 / 5)
    assert value("json_fields", reference, reference) == 1.0
    assert value("json_fields", "nothing", reference) == 0.0
    assert value("json_fields", reference, "plain text") is None


def test_that_format_lines_are_compared_by_key() -> None:
    reference = "Category: Delivery\nUrgency: high\nReply: We will call you."
    assert value(
        "format_fields", "category: delivery\nURGENCY: low\nReply: We will call you", reference
    ) == pytest.approx(2 / 3)
    assert value("format_fields", "Your parcel is late.", reference) == 0.0
    assert value("format_fields", "x: y", "no lines here") is None


def test_that_rouge_l_finds_the_papers_example() -> None:
    # Lin 2004, section 3.1: the first shares three words in order with the reference, the second two.
    reference = "police killed the gunman"
    assert value("rouge_l", "police kill the gunman", reference) == pytest.approx(3 / 4)
    assert value("rouge_l", "the gunman kill police", reference) == pytest.approx(2 / 4)


def test_that_the_fast_subsequence_agrees_with_the_textbook_table() -> None:
    chance = random.Random(5)
    for _ in range(60):
        first = [chance.choice("abcd") for _ in range(chance.randrange(25))]
        second = [chance.choice("abcd") for _ in range(chance.randrange(25))]
        table = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
        for i, a in enumerate(first, 1):
            for j, b in enumerate(second, 1):
                table[i][j] = table[i - 1][j - 1] + 1 if a == b else max(table[i - 1][j], table[i][j - 1])
        assert longest_common_subsequence(first, second) == table[-1][-1]


def test_that_a_reference_of_megabytes_is_scored_all_the_same() -> None:
    huge = "word " * 400_000
    assert value("rouge_l", "one word", huge) == pytest.approx(2 / 400_002)
    assert value("exact_match", "one word", huge) == 0.0


def test_that_bleu_and_chrf_are_sacrebleus() -> None:
    answer, reference = "The cat sat on a mat", "The cat sat on the mat"
    import sacrebleu

    assert value("bleu", answer + " [1]", reference) == pytest.approx(
        sacrebleu.sentence_bleu(answer, [reference]).score / 100
    )
    assert value("chrf", answer, reference) == pytest.approx(sacrebleu.sentence_chrf(answer, [reference]).score / 100)
    assert value("bleu", reference, reference) == pytest.approx(1.0)


def test_that_retrieval_is_measured_by_documents_in_rank_order() -> None:
    ranked = ["b.pdf", "b.pdf", "docs/a.pdf", "c.pdf"]
    sources = {"retrieved": ranked, "relevant": ["a.pdf", "z.pdf"]}
    assert value("recall_at_k", "", "x", **sources) == 0.5
    assert value("recall_at_1", "", "x", **sources) == 0.0
    assert value("mrr", "", "x", **sources) == 0.5
    # gain 1/log2(3), ideal 1 + 1/log2(3)
    assert value("ndcg", "", "x", **sources) == pytest.approx(0.63093 / 1.63093, abs=1e-5)
    assert value("ndcg_at_1", "", "x", **sources) == 0.0


def test_that_an_arm_without_retrieval_has_no_retrieval_score() -> None:
    for name in ("recall_at_k", "mrr", "ndcg", "citation_precision"):
        found = score(name, "x", ["x"], relevant=["a.pdf"])
        assert found.value is None
        assert found.explanation


def test_that_citations_are_right_when_they_point_at_a_source() -> None:
    assert value("citation_precision", "x", "x", cited=["a.pdf", "b.pdf", ""], relevant=["a.pdf"]) == pytest.approx(
        1 / 3
    )
    assert value("citation_precision", "x", "x", cited=[], relevant=["a.pdf"]) is None


@pytest.mark.parametrize("name", ANSWER_METRICS)
def test_that_an_unanswerable_question_is_right_exactly_when_refused(name: str) -> None:
    assert value(name, "The documents do not say.") == 1.0
    assert value(name, "54 euros [1]") == 0.0


@pytest.mark.parametrize("name", ANSWER_METRICS)
def test_that_refusing_an_answerable_question_scores_nothing(name: str) -> None:
    reference = json.dumps({"the documents": "do not say"}) if name == "json_fields" else "say: 5 documents"
    assert value(name, "The documents do not say.", reference) == 0.0


@pytest.mark.parametrize(
    "answer",
    [
        "The documents do not say.", "I don\u2019t know.", "Sorry, I cannot answer that.", "Unknown", "Not mentioned.",
        "The provided context does not contain this.", "There is no information about it.",
        "It is not stated in the sources.",
    ],
)  # fmt: skip
def test_that_plain_refusals_are_recognised(answer: str) -> None:
    assert is_refusal(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "54 euros",
        "The kettle cannot be repaired.",
        "unknown soldier",
        "No.",
        "Paula does not know him.",
        "",
        "Not until Monday",
    ],
)
def test_that_answers_are_not_taken_for_refusals(answer: str) -> None:
    assert not is_refusal(answer)


def test_that_an_unknown_metric_is_refused_with_the_known_ones() -> None:
    with pytest.raises(WorkbenchError, match="rouge_l"):
        find_metric("accuracy")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("a.pdf", "docs/a.pdf", True),
        ("C:\\docs\\A.pdf", "docs/a.pdf", True),
        ("x/a.pdf", "y/a.pdf", False),
        ("ba.pdf", "a.pdf", False),
        ("", "a.pdf", False),
    ],
)
def test_that_a_document_is_known_by_the_end_of_its_path(first: str, second: str, same: bool) -> None:
    assert same_document(first, second) is same


def test_that_case_counts_where_the_user_wants_it_to() -> None:
    for name in ("exact_match", "contains"):
        assert value(name, "The iPhone", "iphone") == 1.0
        assert value(name, "The iPhone", "iphone", options={"ignore_case": 0}) == 0.0
        assert value(name, "The iPhone", "iPhone", options={"ignore_case": 0}) == 1.0


def test_that_one_pattern_may_judge_all_answers() -> None:
    options = {"pattern": r"^\d+ euros$", "ignore_case": 0}
    assert value("regex", "54 euros", "anything", options=options) == 1.0
    assert value("regex", "54 Euros", "anything", options=options) == 0.0


def test_that_only_the_named_fields_count() -> None:
    reference = '{"name": "kettle", "price": {"amount": 54, "unit": "euro"}}'
    answer = '{"name": "pot", "price": {"amount": 54, "unit": "euro"}}'
    assert value("json_fields", answer, reference) == pytest.approx(2 / 3)
    assert value("json_fields", answer, reference, options={"fields": "price, stock"}) == 1.0
    assert value("format_fields", "Name: a\nPrice: 5", "Name: b\nPrice: 5", options={"fields": ("price",)}) == 1.0
