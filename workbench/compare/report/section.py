"""A part of the report: what the page and its table of contents need of it."""

from dataclasses import dataclass

from workbench.compare.report.texts import safe


@dataclass(frozen=True, slots=True)
class Section:
    """One part. Without content it is left out, also of the table of contents."""

    anchor: str
    title: str
    content: str
    """HTML below the heading."""

    def to_html(self) -> str:
        title = f"{self.anchor}-title"
        heading = f'<h2 id="{title}">{safe(self.title)}</h2>'
        return f'<section id="{self.anchor}" aria-labelledby="{title}">{heading}{self.content}</section>'
