"""Our scorers against the reference implementations, on fixed cases and on texts that nobody thought of.

Where ours go further on purpose (typographic quotes, citation marks, scripts without ASCII letters) a test says so.
"""

import re
import string
from collections import Counter
from collections.abc import Sequence

import ir_measures
import pytest
import sacrebleu
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from workbench.scoring.metrics import score

WORDS = st.sampled_from(
    "a an the The cat cats sat on mat 3 3.5 1,000 it's don't New-York e.g. (and) [x] yes! no? über naïve".split()
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
ASCII = st.text(string.ascii_letters + string.digits + string.punctuation.replace("[", "") + "  \n", max_size=60)
TEXTS = st.one_of(SENTENCES, ASCII.map(str.strip))
LIMIT = settings(max_examples=150)


def value(name: str, answer: str, references: Sequence[str], **more: object) -> float:
    found = score(name, answer, references, **more).value  # type: ignore[arg-type]
    assert found is not None
    return found


def is_scored(answer: str, references: Sequence[str]) -> bool:
    """Texts that no rule of ours takes before the metric: refusals have one."""
    from workbench.scoring.refusal import is_refusal

    return not is_refusal(answer) and not any(is_refusal(reference) for reference in references)


# -- SQuAD: lower case, no punctuation, no articles, single spaces; then equality, or F1 of words --

SQUAD_CASES = [
    # answer, right answers, exact match, F1
    ("Denver Broncos", ["Denver Broncos", "Denver Broncos", "Denver Broncos"], 1, 1.0),
    ("the Denver Broncos.", ["Denver Broncos"], 1, 1.0),
    ("Broncos", ["Denver Broncos"], 0, 2 / 3),
    ("Carolina Panthers", ["Denver Broncos"], 0, 0.0),
    ("Levi's Stadium", ["Levis Stadium", "Santa Clara"], 1, 1.0),
    ("an  apple\ta day", ["apple day"], 1, 1.0),
    ("theatre", ["atre"], 0, 0.0),  # articles are whole words
    ("1,000 people", ["1000 people"], 1, 1.0),
    ("co-operate", ["cooperate"], 1, 1.0),  # punctuation goes without leaving a space
    ("the", ["a"], 1, 1.0),  # nothing is left of either
    ("the", ["cat"], 0, 0.0),  # nothing is left of one
    ("to be or not to be", ["to be to be"], 0, 0.8),  # repeated words count as often as both have them
    ("GOLD", ["gold", "golden"], 1, 1.0),
]


@pytest.mark.parametrize(("answer", "references", "exact", "f1"), SQUAD_CASES)
def test_that_squads_cases_come_out_as_its_rules_say(answer: str, references: list[str], exact: int, f1: float) -> None:
    assert value("exact_match", answer, references) == exact
    assert value("token_f1", answer, references) == pytest.approx(f1)


def test_that_a_question_without_an_answer_is_right_when_it_is_refused() -> None:
    """SQuAD 2 compares with the empty answer; here refusing in words is the empty answer."""
    for name in ("exact_match", "token_f1"):
        assert value(name, "I don't know.", []) == 1.0
        assert value(name, "Denver Broncos", []) == 0.0
        assert value(name, "I don't know.", ["Denver Broncos"]) == 0.0


def squad_words(text: str) -> list[str]:
    """The published rules once more, by another road: character by character."""
    kept = "".join(c for c in text.lower() if c not in string.punctuation)
    return [word for word in re.sub(r"\b(a|an|the)\b", " ", kept).split() if word]


def squad_f1(answer: str, reference: str) -> float:
    given_words, right_words = squad_words(answer), squad_words(reference)
    if not given_words or not right_words:
        return float(given_words == right_words)
    shared = sum((Counter(given_words) & Counter(right_words)).values())
    if shared == 0:
        return 0.0
    precision, recall = shared / len(given_words), shared / len(right_words)
    return 2 * precision * recall / (precision + recall)


@given(answer=TEXTS, references=st.lists(TEXTS, min_size=1, max_size=3))
@LIMIT
def test_that_any_text_is_scored_by_squads_rules(answer: str, references: list[str]) -> None:
    if is_scored(answer, references):
        exact = max(squad_words(answer) == squad_words(reference) for reference in references)
        assert value("exact_match", answer, references) == exact
        best = max(squad_f1(answer, reference) for reference in references)
        assert value("token_f1", answer, references) == pytest.approx(best)


def test_that_typographic_signs_are_read_as_plain_ones_beyond_squads_rules() -> None:
    assert value("exact_match", "Levi’s – “Stadium”", ['Levi\'s - "Stadium"']) == 1.0


# -- sacrebleu ---------------------------------------------------------------------------------------------------------


@given(answer=TEXTS, references=st.lists(TEXTS.filter(bool), min_size=1, max_size=3))
@LIMIT
def test_that_bleu_and_chrf_are_sacrebleus(answer: str, references: list[str]) -> None:
    if is_scored(answer, references):
        bleu = sacrebleu.BLEU(effective_order=True).sentence_score(answer, references).score
        assert value("bleu", answer, references) == pytest.approx(min(bleu, 100) / 100, abs=1e-9)
        chrf = sacrebleu.CHRF().sentence_score(answer, references).score
        assert value("chrf", answer, references) == pytest.approx(min(chrf, 100) / 100, abs=1e-9)


def test_that_bleus_documented_case_is_met() -> None:
    hypothesis, reference = "The dog bit the man.", "The dog had bit the man."
    expected = sacrebleu.sentence_bleu(hypothesis, [reference]).score
    assert value("bleu", hypothesis, [reference]) == pytest.approx(expected / 100)
    assert 0.5 < expected / 100 < 0.55


# -- rouge-score -------------------------------------------------------------------------------------------------------

ROUGE = RougeScorer(["rougeL"], use_stemmer=False)


@pytest.mark.parametrize(
    ("answer", "reference"),
    [
        ("police kill the gunman", "police killed the gunman"),  # the cases of Lin 2004, section 3
        ("the gunman kill police", "police killed the gunman"),
        ("the gunman police killed", "police killed the gunman"),
        ("The quick brown dog jumps on the log.", "The quick brown fox jumps over the lazy dog."),
        ("a-b c_d 1.5", "a b c d 1 5"),
        ("", "something"),
    ],
)
def test_that_rouge_l_is_that_of_rouge_score(answer: str, reference: str) -> None:
    expected = ROUGE.score(reference, answer)["rougeL"].fmeasure
    assert value("rouge_l", answer, [reference]) == pytest.approx(expected)


@given(answer=TEXTS, references=st.lists(TEXTS, min_size=1, max_size=3))
@LIMIT
def test_that_rouge_l_of_any_text_is_that_of_rouge_score(answer: str, references: list[str]) -> None:
    both = [answer, *references]
    if is_scored(answer, references) and all(re.search("[a-zA-Z0-9]", text) for text in both):
        expected = ROUGE.score_multi(references, answer)["rougeL"].fmeasure
        assert value("rouge_l", answer, references) == pytest.approx(expected)


def test_that_rouge_l_reads_other_scripts_where_rouge_score_reads_nothing() -> None:
    assert ROUGE.score("добрый день", "добрый день")["rougeL"].fmeasure == 0.0
    assert value("rouge_l", "добрый день", ["добрый день"]) == 1.0


# -- ir-measures (trec_eval) -------------------------------------------------------------------------------------------

DOCUMENTS = [f"d{n}" for n in range(8)]


@given(
    ranked=st.lists(st.sampled_from(DOCUMENTS), unique=True, max_size=8),
    relevant=st.lists(st.sampled_from(DOCUMENTS), unique=True, min_size=1, max_size=5),
    k=st.integers(1, 10),
)
@LIMIT
def test_that_retrieval_measures_are_those_of_trec_eval(ranked: list[str], relevant: list[str], k: int) -> None:
    found = {"retrieved": ranked, "relevant": relevant}
    expected = trec_eval(ranked, relevant, k)
    assert value(f"recall_at_{k}", "x", ["x"], **found) == pytest.approx(expected["recall"])
    assert value(f"ndcg_at_{k}", "x", ["x"], **found) == pytest.approx(expected["ndcg"])
    assert value("ndcg", "x", ["x"], **found) == pytest.approx(expected["ndcg of all"])
    assert value("mrr", "x", ["x"], **found) == pytest.approx(expected["rr"])


def trec_eval(ranked: Sequence[str], relevant: Sequence[str], k: int) -> dict[str, float]:
    measures = {
        "recall": ir_measures.R @ k,
        "ndcg": ir_measures.nDCG @ k,
        "ndcg of all": ir_measures.nDCG,
        "rr": ir_measures.RR,
    }
    run = {"q": {document: float(len(ranked) - place) for place, document in enumerate(ranked)}}
    if not ranked:
        run = {"q": {"nothing": 1.0}}
    truth = {"q": dict.fromkeys(relevant, 1)}
    found = ir_measures.calc_aggregate(list(measures.values()), truth, run)
    return {name: found[measure] for name, measure in measures.items()}


def test_that_a_document_counts_once_however_many_of_its_chunks_were_found() -> None:
    found = {"retrieved": ["x", "x", "d1", "x", "d2"], "relevant": ["d1", "d2"]}
    once = trec_eval(["x", "d1", "d2"], ["d1", "d2"], 3)
    assert value("ndcg_at_3", "x", ["x"], **found) == pytest.approx(once["ndcg"])
    assert value("recall_at_2", "x", ["x"], **found) == 0.5


# -- texts without end -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["token_f1", "rouge_l", "bleu", "chrf", "exact_match", "contains", "regex", "numeric"])
def test_that_a_right_answer_of_ten_megabytes_is_not_compared_and_says_so(name: str) -> None:
    found = score(name, "54 euros", ["54 euros " * 1_200_000])
    assert found.value is None
    assert "The right answer has 10,800,000 characters" in found.explanation


@pytest.mark.parametrize("name", ["rouge_l", "chrf"])
def test_that_long_texts_below_the_limit_are_compared(name: str) -> None:
    assert value(name, "54 euros", ["54 euros " * 2_000]) < 0.1


def test_that_two_long_texts_are_not_held_against_each_other_for_minutes() -> None:
    long = "some words " * 40_000
    assert score("rouge_l", long, [long]).value is None
    assert value("token_f1", long, [long]) == 1.0
