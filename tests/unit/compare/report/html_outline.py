"""What a strict reader finds in a page: tags that are closed in order, anchors, links, text."""

from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "br", "line", "circle", "rect", "path", "polyline", "polygon", "ellipse", "hr", "img", "use", "stop"}
BLOCKS_IN_P = {"p", "ul", "ol", "table", "pre", "div", "section", "details", "dl", "h1", "h2", "h3", "h4", "figure"}

LOADING = {"script", "img", "iframe", "object", "embed", "link", "base", "form", "video", "audio"}


class Outline(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.problems: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        if self._open:
            self.problems.append(f"left open: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "srcset", "data", "poster")]
        if self._open and self._open[-1] == "p" and tag in BLOCKS_IN_P:
            self.problems.append(f"<{tag}> in <p> at {self.getpos()}")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self._open or self._open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self._open[-1:]} at {self.getpos()}")
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.text += data


def check(page: str) -> Outline:
    """The outline of a page that is well-formed, whose internal links all lead somewhere, and that loads nothing."""
    found = Outline(page)
    assert found.problems == []
    assert len(found.ids) == len(set(found.ids)), "an id is used twice"
    broken = {link for link in found.links if not link.startswith("#") or link[1:] not in found.ids}
    assert not broken, broken
    assert not {"script", "img", "iframe", "object", "embed", "link", "base", "form", "video", "audio"} & set(
        found.tags
    )
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert not [value for name, value in found.attributes if name == "style" and "url" in value]
    assert "url(" not in page.split("</style>", 1)[0]
    headings = [int(tag[1]) for tag in found.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings)), headings
    return found
