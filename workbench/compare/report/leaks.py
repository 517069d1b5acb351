"""Questions that an arm has seen before the test, and those that the user left out."""

from workbench.compare.leak_types import Leak
from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, one_line, row_head, safe, table
from workbench.compare.report.verdict import headline
from workbench.compare.types import ComparisonReport


def leaks_section(report: ComparisonReport) -> Section:
    numbers = {example.id: number for number, example in enumerate(report.examples)}
    rows = [_row(leak, numbers.get(leak.example_id)) for leak in report.leaks]
    heads = ["Question", "How", "Arms", "Where", "Text", "Likeness"]
    parts = [table(heads, rows) if rows else ""]
    if report.excluded:
        links = ", ".join(_link(name, numbers.get(name)) for name in report.excluded)
        parts.append(f"<p>Left out of the verdict by the user: {links}.</p>")
        if report.verdict_with_all is not None:
            parts.append(f"<p>With them: <bdi>{safe(headline(report.verdict_with_all))}</bdi>.</p>")
    parts += [f'<p class="muted">{safe(note)}</p>' for note in report.leak_notes]
    return Section("leaks", "Questions seen before the test", "".join(parts))


def _link(example_id: str, number: int | None) -> str:
    name = one_line(example_id, 60)
    return name if number is None else f'<a href="#q{number}">{name}</a>'


def _row(leak: Leak, number: int | None) -> str:
    values = [
        safe(leak.kind), safe(", ".join(leak.arms)), safe(leak.where), one_line(leak.text, 300),
        f"{100 * leak.similarity:.0f} %",
    ]  # fmt: skip
    return row_head(_link(leak.example_id, number)) + cells(values)
