"""What a training needs, in the words of the page and of the command."""

from workbench.finetune.preflight import Preflight
from workbench.llm.in_words import size_in_words
from workbench.naming import counted, duration_in_words


def preflight_in_words(found: Preflight, is_timing: bool = False) -> str:
    """ "108 steps, about 3 min. Needs about 812 MB of memory (14.2 GB free) and 12 MB of disk." """
    steps = "1 step" if found.steps == 1 else f"{found.steps:,} steps"
    rows = counted(found.rows, "row") + (f" in {counted(found.lines, 'packed line')}" if found.lines else "")
    held_out = f" ({found.held_out:,} more are held out)" if found.held_out else ""
    memory = "the graphics card's memory" if found.is_on_card else "memory"
    idle = f", {size_in_words(found.idle_bytes)} of it once idle chat models are unloaded" if found.idle_bytes else ""
    measured = " (measured)" if found.is_measured else " (being measured)" if is_timing else ""
    return (
        f"{steps} over {rows}{held_out}, about {duration_in_words(found.seconds)}{measured}. "
        f"Needs about {size_in_words(found.memory_bytes)} of {memory} "
        f"({size_in_words(found.free_memory_bytes)} free{idle}) "
        f"and {size_in_words(found.disk_bytes)} of disk."
    )
