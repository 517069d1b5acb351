"""On what it was measured, with which versions."""

from workbench import __version__
from workbench.compare.report.section import Section
from workbench.compare.report.texts import facts, safe
from workbench.compare.types import ComparisonReport
from workbench.compare.wording import seconds, size


def machine_section(report: ComparisonReport) -> Section:
    found = report.environment
    pairs = [("Machine", safe(report.machine)), ("Took", seconds(report.seconds) if report.seconds else "")]
    if found is not None:
        versions = ", ".join(f"{safe(name)} {safe(version)}" for name, version in found.libraries.items())
        pairs = [
            ("Begun", safe(found.started.replace("T", " ").removesuffix("+00:00")) + " UTC" if found.started else ""),
            ("Took", seconds(report.seconds) if report.seconds else ""),
            ("System", safe(found.system)),
            ("Processor", f"{safe(found.processor)}, {found.cores} logical cores"),
            ("Memory", size(found.memory_bytes)),
            ("Program", f"LLM Workbench {safe(found.program)}, Python {safe(found.python)}"),
            ("Libraries", versions),
        ]
    pairs.append(("Report written by", f"LLM Workbench {safe(__version__)}"))
    return Section("machine", "Machine and versions", facts(pairs))
