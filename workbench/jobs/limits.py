"""What a worker may take from the machine: threads, priority, core dumps, time to end, memory before it dies first."""

import faulthandler
import logging
import os
import sys
from pathlib import Path

log = logging.getLogger("workbench.jobs")

BACKGROUND_NICENESS = 10
OOM_SCORE_ADJUSTMENT = 800  # of 1000: the kernel ends a worker long before the window

EXIT_SECONDS = 0.5
"""How long the interpreter and native libraries may take to shut down when all work is done."""

THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
)


def usable_cores() -> int:
    """Cores that this process may use; a smaller `OMP_NUM_THREADS` set by the user is respected."""
    if sys.platform in ("win32", "darwin"):
        cores = os.cpu_count() or 1
    else:
        cores = len(os.sched_getaffinity(0))
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, min(cores, int(wanted))) if wanted.isdigit() and int(wanted) > 0 else max(1, cores)


def thread_count(*, background: bool, background_threads: int = 0) -> int:
    """All cores for what a person waits for; one core is left free beside background work, unless told otherwise."""
    if not background:
        return usable_cores()
    return background_threads if background_threads > 0 else max(1, usable_cores() - 1)


def thread_environment(threads: int) -> dict[str, str]:
    """Variables that make numerical libraries use no more than `threads`."""
    return dict.fromkeys(THREAD_VARIABLES, str(threads))


def apply_limits(*, background: bool) -> None:
    """Called by a worker at its start. Best effort: what the system refuses is logged and changes no result."""
    if sys.platform == "win32":
        return  # the launcher starts background workers with a lower priority class
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if background:
        os.nice(BACKGROUND_NICENESS)
    if sys.platform == "linux":
        try:
            Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE_ADJUSTMENT), encoding="ascii")
        except OSError as error:
            log.info("The system keeps its order of ending processes when memory runs out: %s", error)


def end_soon() -> None:
    """Shutting down torch and friends can hang; this watchdog is native and needs no interpreter lock."""
    faulthandler.dump_traceback_later(EXIT_SECONDS, exit=True, file=os.open(os.devnull, os.O_WRONLY))
