"""XML without its dangers: entities are refused, nothing outside the file is ever read."""

import re
from collections.abc import Iterator
from typing import Any

from workbench.rag.loaders.containers import dangerous, declares_entities
from workbench.rag.loaders.decoding import Decoded
from workbench.rag.loaders.office import load_with_markitdown
from workbench.rag.loaders.parsed import Parsed, as_pages, damaged, plain
from workbench.rag.loaders.text import clean

_FEED = re.compile(r"<(rss|feed|rdf:RDF)\b", re.IGNORECASE)


def parse_xml(data: bytes, name: str, what: str) -> Any:
    """The root element (xml.etree). Raises WorkbenchError for entities, outside references and damage."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        return fromstring(data)
    except DefusedXmlException as error:
        raise dangerous(name) from error
    except ParseError as error:
        raise damaged(name, what, str(error)) from error


def load_xml(decoded: Decoded, name: str) -> Parsed:
    """Feeds entry by entry; other XML by its elements. Raises WorkbenchError when it is no XML or dangerous."""
    text = decoded.text.lstrip("\ufeff \t\r\n")
    # What says in which encoding the bytes were is no longer true.
    text = re.sub(r"\A<\?xml[^>]*\?>", "", text)
    data = text.encode("utf-8", "replace")
    if declares_entities(data):
        raise dangerous(name)
    if _FEED.search(text[:2048]):
        parse_xml(data, name, "XML")
        return load_with_markitdown(data, "rss", name, encoding=decoded.encoding)
    root = parse_xml(data, name, "XML")
    body, notes = clean("\n".join(_lines(root)))
    return Parsed(
        pages=as_pages([body]),
        title=plain(root.findtext("title") or ""),
        warnings=notes,
        file_type="XML",
        encoding=decoded.encoding,
    )


def _lines(element: Any) -> Iterator[str]:
    """Elements that hold only values become one line "name: value; ..."; text with elements in it stays together."""
    if _holds_text(element):
        yield _flat(element)
    elif len(element) and all(not len(child) for child in element):
        pairs = ((_local(child.tag), _flat(child)) for child in element)
        yield "; ".join([*_attributes(element), *(f"{name}: {value}" for name, value in pairs if value)])
    else:
        yield "; ".join(_attributes(element))
        for child in element:
            yield from _lines(child)


def _holds_text(element: Any) -> bool:
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _flat(element: Any) -> str:
    return " ".join([*_attributes(element), " ".join("".join(element.itertext()).split())]).strip()


def _attributes(element: Any) -> list[str]:
    """Attributes that are words of the document, not markup."""
    values = ((_local(name), " ".join(value.split())) for name, value in element.attrib.items())
    return [f"{name}: {value}" for name, value in values if value and "://" not in value and name != "schemaLocation"]


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
