"""SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018): data -> paragraphs -> questions with answers out of a context."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.datasets.test_sets.sieve import Sieve
from workbench.datasets.test_sets.types import ImportedQuestions
from workbench.datasets.types import Example


def is_squad(document: Mapping[str, Any]) -> bool:
    """Whether its data are articles of paragraphs."""
    data = document.get("data")
    return isinstance(data, list) and any(isinstance(one, dict) and "paragraphs" in one for one in data)


def read_squad(document: Mapping[str, Any], path: Path) -> ImportedQuestions:
    """Questions are counted from 1 through the whole file; the article's title is the source.

    The context is a variable for prompts: many questions mean nothing without it. A question that is impossible (2.0)
    wants to be refused, whatever plausible answers the file shows.
    """
    version = str(document.get("version") or "").removeprefix("v")
    sieve = Sieve(path.name, f"SQuAD {version}".strip())
    row = 0
    for article in document["data"]:
        title = str(article.get("title") or "") if isinstance(article, dict) else ""
        for paragraph in _dicts(article, "paragraphs"):
            context = str(paragraph.get("context") or "")
            for asked in _dicts(paragraph, "qas"):
                row += 1
                _take(sieve, row, asked, title, context)
    return sieve.imported(path.stem)


def _take(sieve: Sieve, row: int, asked: Mapping[str, Any], title: str, context: str) -> None:
    answers = dict.fromkeys(
        text for answer in _dicts(asked, "answers") if (text := str(answer.get("text") or "").strip())
    )
    is_impossible = asked.get("is_impossible") is True
    if not answers and not is_impossible:
        sieve.refuse(row, "it has no answer and does not say that it is impossible")
        return
    example = Example(
        id=str(asked.get("id") or row),
        question=" ".join(str(asked.get("question") or "").split()),
        answers=() if is_impossible else tuple(answers),
        sources=(title,) if title else (),
        variables={"context": context} if context else {},
    )
    sieve.take(row, example, document=title)


def _dicts(owner: Any, key: str) -> list[Mapping[str, Any]]:
    value = owner.get(key) if isinstance(owner, dict) else None
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
