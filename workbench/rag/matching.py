"""Which words of a passage did the question ask for? For people who want to see why a passage was found."""

import re
from collections.abc import Iterable

from workbench.rag.languages import LITTLE_WORDS
from workbench.rag.retrieval import content_words

_WORD = re.compile(r"\w+")
_SIGN = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""Scripts that write words without spaces between them, or with endings glued on."""
_SAME_BEGINNING = 4
"""So many letters two forms of a word have in common at least; shorter words have one form."""
_LONGEST_ENDING = 2
_MOST_APART = 4
"""Letters that one form may be longer than the other."""


class WordForms:
    """Words that are looked for; forms of them count as the words.

    The index of words has endings of one language; here two long words are one when they begin alike, which is near.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._known: dict[str, bool] = dict.fromkeys(words, True)
        self._by_beginning: dict[str, list[str]] = {}
        for word in self._known:
            self._by_beginning.setdefault(word[:_SAME_BEGINNING], []).append(word)

    def __contains__(self, word: str) -> bool:
        """Whether a word (in small letters) is one of them or a form of one."""
        if word not in self._known:
            alike = self._by_beginning.get(word[:_SAME_BEGINNING], ()) if len(word) >= _SAME_BEGINNING else ()
            self._known[word] = any(_are_forms(word, other) for other in alike)
        return self._known[word]


def matched_spans(question: str, text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the text, in code points, that share a word with the question."""
    wanted = wanted_words(question)
    spans = [match.span() for match in _WORD.finditer(text) if match[0].casefold() in wanted]
    spans += [match.span() for pair in sign_pairs(question) for match in re.finditer(re.escape(pair), text)]
    return _joined(sorted(spans))


def wanted_words(question: str) -> WordForms:
    """The words that say what a question is about."""
    said = _WORD.findall(content_words(question).casefold())
    return WordForms([word for word in said if word not in LITTLE_WORDS] or said)


def sign_pairs(text: str) -> frozenset[str]:
    """Neighbouring signs of scripts without spaces: what stands there for words."""
    runs = _WORD.findall(text)
    return frozenset(run[i : i + 2] for run in runs for i in range(len(run) - 1) if _SIGN.match(run[i]))


def _are_forms(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > _MOST_APART or len(shorter) < _SAME_BEGINNING:
        return False
    same = max(_SAME_BEGINNING, len(shorter) - _LONGEST_ENDING)
    return one[:same] == other[:same]


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
