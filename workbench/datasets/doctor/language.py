"""Rows in another language than the rest."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from workbench.datasets.doctor.function_words import FUNCTION_WORDS, language_by_words, plain_language
from workbench.datasets.doctor.keys import counted
from workbench.datasets.types import Finding, FindingKind, Severity, TrainingRow

ENOUGH_CHARACTERS = 60
"""What shorter texts are made of says too little: their words and their script are asked."""
SURE = 0.9
_FEWEST_LETTERS = 3
_LOOKED_AT = 2000
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
    others = {number: _name(language) for number, language in found.items() if language != main}
    if main in FUNCTION_WORDS:
        others |= {row.number: script for row in rows if row.number not in found and (script := _foreign(row.answer))}
    if not others:
        return []
    names = ", ".join(sorted(set(others.values()))[:4])
    message = f"The answer is in another language ({names}) than most, which are in {_name(main)}: "
    return [
        Finding(
            kind=FindingKind.LANGUAGE,
            severity=Severity.WARNING,
            message=f"{message}{counted(len(others))}.",
            rows=tuple(sorted(others)),
        )
    ]


def language_of(text: str) -> str:
    """ISO 639-3 code, or empty where the text does not tell."""
    import whatlang

    if len(text) < ENOUGH_CHARACTERS:
        return language_by_words(text)
    if language := plain_language(text[:_LOOKED_AT]):
        return language
    said: Any = whatlang.detect(text[:_LOOKED_AT])  # its stub leaves the fields out
    if said is None or said.confidence < SURE:
        return ""
    return str(said.lang)


def _foreign(text: str) -> str:
    """The script of a text that is too short to tell its language, where that is not Latin; else empty."""
    import whatlang

    if sum(letter.isalpha() for letter in text) < _FEWEST_LETTERS:
        return ""
    try:
        script: Any = whatlang.detect_script(text)  # its stub leaves the name out
    except ValueError:  # letters of a script that it does not know
        return ""
    name = str(script.name)
    return "" if name == "Latin" else f"in {_SCRIPTS.get(name, name)} letters"


def _name(code: str) -> str:
    return _NAMES.get(code, code)


_SCRIPTS = {"Mandarin": "Chinese", "Hangul": "Korean", "Hiragana": "Japanese", "Katakana": "Japanese"}
# What whatlang tells apart, by ISO 639-3.
_NAMES = {
    "eng": "English", "deu": "German", "fra": "French", "spa": "Spanish", "ita": "Italian", "por": "Portuguese",
    "nld": "Dutch", "pol": "Polish", "rus": "Russian", "ukr": "Ukrainian", "cmn": "Chinese", "jpn": "Japanese",
    "kor": "Korean", "ara": "Arabic", "tur": "Turkish", "swe": "Swedish", "dan": "Danish", "fin": "Finnish",
    "ces": "Czech", "hun": "Hungarian", "ron": "Romanian", "ell": "Greek", "heb": "Hebrew", "hin": "Hindi",
    "vie": "Vietnamese", "ind": "Indonesian", "nob": "Norwegian", "epo": "Esperanto", "ben": "Bengali",
    "kat": "Georgian", "yid": "Yiddish", "amh": "Amharic", "jav": "Javanese", "bul": "Bulgarian", "bel": "Belarusian",
    "mar": "Marathi", "kan": "Kannada", "slv": "Slovenian", "hrv": "Croatian", "srp": "Serbian", "mkd": "Macedonian",
    "lit": "Lithuanian", "lav": "Latvian", "est": "Estonian", "tam": "Tamil", "urd": "Urdu", "tha": "Thai",
    "guj": "Gujarati", "uzb": "Uzbek", "pan": "Punjabi", "aze": "Azerbaijani", "tel": "Telugu", "pes": "Persian",
    "mal": "Malayalam", "ori": "Odia", "mya": "Burmese", "nep": "Nepali", "sin": "Sinhala", "khm": "Khmer",
    "tuk": "Turkmen", "aka": "Akan", "zul": "Zulu", "sna": "Shona", "afr": "Afrikaans", "lat": "Latin", "slk": "Slovak",
    "cat": "Catalan", "tgl": "Tagalog", "hye": "Armenian",
}  # fmt: skip
