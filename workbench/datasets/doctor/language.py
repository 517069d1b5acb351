"""Rows in another language than the rest."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from workbench.datasets.doctor.keys import counted
from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow

ENOUGH_CHARACTERS = 60
"""Shorter answers say too little about their language."""
SURE = 0.9
MAIN_SHARE = 0.8
"""Share of the rows whose language was recognised that makes one language the set's."""


def other_languages(rows: Sequence[TrainingRow]) -> list[Finding]:
    """Answers in a language that is not the set's; nothing where the set has several on purpose."""
    found = {row.number: language for row in rows if (language := language_of(row.answer))}
    if len(found) < 10:
        return []
    main, count = Counter(found.values()).most_common(1)[0]
    if count < MAIN_SHARE * len(found):
        return []
    others = {number: language for number, language in found.items() if language != main}
    if not others:
        return []
    names = ", ".join(sorted({_name(language) for language in others.values()})[:4])
    message = f"The answer is in another language ({names}) than most, which are in {_name(main)}: "
    return [
        Finding(
            kind=FindingKind.LANGUAGE,
            severity=Severity.WARNING,
            message=f"{message}{counted(len(others))}.",
            rows=tuple(others),
        )
    ]


def language_of(text: str) -> str:
    """ISO 639-3 code, or empty where the text does not tell."""
    import whatlang

    if len(text) < ENOUGH_CHARACTERS:
        return ""
    said: Any = whatlang.detect(text[:2000])  # its stub leaves the fields out
    if said is None or said.confidence < SURE:
        return ""
    return str(said.lang)


def _name(code: str) -> str:
    return _NAMES.get(code, code)


_NAMES = {
    "eng": "English", "deu": "German", "fra": "French", "spa": "Spanish", "ita": "Italian", "por": "Portuguese",
    "nld": "Dutch", "pol": "Polish", "rus": "Russian", "ukr": "Ukrainian", "cmn": "Chinese", "jpn": "Japanese",
    "kor": "Korean", "ara": "Arabic", "tur": "Turkish", "swe": "Swedish", "dan": "Danish", "fin": "Finnish",
    "ces": "Czech", "hun": "Hungarian", "ron": "Romanian", "ell": "Greek", "heb": "Hebrew", "hin": "Hindi",
    "vie": "Vietnamese", "ind": "Indonesian", "nob": "Norwegian",
}  # fmt: skip
