"""Messages of Outlook (.msg): [MS-OXMSG] properties in a compound file, attachments included."""

import struct
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from workbench.rag.loaders.decoding import codec_for, decode
from workbench.rag.loaders.mail import Message, as_parsed
from workbench.rag.loaders.nested import Load, Members
from workbench.rag.loaders.office import to_markdown
from workbench.rag.loaders.parsed import Parsed, Reading
from workbench.rag.loaders.rtf import rtf_text

_SUBJECT, _FROM_NAME, _FROM_ADDRESS, _FROM_SMTP, _TO, _CC = "0037", "0C1A", "0C1F", "5D01", "0E04", "0E03"
_BODY, _HTML, _RTF = "1000", "1013", "1009"
_LONG_NAME, _SHORT_NAME, _DATA = "3707", "3704", "3701"
_SUBMITTED, _DELIVERED, _CODEPAGE = 0x00390040, 0x0E060040, 0x3FFD0003
_PROPERTIES = "__properties_version1.0"
_TOP_HEADER, _ENTRY = 32, 16
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
# [MS-OXRTFCP] 2.1.2.1: what every compressed RTF may refer back to.
_RTF_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    b"\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_LARGEST_RTF = 50_000_000


def load_msg(ole: Any, how: Reading, load: Load, name: str) -> Parsed:
    """A message: its head and text on the first page, attachments that can be read on those that follow."""
    numbers = _numbers(ole)
    codepage = _codec(numbers.get(_CODEPAGE, 1252))
    message = Message(
        subject=_text(ole, "", _SUBJECT, codepage),
        sender=_sender(ole, codepage),
        to=_text(ole, "", _TO, codepage),
        copy=_text(ole, "", _CC, codepage),
        date=_date(numbers),
        body=_body(ole, codepage, name),
    )
    members = Members(how, load, name)
    for folder in sorted({entry[0] for entry in ole.listdir() if entry[0].startswith("__attach_version1.0_")}):
        stream = f"{folder}/__substg1.0_{_DATA}0102"
        if ole.exists(stream):
            attached = _text(ole, folder, _LONG_NAME, codepage) or _text(ole, folder, _SHORT_NAME, codepage)
            size = int(ole.get_size(stream))
            if not members.add(attached, partial(_read, ole, stream), size):
                break
    return as_parsed([message], [members], "Outlook message")


def _read(ole: Any, stream: str) -> bytes:
    content: bytes = ole.openstream(stream).read()
    return content


def _codec(codepage: int) -> str:
    names = {65001: "utf-8", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr"}
    try:
        return codec_for(names.get(codepage, f"cp{codepage}"))
    except LookupError:
        return "cp1252"


def _stream(ole: Any, folder: str, prop: str, kind: str) -> bytes:
    path = f"{folder}/__substg1.0_{prop}{kind}".lstrip("/")
    return bytes(ole.openstream(path).read()) if ole.exists(path) else b""


def _text(ole: Any, folder: str, prop: str, codepage: str) -> str:
    """A property of type PtypString, or PtypString8 in the message's code page."""
    wide = _stream(ole, folder, prop, "001F")
    if wide:
        return wide.decode("utf-16-le", "replace").rstrip("\0")
    return _stream(ole, folder, prop, "001E").decode(codepage, "replace").rstrip("\0")


def _sender(ole: Any, codepage: str) -> str:
    name = _text(ole, "", _FROM_NAME, codepage)
    address = _text(ole, "", _FROM_SMTP, codepage) or _text(ole, "", _FROM_ADDRESS, codepage)
    return f"{name} <{address}>" if "@" in address and address != name else name or address


def _body(ole: Any, codepage: str, name: str) -> str:
    if text := _text(ole, "", _BODY, codepage):
        return text
    if html := _stream(ole, "", _HTML, "0102"):
        return to_markdown(decode(html, name, declared=codepage).text.encode("utf-8", "replace"), "html", name)[0]
    if rtf := _stream(ole, "", _RTF, "0102"):
        return rtf_text(unpacked_rtf(rtf))
    return ""


def _numbers(ole: Any) -> dict[int, int]:
    """The properties of fixed length, by tag."""
    data = ole.openstream(_PROPERTIES).read()[_TOP_HEADER:]
    entries = (struct.unpack_from("<IIQ", data, at) for at in range(0, len(data) - _ENTRY + 1, _ENTRY))
    found = {tag: value for tag, _, value in entries}
    return {tag: value & 0xFFFFFFFF if tag & 0xFFFF == 3 else value for tag, value in found.items()}


def _date(numbers: dict[int, int]) -> str:
    ticks = numbers.get(_SUBMITTED) or numbers.get(_DELIVERED)
    if not ticks or ticks > 10**18:
        return ""
    return (_EPOCH + timedelta(microseconds=ticks // 10)).strftime("%Y-%m-%d %H:%M UTC")


def unpacked_rtf(data: bytes) -> bytes:
    """[MS-OXRTFCP]: LZ77 with a ring of 4096 bytes; empty where the header is not one."""
    if len(data) < 16:
        return b""
    size, raw_size = struct.unpack_from("<II", data)
    if data[8:12] == b"MELA":
        return data[16 : 16 + raw_size]
    if data[8:12] != b"LZFu" or raw_size > _LARGEST_RTF:
        return b""
    ring = bytearray(_RTF_START.ljust(4096, b" "))
    write, out, at, end = len(_RTF_START), bytearray(), 16, min(size + 4, len(data))
    while at < end:
        flags, at = data[at], at + 1
        for bit in range(8):
            if at >= end:
                return bytes(out)
            piece = data[at : at + 1]
            if flags >> bit & 1:
                if at + 1 >= end:
                    return bytes(out)
                pair = data[at] << 8 | data[at + 1]
                offset, length = pair >> 4, (pair & 15) + 2
                if offset == write % 4096:
                    return bytes(out)
                at += 1
                for step in range(length):
                    letter = ring[(offset + step) % 4096]
                    out.append(letter)
                    ring[write % 4096], write = letter, write + 1
            else:
                out += piece
                ring[write % 4096], write = piece[0], write + 1
            at += 1
    return bytes(out)
