"""What tuning did to abilities that it was not for, beside what it gained."""

from workbench.compare.arm_types import ArmResult, GeneralResult
from workbench.compare.report.numbers import summary_text
from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, row_head, safe, table
from workbench.compare.types import ComparisonReport
from workbench.compare.wording import between, percent, points


def forgetting_section(report: ComparisonReport) -> Section:
    metric = report.metrics[0] if report.metrics else ""
    rows = [_row(result, result.general, metric) for result in report.arms if result.general is not None]
    heads = ["Arm", "On these questions", "In general before", "after", "Difference", "Questions", "Weakest"]
    return Section("forgetting", "Forgetting", table(heads, rows) if rows else "")


def _row(result: ArmResult, general: GeneralResult, metric: str) -> str:
    change = "–"
    if general.difference is not None and general.low is not None and general.high is not None:
        change = f"{points(general.difference)} ({between(general.low, general.high)})"
    values = [
        summary_text(result.metrics.get(metric)),
        percent(general.before),
        percent(general.after),
        change if not general.problem else safe(general.problem),
        str(general.questions),
        safe(", ".join(general.weakest)) or "–",
    ]
    return row_head(f"<bdi>{safe(result.name)}</bdi>") + cells(values)
