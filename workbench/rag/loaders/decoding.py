"""Bytes as text: which encoding they are in, and the refusal of what is no text at all."""

import codecs
import re
import unicodedata
from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.rag.reasons import ReasonCode

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_MAX_CONTROL_SHARE = 0.02
_MAX_DAMAGE = 0.01
"""More undecodable bytes than this share: the guess was wrong, or the bytes are no text."""
_WHOLE_FOR_EACH_BROKEN = 10
"""So many sequences of UTF-8 do not come by chance: a broken one among them is damage, not another encoding."""
_SURE = 0.9
"""From this plausibility on, bytes without a mark count as UTF-16."""
# Codecs that read everything of the named one, and what its users have added since.
_WIDER = {
    "shift-jis": "cp932", "gb2312": "gb18030", "gbk": "gb18030", "euc-kr": "cp949", "big5": "big5hkscs",
    "iso-8859-1": "cp1252", "iso-8859-9": "cp1254", "tis-620": "cp874", "ascii": "cp1252", "us-ascii": "cp1252",
}  # fmt: skip
_DECLARED = re.compile(
    rb"""(?:<\?xml[^>]*\bencoding\s*=\s*["']|<meta[^>]*\bcharset\s*=\s*["']?)([A-Za-z][\w.:-]{1,30})""", re.IGNORECASE
)
_ESCAPES = (b"\x1b$", b"\x1b(", b"\x0e", b"~{")
"""What switches the character set in ISO-2022 and HZ, whose bytes are otherwise ASCII."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, its encoding, and whether some of its bytes could not be decoded."""

    text: str
    encoding: str
    is_damaged: bool = False


def decode(data: bytes, name: str, declared: str = "") -> Decoded:
    """The text and its encoding; `declared` is what a mail or archive says of it.

    Raises WorkbenchError when the bytes are no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decode_as(data, encoding, name)
    if b"\0" in data[:_SAMPLE]:
        return _decode_wide(data, name)
    sample = data[:_SAMPLE]
    if any(escape in sample for escape in _ESCAPES) and (switching := _switching(data)):
        return switching
    if control_share(sample.decode("latin-1")) > _MAX_CONTROL_SHARE:
        return _decode_wide(data, name)
    try:
        text = data.decode("utf-8")
        return Decoded(text, "ascii" if text.isascii() else "utf-8")
    except UnicodeDecodeError:
        # A tool that cut the file in the middle of a character, or a few bytes of another encoding in it.
        damaged = data.decode("utf-8", "replace")
        whole = sum(1 for letter in damaged if letter > "\x7f" and letter != "\ufffd")
        if whole >= _WHOLE_FOR_EACH_BROKEN * damaged.count("\ufffd"):
            return Decoded(damaged, "utf-8", is_damaged=True)
    return _declared(data, declared) or _guess(data, name)


def _declared(data: bytes, declared: str) -> Decoded | None:
    found = _DECLARED.search(data[:2048])
    for word in filter(None, (declared, found[1].decode("ascii") if found else "")):
        try:
            codec = codec_for(word)
            return Decoded(data.decode(codec), codec)
        except (LookupError, UnicodeDecodeError):
            continue
    return None


def codec_for(word: str) -> str:
    """The codec for what a file calls its encoding. Raises LookupError for one that is none for text."""
    name = codecs.lookup(word).name.replace("_", "-")
    if name in {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}:
        raise LookupError(word)
    "".encode(name)  # LookupError for codecs from bytes to bytes
    return _WIDER.get(name, name)


def _decode_as(data: bytes, encoding: str, name: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding.removesuffix("-sig"))
    except UnicodeDecodeError as error:
        damaged = data.decode(encoding, "replace")
        if damaged.count("\ufffd") <= max(1, _MAX_DAMAGE * len(damaged)):
            return Decoded(damaged, encoding.removesuffix("-sig"), is_damaged=True)
        raise WorkbenchError(
            f"{name} says that it is {encoding.removesuffix('-sig').upper()} but holds bytes that are not.",
            hint="Save it again as UTF-8.",
            details=str(error),
            code=ReasonCode.ENCODING,
        ) from error


def _switching(data: bytes) -> Decoded | None:
    for encoding in ("iso-2022-jp", "iso-2022-jp-2", "iso-2022-jp-3", "iso-2022-kr", "hz"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.isascii():
            return Decoded(text, encoding)
    return None


def _decode_wide(data: bytes, name: str) -> Decoded:
    """UTF-32 or UTF-16 without a mark; bytes with zeros or control characters that are neither are no text."""
    found = _wide_encoding(data)
    if found is None:
        raise binary(name)
    return _decode_as(data, found, name)


def _wide_encoding(data: bytes) -> str | None:
    sample = data[: _SAMPLE - _SAMPLE % 4]
    if len(data) % 4 == 0:
        for encoding in ("utf-32-le", "utf-32-be"):
            try:
                if plausibility(sample.decode(encoding)) > _SURE:
                    return encoding
            except UnicodeDecodeError:
                continue
    scores = {encoding: _utf16_score(sample, encoding) for encoding in ("utf-16-le", "utf-16-be")}
    best = max(scores, key=scores.__getitem__)
    return best if scores[best] > _SURE and min(scores.values()) < scores[best] else None


def _utf16_score(sample: bytes, encoding: str) -> float:
    try:
        return plausibility(sample[: len(sample) - len(sample) % 2].decode(encoding))
    except UnicodeDecodeError as error:
        # The sample may end between two surrogates.
        return plausibility(sample[: error.start].decode(encoding)) if error.start >= len(sample) - 2 > 0 else 0.0


def plausibility(text: str) -> float:
    """How much of a text is what people write: letters, digits, marks, punctuation and spaces of common blocks.

    1.0 for all of it; wrong byte orders give rare ideographs, unassigned code points and controls.
    """
    if not text:
        return 0.0
    usual = sum(1 for letter in text if _is_usual(letter))
    return usual / len(text)


def _is_usual(letter: str) -> bool:
    code = ord(letter)
    if code < 0x250:
        return letter in "\t\n\r\f" or letter.isprintable()
    if 0x3400 <= code < 0x4DC0 or 0xA000 <= code < 0xAC00 or 0x1200 <= code < 0x1E00 or code == 0x2000:
        return 0x1780 <= code < 0x1880  # of the rare blocks only Khmer and Mongolian are used by millions
    return unicodedata.category(letter) not in {"Cn", "Co", "Cs", "Cc"}


def _guess(data: bytes, name: str) -> Decoded:
    import chardet

    sample = data[: 4 * _SAMPLE]
    guessed = str(chardet.detect(sample)["encoding"] or "")
    if not guessed:
        if wide := _wide_encoding(data):
            return _decode_as(data, wide, name)
        raise binary(name)
    encoding = codec_for(guessed)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        if text.count("\ufffd") > _MAX_DAMAGE * len(text):
            raise binary(name) from None
        return Decoded(text, encoding, is_damaged=True)
    return Decoded(text, encoding)


def control_share(text: str) -> float:
    """Share of control characters that no text needs."""
    if not text:
        return 0.0
    return sum(1 for c in text if ord(c) < 32 and c not in "\t\n\r\f\x1b\x0e\x0f") / len(text)


def binary(name: str) -> WorkbenchError:
    """The refusal of what is no text."""
    return WorkbenchError(
        f"{name} holds binary data, not text.",
        hint="Add PDF, Office, HTML, EPUB, mail or text files.",
        code=ReasonCode.BINARY,
    )
