"""The pictures, drawn as in the window."""

from workbench.compare.pictures.description import Picture
from workbench.compare.pictures.drawing import PictureKind, draw
from workbench.compare.pictures.facts import facts_of
from workbench.compare.pictures.svg import to_inline_svg
from workbench.compare.report.section import Section
from workbench.compare.types import ComparisonReport


def pictures_section(report: ComparisonReport) -> Section:
    """Every picture that can be drawn by the deciding score, and the means of the others."""
    deciding = report.metrics[0] if report.metrics else ""
    wanted = [(kind, deciding) for kind in PictureKind]
    wanted += [(PictureKind.MEANS, metric) for metric in report.metrics[1:]]
    drawn = [draw(kind, facts_of(report, metric)) for kind, metric in wanted]
    figures = [f"<figure>{to_inline_svg(picture)}</figure>" for picture in drawn if isinstance(picture, Picture)]
    return Section("pictures", "Pictures", "\n".join(figures))
