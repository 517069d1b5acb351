"""Memory by part, and what was paid before the first answer."""

from workbench.compare.arm_types import ArmResult
from workbench.compare.report.section import Section
from workbench.compare.report.texts import cells, row_head, safe, table
from workbench.compare.types import ComparisonReport
from workbench.compare.wording import dollars, seconds, size


def costs_section(report: ComparisonReport) -> Section:
    heads = [
        "Arm", "Weights", "KV cache", "Compute", "Adapter", "Embedder", "Together", "Peak measured", "Training",
        "Indexing", "Costs per answer",
    ]  # fmt: skip
    rows = [_row(result) for result in report.arms]
    return Section("costs", "Memory and cost", table(heads, rows))


def _row(result: ArmResult) -> str:
    parts = result.memory
    values = [
        *(size(part) for part in (parts.weights, parts.kv_cache, parts.compute, parts.adapter, parts.embedder)),
        size(result.memory_bytes),
        "not measured" if result.peak_bytes is None else size(result.peak_bytes),
        seconds(result.training_seconds) if result.training_seconds else "–",
        "not known" if result.indexing_seconds is None else seconds(result.indexing_seconds or None),
        dollars(result.cost),
    ]
    return row_head(f"<bdi>{safe(result.name)}</bdi>") + cells(values)
