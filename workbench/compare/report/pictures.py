"""The pictures, drawn as in the window."""

from workbench.compare.chart import interval_chart
from workbench.compare.report.section import Section
from workbench.compare.report.texts import safe
from workbench.compare.types import ComparisonReport
from workbench.scoring.model_metrics import title_of


def pictures_section(report: ComparisonReport) -> Section:
    metric = report.metrics[0] if report.metrics else ""
    chart = interval_chart(report.arms, metric, report.verdict.best)
    said = f"{safe(title_of(metric))}: mean with its 95 % interval over {len(report.examples)} questions."
    return Section("pictures", "Pictures", f"<figure>{chart}<figcaption>{said}</figcaption></figure>")
