"""Marks that point to no passage, put right where one of the passages bears the sentence out.

Small models count badly: with three passages they write [4] behind a sentence of the third. What no passage bears out
stays as it is written, and is told.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.rag.citations import MARK, mark_numbers, without_marks
from workbench.rag.claims import Similarities, can_be_checked, check_statement, sentence_spans
from workbench.rag.search_types import Hit


@dataclass(frozen=True, slots=True)
class MendedMarks:
    text: str
    changes: tuple[tuple[int, int], ...] = ()
    """What a mark said, and the passage that it says now."""

    @property
    def remark(self) -> str:
        """ "The mark [4] points to no passage; its statement stands in [3]."."""
        said = [f"The mark [{old}] points to no passage; its statement stands in [{new}]." for old, new in self.changes]
        return " ".join(said)


def mend_marks(answer: str, used_hits: Sequence[Hit], similarities: Similarities) -> MendedMarks:
    """The answer whose marks to nowhere name the passage that supports their sentence best, where one does."""
    parts: list[str] = []
    changes: dict[int, int] = {}
    place = 0
    for start, end in sentence_spans(answer):
        sentence = answer[start:end]
        numbers = [number for mark in MARK.finditer(sentence) for number in mark_numbers(mark[1])]
        wrong = [number for number in numbers if not 1 <= number <= len(used_hits)]
        right = _supporter(sentence, used_hits, similarities) if wrong else 0
        parts += [answer[place:start], _renumbered(sentence, wrong, right) if right else sentence]
        changes |= {number: right for number in wrong if right}
        place = end
    return MendedMarks("".join([*parts, answer[place:]]), tuple(changes.items()))


def _supporter(sentence: str, used_hits: Sequence[Hit], similarities: Similarities) -> int:
    """The number of the passage that supports a sentence best; 0 where none does."""
    bare = without_marks(sentence)
    best, best_score = 0, 0.0
    if not can_be_checked(bare):
        return 0  # every passage would do
    for number, hit in enumerate(used_hits, 1):
        claim = check_statement(bare, (number,), [hit], similarities)
        if claim.supported and claim.score > best_score:
            best, best_score = number, claim.score
    return best


def _renumbered(sentence: str, wrong: Sequence[int], right: int) -> str:
    """Each mark once, the wrong ones with the right number."""
    seen: set[int] = set()

    def renumber(mark: re.Match[str]) -> str:
        numbers = [right if number in wrong else number for number in mark_numbers(mark[1])]
        fresh = [number for number in dict.fromkeys(numbers) if number not in seen]
        seen.update(fresh)
        return f"[{', '.join(map(str, fresh))}]" if fresh else ""

    return MARK.sub(renumber, sentence)
