"""Text in every script and encoding survives; what is no text is refused."""

import random

import pytest

from tests.unit.rag.loaders.scripts import OLD_ENCODINGS, TEXTS, UNICODE
from workbench.errors import WorkbenchError
from workbench.rag.loaders import load
from workbench.rag.loaders.decoding import codec_for, decode
from workbench.rag.reasons import ReasonCode


@pytest.mark.parametrize("language", TEXTS)
def test_that_unicode_is_read_with_and_without_its_mark(language: str) -> None:
    text = TEXTS[language]
    for encoding in UNICODE:
        for length in (len(text) // 2, len(text)):
            decoded = decode(text[:length].encode(encoding), "x.txt")
            assert decoded.text.lstrip("\ufeff") == text[:length], encoding
            assert decoded.encoding.startswith(encoding.removesuffix("-sig")[:6]) or decoded.encoding == "ascii"


@pytest.mark.parametrize("language", OLD_ENCODINGS)
def test_that_older_encodings_are_found_out(language: str) -> None:
    for encoding in OLD_ENCODINGS[language]:
        data = TEXTS[language].encode(encoding, "ignore")
        parsed = load(data, "x.txt")
        assert parsed.pages[0].text == data.decode(encoding), encoding
        # Which of two agreeing code pages is named does not matter; that it reads the bytes alike does.
        assert data.decode(parsed.encoding) == data.decode(encoding)


def test_that_a_declared_encoding_counts_before_a_guess() -> None:
    text = '<?xml version="1.0" encoding="iso-8859-2"?><a>źle</a>'
    assert decode(text.encode("iso-8859-2"), "x.xml").text == text
    assert decode("źle".encode("iso-8859-2"), "x", declared="iso-8859-2").text == "źle"
    page = '<html><head><meta charset="koi8-r"></head><body><p>Да</p></body></html>'
    assert "Да" in load(page.encode("koi8-r"), "x.html").pages[0].text


@pytest.mark.parametrize("declared", ["no-such-codec", "base64", "hex", "idna", "unicode_escape"])
def test_that_a_declared_encoding_that_is_none_for_text_is_passed_over(declared: str) -> None:
    with pytest.raises(LookupError):
        codec_for(declared)
    assert decode("Köln und Zürich liegen am Rhein".encode("cp1252"), "x", declared=declared).text.startswith("Köln")


@pytest.mark.parametrize("size", [64, 500, 5000])
def test_that_random_bytes_are_no_text(size: int) -> None:
    for seed in range(20):
        with pytest.raises(WorkbenchError) as caught:
            decode(random.Random(seed).randbytes(size), "noise.txt")
        assert caught.value.code in {ReasonCode.BINARY, ReasonCode.ENCODING}
        assert "noise.txt" in caught.value.message


def test_that_text_cut_within_a_character_is_read_with_a_warning() -> None:
    data = ("Die Kündigungsfrist beträgt für größere Beträge sechs Wochen. " * 20).encode()[:-30] + "ü".encode()[:1]
    parsed = load(data, "cut.txt")
    assert parsed.encoding == "utf-8"
    assert parsed.pages[0].text.startswith("Die Kündigungsfrist")
    assert parsed.warnings == ("Some bytes could not be decoded and are shown as \ufffd.",)
