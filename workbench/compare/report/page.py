"""The page around the sections: head, table of contents, style."""

from collections.abc import Sequence

from workbench.compare.pictures.svg import PICTURE_STYLE
from workbench.compare.report.section import Section
from workbench.compare.report.style import STYLE
from workbench.compare.report.texts import safe, short

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title} – comparison</title><style>{style}</style></head>
<body><a class="skip" href="#content">To the verdict</a>
<header><h1><bdi>{title}</bdi></h1><p class="muted">{facts}</p></header>
<nav aria-label="Contents"><ul>{contents}</ul></nav>
<main id="content">
{body}
</main></body></html>
"""


def page_of(title: str, facts: Sequence[str], sections: Sequence[Section]) -> str:
    """A whole HTML document; sections without content are left out."""
    filled = [section for section in sections if section.content]
    contents = "".join(f'<li><a href="#{section.anchor}">{safe(section.title)}</a></li>' for section in filled)
    return _PAGE.format(
        title=safe(short(title, 200)),
        style=STYLE + PICTURE_STYLE,
        facts=" · ".join(safe(fact) for fact in facts),
        contents=contents,
        body="\n".join(section.to_html() for section in filled),
    )
