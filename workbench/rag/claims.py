"""Does a source say what a sentence claims? Each sentence with marks is held against the passages that it cites.

Numbers must stand in the passages. Of the words that carry meaning most must stand there too, or the sentence must mean
nearly what some sentence of a passage means. It is a check, no proof: it finds marks that point to the wrong place.
"""

import re
from collections.abc import Callable, Sequence

from workbench.llm.grounded_prompt import is_refusal
from workbench.rag.answer_types import Claim
from workbench.rag.citations import MARK, mark_numbers, without_marks
from workbench.rag.search_types import Hit

ENOUGH_WORDS = 0.6
"""Share of a claim's words that must stand in the cited passages."""
ENOUGH_LIKENESS = 0.7
"""Cosine similarity to the nearest sentence of a passage that is enough without the words."""
Similarities = Callable[[str, Sequence[str]], Sequence[float]]

_SENTENCE = re.compile(
    r"(?:[^.!?\u3002\uff01\uff1f\n]|[.!?](?![\s\[]|$))*"
    r"(?:[.!?\u3002\uff01\uff1f]+(?:\s*\[[\d,; ]+\])*|\n|$)"
)
_NO_STATEMENT = re.compile(r"\s*(?:#|[-*_=|:\s]+$)|.*:\s*$")
"""A heading, a rule of dashes, the line before a list."""
_FEWEST_WORDS, _FEWEST_LETTERS = 3, 12
"""Less says nothing that would need a source: "Yes.", "Dr."."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]{3,}")
_ENDINGS = ("ing", "ed", "es", "en", "er", "s", "e", "n")


def check_claims(answer: str, used_hits: Sequence[Hit], similarities: Similarities) -> tuple[Claim, ...]:
    """The sentences of an answer that carry marks, in their order. `used_hits[n - 1]` is what [n] points to."""
    claims = []
    for sentence in sentences(answer):
        numbers = tuple(dict.fromkeys(number for mark in MARK.finditer(sentence) for number in mark_numbers(mark[1])))
        cited = [used_hits[number - 1] for number in numbers if 1 <= number <= len(used_hits)]
        if numbers:
            claims.append(check_statement(without_marks(sentence), numbers, cited, similarities))
    return tuple(claims)


def sentences(text: str) -> list[str]:
    """The sentences of a text; marks behind the full stop belong to the sentence before."""
    return [text[start:end] for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where the sentences stand, without the space around them."""
    spans = []
    for match in _SENTENCE.finditer(text):
        if found := match[0].strip():
            start = match.start() + match[0].index(found[0])
            spans.append((start, start + len(found)))
    return spans


def can_be_checked(text: str) -> bool:
    """Whether a sentence holds a number or a word that a passage could hold too."""
    return bool(_NUMBER.search(text) or _WORD.search(text))


def needs_source(sentence: str) -> bool:
    """Whether a sentence states something, so that it should name its source."""
    words = re.findall(r"[^\W\d_]+", without_marks(sentence))
    is_long = len(words) >= _FEWEST_WORDS or sum(map(len, words)) >= _FEWEST_LETTERS
    return is_long and not _NO_STATEMENT.match(sentence) and not is_refusal(sentence)


def uncited_statements(answer: str) -> tuple[str, ...]:
    """The sentences that state something and carry no mark."""
    return tuple(s for s in sentences(answer) if not MARK.search(s) and needs_source(s))


def check_statement(text: str, numbers: tuple[int, ...], cited: Sequence[Hit], similarities: Similarities) -> Claim:
    """Whether the cited passages say what a sentence (without its marks) states."""
    if not cited:
        return Claim(text=text, numbers=numbers, supported=False, reason="Its mark points to no passage.")
    source = "\n".join(f"{hit.title}\n{hit.text}" for hit in cited)
    missing = [number for number in _NUMBER.findall(text) if not _holds_number(source, number)]
    if missing:
        reason = f"The cited passage does not hold the number {missing[0]}."
        return Claim(text=text, numbers=numbers, supported=False, reason=reason)
    share = _shared_words(text, source)
    if share >= ENOUGH_WORDS:
        return Claim(text=text, numbers=numbers, supported=True, score=share)
    likeness = max(similarities(text, [s for hit in cited for s in sentences(hit.text)] or [source]))
    if likeness >= ENOUGH_LIKENESS:
        return Claim(text=text, numbers=numbers, supported=True, score=likeness)
    reason = "The cited passage does not say it in these or in like words."
    return Claim(text=text, numbers=numbers, supported=False, reason=reason, score=max(share, likeness))


def nearest_sentence(statement: str, passage: str) -> str:
    """The sentence of a passage that shares most words and numbers with a statement; the first one of several, the
    passage itself where it has no sentences."""
    found = sentences(passage) or [passage]
    return max(found, key=lambda sentence: _shared_numbers(statement, sentence) + _shared_words(statement, sentence))


def _shared_numbers(text: str, source: str) -> float:
    """Share of the text's numbers that stand in the source; 0 where it has none."""
    wanted = _NUMBER.findall(text)
    return sum(_holds_number(source, number) for number in wanted) / len(wanted) if wanted else 0.0


def _holds_number(source: str, number: str) -> bool:
    """Whether it stands there as a number of its own: 3 is not in 30."""
    return re.search(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", source) is not None


def _shared_words(text: str, source: str) -> float:
    """Share of the text's words whose stem stands in the source; 1 where it has none."""
    wanted = {_stem(word) for word in _WORD.findall(text.casefold())}
    known = {_stem(word) for word in _WORD.findall(source.casefold())}
    return len(wanted & known) / len(wanted) if wanted else 1.0


def _stem(word: str) -> str:
    """Without a common ending: enough to hold two forms of a word together."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word
