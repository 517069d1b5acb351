"""What a promptfoo test wants of an answer, in the terms of this program: right answers and the score that fits them.

In promptfoo all assertions of a test must hold; here any of a question's answers is right. A test that wants several
different things at once is therefore refused, with its reason, rather than made easier.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.datasets.mapping import as_text

_SCORES = {
    "equals": "exact_match",
    "contains": "contains",
    "icontains": "contains",
    "contains-any": "contains",
    "icontains-any": "contains",
    "contains-all": "contains",
    "icontains-all": "contains",
    "starts-with": "regex",
    "regex": "regex",
    "similar": "token_f1",
    "factuality": "token_f1",
    "rouge-n": "rouge_l",
    "bleu": "bleu",
    "gleu": "bleu",
    "meteor": "token_f1",
    "levenshtein": "chrf",
}
_FORMS = ("is-json", "contains-json")
_PROGRAMS = ("javascript", "python", "ruby", "webhook")
_BESIDE = (
    "cost",
    "latency",
    "perplexity",
    "perplexity-score",
    "moderation",
    "guardrails",
    "context-recall",
    "context-relevance",
    "context-faithfulness",
    "answer-relevance",
)
"""What does not say which answer is right."""
_SETTLED_PREFIX = re.compile(r"^(?P<kind>[a-z][a-z-]*)(?:\((?P<threshold>[\d.]+)\))?\s*:\s*(?P<value>.*)$", re.DOTALL)
_TEMPLATE = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one test wants."""

    answers: tuple[str, ...] = ()
    is_unknown: bool = False
    """Only the form is asked for."""
    metric: str = ""
    """The score that judges as the test does; empty for a refusal, which every score judges."""


class UnusableTestError(Exception):
    """Why a test is no question, in words."""


def wanted_of(asserts: Sequence[Any], variables: Mapping[str, str]) -> Wanted:
    """Of all assertions of a test. Raises UnusableTestError."""
    flat = list(_flat(asserts))
    kinds = [kind for kind, _ in flat]
    told = dict.fromkeys(_wanted(kind, value, variables) for kind, value in flat if kind not in (*_BESIDE, *_FORMS))
    if len(told) > 1:
        parts = ", ".join(dict.fromkeys(kind for kind in kinds if kind not in (*_BESIDE, *_FORMS)))
        raise UnusableTestError(f"it wants {len(told)} things at once ({parts}); here one of several answers is right")
    if told:
        return next(iter(told))
    if any(kind in _FORMS for kind in kinds):
        return Wanted(is_unknown=True, metric="json_valid")
    raise UnusableTestError("it does not say which answer is right")


def assertion_of(text: str) -> dict[str, Any]:
    """An assertion as it stands in a cell: "contains: Paris"; without a kind it is "equals"."""
    found = _SETTLED_PREFIX.match(text.strip())
    kind = found["kind"].removeprefix("not-") if found else ""
    if found and (kind in {*_SCORES, *_FORMS, *_BESIDE, *_PROGRAMS, "is-refusal", "llm-rubric", "fn", "eval", "grade"}):
        aliases = {"fn": "javascript", "eval": "javascript", "grade": "llm-rubric"}
        return {"type": aliases.get(found["kind"], found["kind"]), "value": found["value"]}
    if text.strip() in (*_FORMS, "is-refusal"):
        return {"type": text.strip()}
    return {"type": "equals", "value": text.strip()}


def settle(wanted: Sequence[Wanted]) -> tuple[list[Wanted], str, str]:
    """One score for all: what each test wants in its terms, the score, and what to know about it.

    Where one is a pattern all become patterns: nothing else says the same.
    """
    counts = Counter(one.metric for one in wanted if one.metric)
    if not counts:
        return list(wanted), "", ""
    if "regex" in counts and len(counts) > 1:
        patterns = [_as_pattern(one) for one in wanted]
        return patterns, "regex", "Some tests ask for a pattern: the other answers became patterns too."
    metric = counts.most_common(1)[0][0]
    if len(counts) == 1:
        return list(wanted), metric, ""
    others = ", ".join(f"{count} {name}" for name, count in counts.items() if name != metric)
    return list(wanted), metric, f"One score judges all questions: {metric} fits most of them; not so: {others}."


def _as_pattern(wanted: Wanted) -> Wanted:
    if wanted.metric in ("regex", "", "json_valid"):
        return wanted
    whole = r"^\s*{}\s*$" if wanted.metric == "exact_match" else "{}"
    return Wanted(tuple(whole.format(re.escape(answer)) for answer in wanted.answers), metric="regex")


def _flat(asserts: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for one in asserts:
        if isinstance(one, str):
            one = assertion_of(one)
        if not isinstance(one, dict) or not isinstance(one.get("type"), str):
            raise UnusableTestError("an assertion has no type")
        if one["type"] == "assert-set":
            inner = one.get("assert")
            yield from _flat(inner if isinstance(inner, list) else [])
        else:
            yield one["type"].strip().casefold(), one.get("value")


def _wanted(kind: str, value: Any, variables: Mapping[str, str]) -> Wanted:
    if kind == "is-refusal":
        return Wanted()
    if kind in _PROGRAMS:
        raise UnusableTestError(f"“{kind}” is a program; nothing of a file is run here")
    if kind.startswith("not-"):
        raise UnusableTestError(f"“{kind}” says what is wrong, not what is right")
    if kind not in _SCORES:
        raise UnusableTestError(f"“{kind}” describes the answer, it does not give one")
    answers = tuple(_filled(answer, variables) for answer in _values(kind, value))
    if not answers:
        raise UnusableTestError(f"“{kind}” has no value")
    if kind.endswith("-all") and len(answers) > 1:
        raise UnusableTestError(
            f"it wants {len(answers)} things at once ({kind}); here one of several answers is right"
        )
    if kind == "starts-with":
        answers = tuple(rf"^\s*{re.escape(answer)}" for answer in answers)
    is_object = kind == "equals" and isinstance(value, dict | list)
    return Wanted(answers, metric="json_fields" if is_object else _SCORES[kind])


def _values(kind: str, value: Any) -> list[str]:
    if kind.endswith(("-any", "-all")):
        parts = value if isinstance(value, list) else as_text(value).split(",")
        return [text for part in parts if (text := as_text(part).strip())]
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else as_text(value).strip()
    return [text] if text else []


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """Values may refer to the test's variables; anything else of a template is not worked out here."""

    def value_of(found: re.Match[str]) -> str:
        if found[1] not in variables:
            raise UnusableTestError(f"its value refers to “{found[1]}”, which is no variable of the test")
        return variables[found[1]]

    filled = _TEMPLATE.sub(value_of, text) if "{{" in text else text
    if "{%" in text or filled.startswith("file://"):
        raise UnusableTestError("its value is worked out by a template or a file, which is not done here")
    return filled
