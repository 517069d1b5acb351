"""How to run the comparison again, and whether that gave the same."""

from pydantic import ValidationError

from workbench.compare.again.run_folder import spec_yaml
from workbench.compare.report.section import Section
from workbench.compare.report.texts import block, folded
from workbench.compare.types import ComparisonReport

_LONGEST = 20_000


def again_section(report: ComparisonReport) -> Section:
    request = report.request
    if request is None:
        return Section("again", "How to run it again", "")
    repeats = f"<p>It repeats comparison {request.again_of}.</p>" if request.again_of else ""
    how = (
        "<p>In the window: Compare, History, <strong>Run again</strong>. On the command line "
        "<code>workbench compare --again NUMBER</code>, with the number that <code>workbench comparisons list</code> "
        "shows. <code>workbench comparisons export NUMBER --folder DIR</code> writes a folder with the questions, the "
        "prompts and a <code>compare.yaml</code> that <code>workbench compare</code> runs wherever there are the "
        "models, adapters and collections.</p><p>Answers are repeatable on the same computer: batches are composed "
        "from the list of questions alone. Times are measured anew.</p>"
    )
    return Section("again", "How to run it again", repeats + how + _specification(report))


def _specification(report: ComparisonReport) -> str:
    """`compare.yaml`; nothing where the comparison has names that cannot be written down."""
    try:
        return folded("compare.yaml", block(spec_yaml(report), _LONGEST))
    except ValidationError:
        return ""
