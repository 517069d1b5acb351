"""An answer as Markdown in which every sentence says what its sources say to it. No Qt.

Signs of our own stand around sentences, so that they can be found again and coloured once the Markdown is laid out.
"""

import re
from dataclasses import dataclass

from workbench.rag.answer_parts import AnswerSentence, Support, answer_sentences
from workbench.rag.answer_types import Answer
from workbench.rag.citations import MARK, mark_numbers

BEGIN, END, NOTE_END = "\u2e22", "\u2e23", "\u2e24"
"""Around a sentence, and behind the note that follows it. Half brackets: Markdown must take them for punctuation."""
CITE, WHY = "cite:", "why:"
"""What links of an answer begin with: a mark's number, a sentence's place among the checked ones."""

_OWN_SIGNS = str.maketrans("", "", BEGIN + END + NOTE_END)
_BLOCK_START = re.compile(r"(?:\s*(?:[-*+]|\d+[.)]|#{1,6}|>)\s+)*")
_FENCE = re.compile(r"^\s{0,3}(```|~~~)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MarkedText:
    markdown: str
    supports: tuple[Support, ...]
    """Of the sentences with signs around them, in their order."""


def marked(answer: Answer) -> MarkedText:
    """The answer with links for its marks, signs around its checked sentences and a word behind each."""
    sentences = answer_sentences(answer)
    text, place = answer.answer, 0
    parts: list[str] = []
    supports: list[Support] = []
    for sentence in sentences:
        parts.append(text[place : sentence.start].translate(_OWN_SIGNS))
        said = text[sentence.start : sentence.end]
        if sentence.support is Support.NONE or _is_code(text, sentence) or said.startswith("|"):
            parts.append(_linked(said, sentence.dangling))
        else:
            parts.append(_surrounded(said, sentence, len(supports)))
            supports.append(sentence.support)
        place = sentence.end
    parts.append(text[place:].translate(_OWN_SIGNS))
    return MarkedText("".join(parts), tuple(supports))


def _surrounded(said: str, sentence: AnswerSentence, number: int) -> str:
    start = _BLOCK_START.match(said)
    before = start[0] if start else ""
    inside = _linked(said[len(before) :], sentence.dangling)
    return f"{before}{BEGIN}{inside}{END}{_note(sentence, number)}{NOTE_END}"


def _note(sentence: AnswerSentence, number: int) -> str:
    """What stands behind a sentence, so that nothing is said by colour alone."""
    match sentence.support:
        case Support.SUPPORTED:
            return " ✓"
        case Support.UNSUPPORTED if sentence.dangling:
            marks = ", ".join(str(n) for n in sentence.dangling)
            return f" [⚠ {marks} points to no passage]({WHY}{number})"
        case Support.UNSUPPORTED:
            return f" [⚠ not in its source]({WHY}{number})"
        case _:
            return " (no source)"


def _linked(said: str, dangling: tuple[int, ...]) -> str:
    """The sentence with its marks as links; those that point nowhere stay plain."""

    def links(mark: re.Match[str]) -> str:
        return "".join(
            f"\\[{number}\\]" if number in dangling else f"[\\[{number}\\]]({CITE}{number})"
            for number in mark_numbers(mark[1])
        )

    return MARK.sub(links, said.translate(_OWN_SIGNS))


def _is_code(text: str, sentence: AnswerSentence) -> bool:
    """Whether it stands inside a fence."""
    return len(_FENCE.findall(text[: sentence.start])) % 2 == 1 or bool(_FENCE.match(text[sentence.start :]))
