"""EPUB: a page per chapter, in the order of reading."""

import io
import posixpath
import zipfile
from typing import Any
from urllib.parse import unquote

from workbench.errors import WorkbenchError
from workbench.rag.loaders.decoding import decode
from workbench.rag.loaders.office import to_markdown
from workbench.rag.loaders.parsed import Parsed, as_pages, damaged, plain
from workbench.rag.loaders.xml import parse_xml
from workbench.rag.reasons import ReasonCode

_CHAPTERS = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml"}
# Fonts may be obfuscated in a free book: that is no lock.
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def load_epub(data: bytes, name: str) -> Parsed:
    """Raises WorkbenchError when it is damaged, or its text is locked by its seller."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = set(archive.namelist())
        _refuse_locked(archive, parts, name)
        package_path = _package_path(archive, parts, name)
        package = parse_xml(archive.read(package_path), name, "EPUB")
        texts, warnings = [], []
        for path in _spine(package, posixpath.dirname(package_path)):
            if path not in parts:
                warnings.append(f"The chapter {plain(path)} is missing.")
                continue
            markup = decode(archive.read(path), name).text.encode("utf-8", "replace")
            text, _, notes = to_markdown(markup, "html", name)
            texts.append(text)
            warnings += notes
    return Parsed(
        pages=as_pages(texts),
        title=plain(_find(package, "title")),
        warnings=tuple(warnings),
        file_type="EPUB",
        is_markdown=True,
    )


def _refuse_locked(archive: zipfile.ZipFile, parts: set[str], name: str) -> None:
    if "META-INF/encryption.xml" not in parts:
        return
    root = parse_xml(archive.read("META-INF/encryption.xml"), name, "EPUB")
    methods = {element.get("Algorithm", "") for element in root.iter() if _local(element) == "EncryptionMethod"}
    if methods - set(_FONTS):
        raise WorkbenchError(
            f"{name} is locked by its seller (DRM): its text cannot be read.",
            hint="Add a copy without that lock.",
            code=ReasonCode.UNSUPPORTED,
        )


def _package_path(archive: zipfile.ZipFile, parts: set[str], name: str) -> str:
    if "META-INF/container.xml" in parts:
        root = parse_xml(archive.read("META-INF/container.xml"), name, "EPUB")
        paths = [str(element.get("full-path", "")) for element in root.iter() if _local(element) == "rootfile"]
    else:
        paths = sorted(part for part in parts if part.endswith(".opf"))
    found = next((path for path in paths if path in parts), "")
    if not found:
        raise damaged(name, "EPUB")
    return found


def _spine(package: Any, folder: str) -> list[str]:
    """The chapters' places in the archive."""
    items = {element.get("id"): element for element in package.iter() if _local(element) == "item"}
    order = [element.get("idref") for element in package.iter() if _local(element) == "itemref"]
    chapters = [items[number] for number in order if number in items]
    hrefs = [str(item.get("href", "")) for item in chapters if item.get("media-type") in _CHAPTERS]
    return [posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0]))) for href in hrefs]


def _find(package: Any, tag: str) -> str:
    return next((str(element.text or "") for element in package.iter() if _local(element) == tag), "")


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
