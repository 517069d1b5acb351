"""Is a generated question of any use? What does not stand alone, or copies its passage, measures nothing.

Whether the question's passage can be found by a search is deliberately not asked: a set of questions that the present
search answers would praise the present search.
"""

import re
from collections.abc import Iterable

from workbench.rag.retrieval import content_words

NO_QUESTION = "It is no question."
FEWEST_WORDS, MOST_WORDS = 3, 40
COPIED_RUN = 7
"""So many words in a row that stand in the passage are a copy ..."""
COPIED_SHARE = 0.7
"""... and so are fewer, where they are this share of the question and at least five."""
_FEWEST_COPIED = 5

_POINTS_AT_THE_PASSAGE = re.compile(
    r"\b(?:this|that|the|these|following|given) (?:passage|text|document|article|section|excerpt|paragraph|snippet"
    r"|context|table|list|page|author|writer|statement)s?\b|\b(?:mentioned|described|stated|listed|given) "
    r"(?:above|below|here|in it)\b|\baccording to (?:it|this|the above)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"\b(?:it|its|they|them|their|he|she|him|her|his|this|these|those)\b", re.IGNORECASE)
_LEAD = re.compile(r"^\s*(?:question|q)?\s*\d*\s*[:.)\-]+\s*|^\s*(?:question|q)\s*:\s*", re.IGNORECASE)


def question_in(answer: str) -> str:
    """The question in what a model wrote: its first line that ends in a question mark, without numbers and quotes."""
    lines = [_LEAD.sub("", line).strip().strip("\"'“”*_ ").strip() for line in answer.strip().splitlines()]
    asked = next((line for line in lines if line.endswith(("?", "？", "؟"))), "")
    return " ".join((asked or next(filter(None, lines), "")).split())


def problem_with(question: str, passage: str, title: str = "", known: Iterable[str] = ()) -> str:
    """Why a generated question is of no use, in a sentence; empty when nothing speaks against it."""
    words = _words(question)
    if not question.endswith(("?", "？", "؟")):
        return NO_QUESTION
    if not FEWEST_WORDS <= len(words) <= MOST_WORDS and not _is_without_spaces(question):
        return f"It has {len(words)} words."
    if _POINTS_AT_THE_PASSAGE.search(question):
        return "It does not stand alone: it speaks of the passage."
    named = set(_words(content_words(question))) & set(_words(f"{title} {passage}"))
    if not any(len(word) > 3 or word.isdigit() for word in named) and not _is_without_spaces(question):
        return "It shares no word with its passage: nobody could know what it is about."
    if _POINTS_BACK.search(question) and sum(len(word) > 3 for word in named) < 2:
        return "It does not stand alone: it speaks of something without naming it."
    run = longest_run(words, _words(passage))
    if run >= COPIED_RUN or (run >= _FEWEST_COPIED and run >= COPIED_SHARE * len(words)):
        return f"It copies {run} words in a row from its passage."
    if _key(question) in {_key(other) for other in known}:
        return "It is asked already."
    return ""


def longest_run(words: list[str], text: list[str]) -> int:
    """How many of the words stand in the text one after the other, at most."""
    best = 0
    before = [0] * (len(text) + 1)
    for word in words:
        now = [0] * (len(text) + 1)
        for place, other in enumerate(text, 1):
            if word == other:
                now[place] = before[place - 1] + 1
        best = max(best, *now)
        before = now
    return best


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _key(text: str) -> str:
    return " ".join(_words(text))


def _is_without_spaces(text: str) -> bool:
    """Scripts that put no spaces between words: counting words says nothing there."""
    return bool(re.search(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]", text))
