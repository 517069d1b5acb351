"""An answer cut into sentences, each with what is known of its sources: for windows and files that show it."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath

from workbench.rag.answer_types import Answer, Citation
from workbench.rag.citations import MARK, mark_numbers
from workbench.rag.claims import needs_source, sentence_spans


class Support(StrEnum):
    """What the sources say to a sentence."""

    SUPPORTED = "supported"
    UNSUPPORTED = "unsupported"
    """It names a source that does not say so, or none that is there."""
    UNCITED = "uncited"
    """It states something and names no source."""
    NONE = "none"
    """Nothing to check: a heading, a word, what the model says of the documents themselves."""


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence where it stands in the answer."""

    start: int
    end: int
    support: Support
    numbers: tuple[int, ...] = ()
    dangling: tuple[int, ...] = ()
    """Those of its marks that point to no passage."""
    reason: str = ""
    """Why it counts as unsupported."""


@dataclass(frozen=True, slots=True)
class SupportCount:
    supported: int
    unsupported: int
    uncited: int

    @property
    def checked(self) -> int:
        return self.supported + self.unsupported


def answer_sentences(answer: Answer) -> tuple[AnswerSentence, ...]:
    """The sentences of an answer, in their order; the claims of the answer say what holds of those with marks."""
    claims = list(answer.claims)
    found = []
    for start, end in sentence_spans(answer.answer):
        text = answer.answer[start:end]
        numbers = tuple(dict.fromkeys(n for mark in MARK.finditer(text) for n in mark_numbers(mark[1])))
        dangling = tuple(number for number in numbers if number in answer.dangling)
        claim = claims.pop(0) if numbers and claims and claims[0].numbers == numbers else None
        if claim is not None:
            support = Support.SUPPORTED if claim.supported else Support.UNSUPPORTED
            found.append(AnswerSentence(start, end, support, numbers, dangling, claim.reason))
        else:
            states = not numbers and answer.answerable and needs_source(text)
            support = Support.UNCITED if states else Support.NONE
            found.append(AnswerSentence(start, end, support, numbers, dangling))
    return tuple(found)


def count_support(answer: Answer) -> SupportCount:
    """How many sentences are supported, are not, and name no source."""
    kinds = [sentence.support for sentence in answer_sentences(answer)]
    return SupportCount(kinds.count(Support.SUPPORTED), kinds.count(Support.UNSUPPORTED), kinds.count(Support.UNCITED))


def answer_as_markdown(question: str, answer: Answer) -> str:
    """Question, answer and its sources, to be pasted elsewhere."""
    lines = [f"**{' '.join(question.split())}**", "", answer.answer.strip()]
    if answer.citations:
        lines += ["", *(_source_line(citation) for citation in answer.citations)]
    return "\n".join(lines) + "\n"


def _source_line(citation: Citation) -> str:
    where = f"{citation.collection}: {citation.document}" if citation.collection else citation.document
    quoted = " ".join(citation.text.split())
    shown = quoted if len(quoted) <= 240 else f"{quoted[:239]}…"
    return f"- [{citation.number}] {PurePath(where).as_posix()}, page {citation.page}: “{shown}”"
