"""Passwords and keys, and what tells who a person is. A model can say word for word what it was trained on."""

import re
from collections.abc import Callable, Sequence

from workbench.datasets.doctor.keys import counted, texts_of
from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow

_SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bsk-[A-Za-z0-9_-]{20,}|\bgh[pousr]_[A-Za-z0-9]{30,}|"
    r"\bxox[abprs]-[A-Za-z0-9-]{10,}|\bhf_[A-Za-z0-9]{30,}"
)
_EMAIL = re.compile(r"\b[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}\b")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(r"(?<!\d[.,])\b(?:\d[ -]?){12,18}\d\b(?![.,]\d)")
"""No digits of a long decimal number."""
_PHONE_HINT = re.compile(r"\+\d[\d ()/-]{6,}")
_EXAMPLES = re.compile(r"@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|[\w-]+\.(?:example|test|invalid))$", re.IGNORECASE)


def secrets(rows: Sequence[TrainingRow]) -> list[Finding]:
    """Rows with what looks like a password or key."""
    found = tuple(row.number for row in rows if any(_SECRET.search(text) for text in texts_of(row)))
    if not found:
        return []
    message = f"What looks like a password or key: {counted(len(found))}."
    hint = "Leave them out, and change the key: a model repeats what it was trained on."
    return [Finding(kind=FindingKind.SECRET, severity=Severity.ERROR, message=message, hint=hint, rows=found)]


def personal_data(rows: Sequence[TrainingRow]) -> list[Finding]:
    """Rows with e-mail addresses, bank accounts, card or telephone numbers; one finding that names the kinds."""
    numbers: list[int] = []
    kinds: set[str] = set()
    for row in rows:
        here = {kind for text in texts_of(row) for kind, find in _FINDERS if find(text)}
        if here:
            numbers.append(row.number)
            kinds |= here
    if not numbers:
        return []
    named = ", ".join(kind for kind, _ in _FINDERS if kind in kinds)
    message = f"Personal data ({named}): {counted(len(numbers))}."
    hint = "A model can repeat it word for word. Mending puts a word like [e-mail address] in its place."
    return [
        Finding(
            kind=FindingKind.PERSONAL,
            severity=Severity.WARNING,
            message=message,
            hint=hint,
            rows=tuple(numbers),
            can_fix=True,
        )
    ]


def mask(text: str) -> str:
    """The text with a word like "[e-mail address]" in the place of personal data."""
    for kind, find in _FINDERS:
        word = f"[{_SINGULAR[kind]}]"
        for start, end in reversed(find(text)):
            text = text[:start] + word + text[end:]
    return text


def _emails(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in _EMAIL.finditer(text) if not _EXAMPLES.search(m[0])] if "@" in text else []


def _accounts(text: str) -> list[tuple[int, int]]:
    from stdnum import iban

    return [m.span() for m in _IBAN.finditer(text) if iban.is_valid(m[0])]


def _cards(text: str) -> list[tuple[int, int]]:
    """Numbers of 13 to 19 digits that begin like a card's and have its check digit."""
    from stdnum import luhn

    found = []
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if digits[0] in "3456" and len(set(digits)) > 1 and luhn.is_valid(digits):
            found.append(match.span())
    return found


def _phones(text: str) -> list[tuple[int, int]]:
    """In the international form only: without a country no number can be told from any other."""
    if not _PHONE_HINT.search(text):
        return []
    from phonenumbers import PhoneNumberMatcher

    return [(match.start, match.end) for match in PhoneNumberMatcher(text, None)]


_FINDERS: tuple[tuple[str, Callable[[str], list[tuple[int, int]]]], ...] = (
    ("e-mail addresses", _emails),
    ("bank accounts", _accounts),
    ("card numbers", _cards),
    ("telephone numbers", _phones),
)
_SINGULAR = {
    "e-mail addresses": "e-mail address",
    "bank accounts": "bank account",
    "card numbers": "card number",
    "telephone numbers": "telephone number",
}
