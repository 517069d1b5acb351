"""What should not stand in a text: broken characters, markup, unfilled templates, phrases of chat programs."""

import html
import re
from collections.abc import Callable, Sequence

from workbench.datasets.doctor.keys import counted, texts_of
from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow

_PLACEHOLDER = re.compile(
    r"\{\{\s*[\w. ]{1,60}\}\}|\[(?:INSERT|YOUR|ENTER) [A-Z ]{2,40}\]|<(?:your|insert)[ _-][\w -]{2,40}>"
)
_LOST = "\ufffd"
_TAGS = (
    "a|abbr|b|blockquote|body|br|center|code|div|em|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|"
    "label|li|link|main|meta|nav|ol|option|p|pre|script|section|select|small|span|strong|style|sub|sup|table|tbody|td|"
    "th|thead|title|tr|u|ul"
)
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_INVISIBLE = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|apos|#\d{2,5}|#x[0-9a-fA-F]{2,4});")
_CONTROL = re.compile(
    r"<\|[a-z_]{2,30}\|>|\[/?INST\]|</?s>|<<?/?SYS>>?|^#{2,4} ?(?:Instruction|Response|Input):", re.MULTILINE
)
_CODE = re.compile(r"```|<\?php|<!doctype", re.IGNORECASE)
_BOILERPLATE = re.compile(
    r"\bas an? (?:ai|artificial intelligence|large)(?: language)? (?:model|assistant)\b|"
    r"\bi(?:'m| am) (?:just )?an? ai\b|"
    r"\bmy (?:knowledge|training) (?:cut-?off|data)\b|\bi (?:cannot|can't) (?:browse|access) the internet\b|"
    r"\b(?:regenerate response|is there anything else i can help)\b|\bals (?:ki-|sprach)modell\b",
    re.IGNORECASE,
)


def leftovers(rows: Sequence[TrainingRow]) -> list[Finding]:
    """One finding for each kind of leftover that stands in some row."""
    checks: tuple[tuple[FindingKind, Callable[[str], object], str, str, bool], ...] = (
        (FindingKind.BROKEN_TEXT, is_broken, "Broken characters, from a wrong encoding", "", True),
        (
            FindingKind.MARKUP,
            has_markup,
            "Leftovers of HTML or of another chat format",
            "The model would learn to write them.",
            True,
        ),
        (FindingKind.PLACEHOLDER, _PLACEHOLDER.search, "An unfilled {{placeholder}}", "", False),
    )
    findings = [
        _finding(kind, what, hint, found, can_fix)
        for kind, is_found, what, hint, can_fix in checks
        if (found := [row.number for row in rows if any(is_found(text) for text in texts_of(row))])
    ]
    said = [row.number for row in rows if _BOILERPLATE.search(row.answer)]
    if said:
        hint = "The model would learn to talk like that: leave them out, or write the answers anew."
        findings.append(_finding(FindingKind.BOILERPLATE, "Phrases of chat programs in the answer", hint, said, False))
    return findings


def is_broken(text: str) -> bool:
    """Whether letters were lost, or read in the wrong encoding ("cafÃ©")."""
    from ftfy import fix_encoding

    return _LOST in text or fix_encoding(text) != text


def mend_encoding(text: str) -> str:
    """Letters that were read in the wrong encoding, as they were meant; lost ones stay lost."""
    from ftfy import fix_encoding

    return fix_encoding(text)


def has_markup(text: str) -> bool:
    """HTML outside of program code, entities, or control texts of a chat format."""
    if _CONTROL.search(text) or _ENTITY.search(text):
        return True
    return not _CODE.search(text) and bool(_TAG.search(text))


def strip_markup(text: str) -> str:
    """The text without tags, entities and control texts; line breaks stay where tags broke lines."""
    plain = _INVISIBLE.sub("", text)
    plain = _BREAK.sub("\n", plain)
    plain = _TAG.sub("", _CONTROL.sub("", plain))
    plain = html.unescape(plain).replace("\u00a0", " ")
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in plain.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _finding(kind: FindingKind, what: str, hint: str, numbers: Sequence[int], can_fix: bool) -> Finding:
    return Finding(
        kind=kind,
        severity=Severity.WARNING,
        message=f"{what}: {counted(len(numbers))}.",
        hint=hint,
        rows=tuple(numbers),
        can_fix=can_fix,
    )
