"""What of a question counts when two are compared: words, numbers, names; and whether two answers are the same."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from enum import Enum

from workbench.datasets.types import Example
from workbench.rag.languages import LITTLE_WORDS
from workbench.scoring.refusal import is_refusal

_GENITIVE = re.compile("['\u2019]s\\b")
_WORDS = re.compile(r"\w+")
_GROUNDED = re.compile(r"(?:^|\n)Question: (.+)\Z", re.DOTALL)
_BEGINS = re.compile(r"(?:^|[.!?:;\n\"“”‘(\[])\s*\Z")
_LITTLE = LITTLE_WORDS | frozenset(
    "a an am any are be been can could did do does for from get give had has have how i if in into is it its let many "
    "may me much must my need of on one our please shall should so some tell than that the their them then there they "
    "this those to us was we were what when where which who whom whose why will with would you your s ll d".split()
)
_NUMBERS = {word: str(number) for number, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve".split()
)}  # fmt: skip
_SAME_SHARE = 0.6
"""F1 of the words from which two answers say the same."""


def plain(text: str) -> str:
    """Without case, accents and the genitive's s; the letters of one form for signs that have several."""
    if text.isascii():
        return _GENITIVE.sub("", text.lower())
    folded = _GENITIVE.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def words_of(text: str) -> list[str]:
    """Words without case, accents, punctuation and the genitive's s."""
    return _WORDS.findall(plain(text))


def key(text: str) -> str:
    """What two questions have in common that differ in nothing but case, punctuation and spaces."""
    return " ".join(words_of(text))


def asked(row: str) -> str:
    """The question of a training row; rows with retrieved passages end in it."""
    found = _GROUNDED.search(row)
    return found[1] if found else row


def content(words: Iterable[str]) -> set[str]:
    """Words that say what a question is about."""
    return {word for word in words if word not in _LITTLE}


def numbers_in(words: Iterable[str]) -> frozenset[str]:
    """Numbers and codes: words with a digit in them."""
    return frozenset(word for word in words if any(sign.isdigit() for sign in word))


def names_in(text: str) -> frozenset[str]:
    """Words with a capital letter where no sentence begins; none of a text that is in capitals as a whole."""
    letters = [sign for sign in text if sign.isalpha()]
    if not letters or sum(sign.isupper() for sign in letters) > len(letters) / 2:
        return frozenset()
    found = {
        word
        for match in _WORDS.finditer(text)
        if match[0][0].isupper() and not _BEGINS.search(text[max(0, match.start() - 4) : match.start()])
        for word in words_of(match[0])
    }
    return frozenset(content(found))


class Agreement(Enum):
    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


def compare_answers(example: Example, answer: str) -> Agreement:
    """Does a row say what is right for the test question? Words decide, not their order or number."""
    if not answer.strip():
        return Agreement.UNKNOWN
    refuses = is_refusal(answer)
    if refuses or not example.is_answerable:
        return Agreement.SAME if refuses and not example.is_answerable else Agreement.OTHER
    given = _answer_words(answer)
    return Agreement.SAME if any(_says_same(_answer_words(right), given) for right in example.answers) else _OTHER


_OTHER = Agreement.OTHER


def _answer_words(text: str) -> list[str]:
    return [_NUMBERS.get(word, word) for word in words_of(text)]


def _says_same(right: list[str], given: list[str]) -> bool:
    if not right or not given:
        return right == given
    shorter, longer = sorted((right, given), key=len)
    if content(shorter) and f" {' '.join(shorter)} " in f" {' '.join(longer)} ":
        return True
    shared = (Counter(right) & Counter(given)).total()
    numbers_differ = numbers_in(right) != numbers_in(given)
    return not numbers_differ and 2 * shared / (len(right) + len(given)) >= _SAME_SHARE
