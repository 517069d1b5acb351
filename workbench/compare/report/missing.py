"""What was not measured: a partial run is shown, and never as if it were whole."""

from workbench.compare.report.section import Section
from workbench.compare.report.texts import safe
from workbench.compare.types import ComparisonReport


def missing_section(report: ComparisonReport) -> Section:
    said = []
    if report.missing:
        total = report.missing + sum(result.answered + result.failed for result in report.arms)
        why = f" {safe(report.why_missing)}" if report.why_missing else ""
        said.append(f"{report.missing} of {total} answers were not asked for.{why}")
    for result in report.arms:
        name = f"<strong><bdi>{safe(result.name)}</bdi></strong>"
        if result.failed:
            said.append(f"{name}: {result.failed} answers did not come about.")
        if result.problem:
            said.append(f"{name}: {safe(result.problem)}")
        if result.timing.problem:
            said.append(f"{name}: its time was not measured: {safe(result.timing.problem)}")
        if result.general and result.general.problem:
            said.append(f"{name}: forgetting was not measured: {safe(result.general.problem)}")
    if report.reused:
        there = sum(result.answered for result in report.arms)
        said.append(f"{report.reused} of {there} answers were taken over from earlier runs.")
    if report.request is None:
        said.append("The exact set-up was not kept: the comparison is of an earlier version of the program.")
    lines = "".join(f"<li>{line}</li>" for line in dict.fromkeys(said))
    return Section("missing", "What is missing", f"<ul>{lines}</ul>" if lines else "")
