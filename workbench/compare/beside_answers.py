"""What was measured of an arm beside its answers, in words: noise, memory in fact, what it cost to make, forgetting."""

from workbench.compare.arm_types import ArmResult, GeneralResult
from workbench.compare.wording import between, long_time, percent, signed, size
from workbench.scoring.model_metrics import title_of


def beside_answers(result: ArmResult) -> list[str]:
    """A line each; what was not measured is left out, what is not known is said."""
    lines = [f"Prompt: {result.prompt}"] if result.prompt else []
    for metric, deviation in result.noise.items():
        lines.append(f"Noise of {title_of(metric)}: {100 * deviation:.0f} points within a question")
    if result.peak_bytes is not None:
        lines.append(f"Most memory in fact: {size(result.peak_bytes)}")
    if result.training_seconds:
        lines.append(f"Training: {long_time(result.training_seconds)}")
    if result.collection:
        known = result.indexing_seconds
        lines.append(f"Indexing: {'not known' if known is None else long_time(known)}")
    if result.general is not None:
        lines.append(f"General abilities: {general_in_words(result.general)}")
    if result.reused:
        lines.append(f"Taken over from earlier runs: {result.reused:,} of {result.answered:,} answers")
    if result.missing:
        lines.append(f"Not asked: {result.missing:,} answers")
    return lines


def general_in_words(found: GeneralResult) -> str:
    """ "62 % before, 31 % after (-31 points, -44 to -18; 120 questions); clearly worse: arithmetic"."""
    if found.problem or found.difference is None:
        return found.problem or "not measured"
    low, high = found.low, found.high
    interval = f", {between(low, high)}" if low is not None and high is not None else ""
    said = (
        f"{percent(found.before)} before, {percent(found.after)} after "
        f"({signed(found.difference)} points{interval}; {found.questions} questions)"
    )
    return f"{said}; clearly worse: {', '.join(found.weakest)}" if found.weakest else said
