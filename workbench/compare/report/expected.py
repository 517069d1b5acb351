"""What was expected of the arms, and what measurement said of it."""

from workbench.compare.expectations import Reflection
from workbench.compare.guide.reflecting import reflect, summary
from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, row_head, safe, table
from workbench.compare.types import ComparisonReport


def expected_section(report: ComparisonReport) -> Section:
    found = reflect(report.expectations, report.verdict, report.arms)
    heads = ["Expected", "Because", "Measured", "Outcome"]
    content = f"<p>{safe(summary(found))}</p>{table(heads, [_row(one) for one in found])}" if found else ""
    return Section("expected", "What was expected", content)


def _row(one: Reflection) -> str:
    remark = f'<br><span class="muted">{safe(one.remark)}</span>' if one.remark else ""
    values = [safe(one.expectation.because), safe(one.measured), f"{safe(str(one.outcome))}{remark}"]
    return row_head(safe(one.expectation.sentence())) + cells(values)
