"""What speaks for one reason or another: which passages were found, which were read, and where the answer comes from.

Everything is told from the trial and its question alone, so that the window and the report can show it at any time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workbench.compare.trial_types import Trial
from workbench.datasets.types import Example
from workbench.rag.citations import MARK, mark_numbers, without_marks
from workbench.rag.languages import LITTLE_WORDS
from workbench.rag.search_types import Hit
from workbench.scoring.metrics import score
from workbench.scoring.metrics.documents import is_any_of
from workbench.scoring.metrics.text import plain

LONG_WORDS = 8
"""Answers of more words are made up from passages, not copied: their words need not stand there in this order."""
_ENOUGH = 0.7
"""Share of the telling words of a long answer from which a passage holds it."""
_WORDS = re.compile(r"\w+(?:[.,:]\d+)*")
_NUMBERS = {word: str(number) for number, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve".split()
)}  # fmt: skip
_LITTLE = LITTLE_WORDS | frozenset(
    "a an any be been can do does for from had has how i if into its me must my need one our should so than the their "
    "them there they this those was we were what when where which who whose will with would you your".split()
)


@dataclass(frozen=True, slots=True)
class PassageEvidence:
    """One retrieved passage, seen in the light of the answer."""

    rank: int
    """Its place in what retrieval found, from 1."""
    number: int
    """[n] in the prompt; 0: the model did not read it."""
    document: str
    is_source: bool
    """Its document is one that the test set names."""
    holds_right: bool
    """A right answer stands in it."""
    holds_given: bool
    """What the model answered stands in it."""
    is_relevant: bool
    """What the model should have answered from."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passages of a trial, and what its answer cites."""

    passages: tuple[PassageEvidence, ...] = ()
    cited: tuple[int, ...] = ()
    """Numbers of the passages that the answer cites."""
    missing_sources: tuple[str, ...] = ()
    """Named sources of which no passage was read."""
    unread_names: tuple[str, ...] = ()
    """Names in the question that stand in no passage that was read."""

    @property
    def read(self) -> tuple[PassageEvidence, ...]:
        return tuple(passage for passage in self.passages if passage.number)

    @property
    def relevant(self) -> tuple[PassageEvidence, ...]:
        return tuple(passage for passage in self.passages if passage.is_relevant)

    @property
    def relevant_read(self) -> tuple[PassageEvidence, ...]:
        return tuple(passage for passage in self.relevant if passage.number)

    @property
    def sources_found(self) -> tuple[PassageEvidence, ...]:
        return tuple(passage for passage in self.passages if passage.is_source)

    @property
    def taken_from(self) -> PassageEvidence | None:
        """The irrelevant passage that the answer's content comes from; None where a relevant one holds it, too."""
        if any(passage.holds_given for passage in self.relevant_read):
            return None
        return next((p for p in self.read if p.holds_given and not p.is_relevant), None)

    @property
    def cites_wrongly(self) -> PassageEvidence | None:
        """The passage that is cited where only irrelevant ones are."""
        by_number = {passage.number: passage for passage in self.read}
        cited = [by_number[number] for number in self.cited if number in by_number]
        return cited[0] if cited and not any(passage.is_relevant for passage in cited) else None


def evidence_of(trial: Trial, example: Example) -> Evidence:
    """What a trial's passages say of its answer; nothing of one without retrieval."""
    numbers = {place: number for number, place in enumerate(trial.used, 1)}
    passages = tuple(
        _look_at(hit, rank, numbers.get(rank - 1, 0), trial.answer, example) for rank, hit in enumerate(trial.hits, 1)
    )
    read = trial.used_hits
    text = " ".join(f"{hit.title} {hit.document} {hit.text}" for hit in read).casefold()
    return Evidence(
        passages=passages,
        cited=tuple(dict.fromkeys(n for mark in MARK.finditer(trial.answer) for n in mark_numbers(mark[1]))),
        missing_sources=tuple(
            source for source in example.sources if not any(is_any_of(hit.document, [source]) for hit in read)
        ),
        unread_names=tuple(name for name in _names(example.question) if name.casefold() not in text),
    )


def holds(text: str, answer: str, question: str = "") -> bool:
    """Whether a passage says this: a short answer word by word (numbers in either form), of a long one most of it."""
    wanted, words = _normal(answer), _words(text)
    if not wanted or not words:
        return False
    if len(wanted) <= LONG_WORDS:
        return f" {' '.join(wanted)} " in f" {' '.join(words)} "
    telling = {word for word in wanted if word not in _LITTLE} - set(_normal(question))
    return bool(telling) and len(telling & set(words)) >= _ENOUGH * len(telling)


def _look_at(hit: Hit, rank: int, number: int, answer: str, example: Example) -> PassageEvidence:
    is_source = is_any_of(hit.document, example.sources)
    holds_right = any(
        holds(hit.text, right, example.question) or score("contains", hit.text, (right,)).value == 1.0
        for right in example.answers
    )
    is_long = bool(example.answers) and all(len(_normal(right)) > LONG_WORDS for right in example.answers)
    relevant = is_source and (holds_right or is_long) if example.sources else holds_right
    return PassageEvidence(
        rank=rank,
        number=number,
        document=hit.document,
        is_source=is_source,
        holds_right=holds_right,
        holds_given=_holds_given(hit.text, answer, example.question),
        is_relevant=relevant,
    )


def _holds_given(text: str, answer: str, question: str) -> bool:
    """Whether what is new in the answer, beside the words of the question, stands in the passage."""
    told = without_marks(answer)
    words = _normal(told)
    if len(words) <= LONG_WORDS and holds(text, told):
        return _tells(words, question)
    asked = set(_normal(question))
    numbers = [
        " ".join([word, *following[:1]])
        for place, word in enumerate(words)
        if word[:1].isdigit() and word not in asked
        for following in [[w for w in words[place + 1 : place + 2] if w not in _LITTLE]]
    ]
    whole = f" {' '.join(_words(text))} "
    if numbers:
        return all(f" {number} " in whole for number in numbers)
    names = [word for name in _names(told) if (word := plain(name)) not in asked]
    if names:
        return all(f" {name} " in whole for name in names)
    return len(words) > LONG_WORDS and holds(text, told, question)


def _tells(words: Sequence[str], question: str) -> bool:
    """Whether there is anything in it that was not in the question: "yes" stands in many passages by chance."""
    return any(word not in _LITTLE and word not in ("yes", "no") for word in set(words) - set(_normal(question)))


def _names(text: str) -> tuple[str, ...]:
    """Words with a capital letter that do not begin a sentence, and codes."""
    found = []
    for match in _WORDS.finditer(text):
        word, before = match[0], text[: match.start()].rstrip()
        begins = not before or before[-1] in ".!?:\n"
        if word.casefold() not in _LITTLE and ((word[0].isupper() and not begins) or _is_code(word)):
            found.append(word)
    return tuple(dict.fromkeys(found))


def _is_code(word: str) -> bool:
    return any(sign.isdigit() for sign in word) and any(sign.isalpha() for sign in word)


def _normal(text: str) -> list[str]:
    return list(_words(without_marks(text)))


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """Words in small letters, without accents; small numbers in digits."""
    return tuple(_NUMBERS.get(word, word) for word in _WORDS.findall(plain(text)))
