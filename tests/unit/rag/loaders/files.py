"""Small files of formats for which no library here writes any."""

import io
import struct
import zipfile
from collections.abc import Mapping
from datetime import date

_SECTOR = 512
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFF


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """[MS-CFB]: "name" or "storage/name" to content. Streams are padded to 4096 bytes: no mini stream is needed."""
    storages = sorted({path.split("/")[0] for path in streams if "/" in path})
    names: list[tuple[str | None, str]] = [
        (None, name) for name in [*storages, *(path for path in streams if "/" not in path)]
    ]
    names += [(path.split("/")[0], path.split("/")[1]) for path in streams if "/" in path]
    number_of = {name: number for number, name in enumerate(names, 1)}

    def siblings(parent: "str | None") -> list[int]:
        return [number for (above, _), number in number_of.items() if above == parent]

    fat: list[int] = []
    body = b""
    starts = {}
    for path, content in streams.items():
        padded = content.ljust(4096, b"\0")
        padded += bytes(-len(padded) % _SECTOR)
        starts[path], count = len(fat), len(padded) // _SECTOR
        fat += [*range(len(fat) + 1, len(fat) + count), _END]
        body += padded

    def entry(name: str, kind: int, child: int, right: int, start: int, size: int) -> bytes:
        wide = name.encode("utf-16-le") + b"\0\0"
        head = wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide), kind, 1)
        return head + struct.pack("<III", _FREE, right, child) + bytes(36) + struct.pack("<IQ", start, size)

    entries = [entry("Root Entry", 5, (siblings(None) or [_FREE])[0], _FREE, _END, 0)]
    for above, name in names:
        path = f"{above}/{name}" if above else name
        mine = siblings(above)
        place = mine.index(number_of[above, name])
        right = mine[place + 1] if place + 1 < len(mine) else _FREE
        if path in streams:
            size = max(len(streams[path]), 4096)
            entries.append(entry(name, 2, _FREE, right, starts[path], size))
        else:
            entries.append(entry(name, 1, siblings(name)[0], right, 0, 0))
    directory = b"".join(entries)
    directory += entry("", 0, _FREE, _FREE, 0, 0) * (-len(entries) % 4)
    first_directory = len(fat)
    count = len(directory) // _SECTOR
    fat += [*range(len(fat) + 1, len(fat) + count), _END]
    fat_sectors = -(-(len(fat) + 2) // 128)
    first_fat = len(fat)
    fat += [0xFFFFFFFD] * fat_sectors
    table = b"".join(struct.pack("<I", value) for value in fat).ljust(fat_sectors * _SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, first_directory, 0, 4096, _END, 0, _END, 0)
    header += b"".join(struct.pack("<I", first_fat + n) for n in range(fat_sectors)).ljust(436, b"\xff")
    return header + body + directory + table


def xls_bytes(sheets: Mapping[str, list[list["str | float"]]]) -> bytes:
    """[MS-XLS] with BIFF8 records: strings and numbers."""

    def record(kind: int, data: bytes) -> bytes:
        return struct.pack("<HH", kind, len(data)) + data

    def bof(kind: int) -> bytes:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0x0DBB, 0x07CC, 0, 6))

    bodies = []
    for rows in sheets.values():
        cells = b""
        for y, row in enumerate(rows):
            for x, value in enumerate(row):
                if isinstance(value, str):
                    letters = value.encode("utf-16-le")
                    cells += record(0x204, struct.pack("<HHHHB", y, x, 0, len(value), 1) + letters)
                else:
                    cells += record(0x203, struct.pack("<HHHd", y, x, 0, value))
        bodies.append(bof(0x10) + cells + record(0x0A, b""))
    titles = [name.encode("utf-16-le") for name in sheets]
    head = bof(5) + record(0x42, struct.pack("<H", 1200))
    start = len(head) + sum(4 + 8 + len(title) for title in titles) + 4
    for title, body in zip(titles, bodies, strict=True):
        head += record(0x85, struct.pack("<IHBB", start, 0, len(title) // 2, 1) + title)
        start += len(body)
    return compound_file({"Workbook": head + record(0x0A, b"") + b"".join(bodies)})


def msg_bytes(subject: str, body: str, attachments: Mapping[str, bytes] = {}) -> bytes:
    """[MS-OXMSG] with a subject, a text and attachments."""

    def text(prop: str, value: str) -> tuple[str, bytes]:
        return f"__substg1.0_{prop}001F", value.encode("utf-16-le")

    streams = dict(
        [text("0037", subject), text("1000", body), text("0C1A", "Ana Ruiz"), text("0E04", "team@x.example")]
    )
    # 2024-05-06 07:08:00 UTC, in ticks of 100 ns since 1601.
    ticks = 133594528800000000
    streams["__properties_version1.0"] = bytes(32) + struct.pack("<IIQ", 0x00390040, 6, ticks)
    for number, (name, content) in enumerate(attachments.items()):
        folder = f"__attach_version1.0_#{number:08X}"
        streams[f"{folder}/__substg1.0_3707001F"] = name.encode("utf-16-le")
        streams[f"{folder}/__substg1.0_37010102"] = content
    return compound_file(streams)


def archive_of(
    files: Mapping[str, "bytes | str"], *, mimetype: str = "", days: Mapping[str, date] | None = None
) -> bytes:
    """A ZIP; with `mimetype` as OpenDocument and EPUB begin. Files that are not among the `days` name none."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype, zipfile.ZIP_STORED)
        for name, content in files.items():
            day = (days or {}).get(name, date(1980, 1, 1))
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 12, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def epub_bytes(chapters: Mapping[str, str], **more: str) -> bytes:
    """A book with a page of XHTML per chapter."""
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    opf = "http://www.idpf.org/2007/opf"
    files = {
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        "OPS/book.opf": f'<package xmlns="{opf}" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>A Book</dc:title></metadata><manifest>{items}</manifest><spine>{order}</spine></package>",
    }
    files |= {f"OPS/{name}": f"<html><body>{text}</body></html>" for name, text in chapters.items()}
    return archive_of(
        files | {name.replace("__", "/"): text for name, text in more.items()}, mimetype="application/epub+zip"
    )


_SPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
    for short, long in [
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"),
        ("presentation", "presentation"),
    ]
)  # fmt: skip


def opendocument_bytes(kind: str, body: str, **more: str) -> bytes:
    """`kind` is "text", "spreadsheet" or "presentation"; `body` is the XML inside of it."""
    content = f"<office:document-content {_SPACES}><office:body><office:{kind}>{body}</office:{kind}></office:body>"
    files = {"content.xml": f"{content}</office:document-content>"} | {n.replace("__", "/"): t for n, t in more.items()}
    return archive_of(files, mimetype=f"application/vnd.oasis.opendocument.{kind}")
