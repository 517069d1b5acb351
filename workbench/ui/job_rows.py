"""What the jobs panel says about a job, in words. No Qt."""

import time

from workbench.jobs.events import Crashed, Failed
from workbench.jobs.job import JobSnapshot
from workbench.jobs.spec import JobState
from workbench.naming import duration_in_words as in_words

STATE_WORDS = {
    JobState.QUEUED: "Waiting",
    JobState.RUNNING: "Running",
    JobState.FINISHED: "Done",
    JobState.FAILED: "Failed",
    JobState.CANCELLED: "Stopped",
    JobState.CRASHED: "Crashed",
}
_INKS = {
    JobState.QUEUED: "muted",
    JobState.RUNNING: "accent_ink",
    JobState.FINISHED: "good",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "muted",
    JobState.CRASHED: "bad",
}
ENDED = frozenset({JobState.FINISHED, JobState.FAILED, JobState.CANCELLED, JobState.CRASHED})


def title_of(job: JobSnapshot) -> str:
    return job.spec.title or job.spec.task.rpartition(":")[2]


def state_of(job: JobSnapshot) -> str:
    """The state in a word; never told by colour alone."""
    return "Stopping…" if job.is_cancelling else STATE_WORDS[job.state]


def ink_of(job: JobSnapshot) -> str:
    return _INKS[job.state]


def is_over(job: JobSnapshot) -> bool:
    return job.state in ENDED


def doing(job: JobSnapshot) -> str:
    """What happens now, why it waits, or how it ended."""
    match job.last_word:
        case Failed(message=message) | Crashed(message=message) if message:
            return message
        case Crashed(exit_code=code):
            return f"The worker process stopped unexpectedly (code {code})."
    if job.state is JobState.QUEUED:
        return job.queue_reason[:1].upper() + job.queue_reason[1:]
    return job.label if job.state is JobState.RUNNING else ""


def elapsed(job: JobSnapshot, now: float | None = None) -> str:
    if not job.started_at:
        return ""
    return in_words((job.ended_at or (time.time() if now is None else now)) - job.started_at)


def left(job: JobSnapshot) -> str:
    return "" if job.eta_seconds is None else in_words(job.eta_seconds)


def percent(job: JobSnapshot) -> str:
    """For screen readers and tests; the bar draws the same number."""
    if job.progress is None:
        return ""
    return f"{round(job.progress * 100)} %"


def details_of(job: JobSnapshot) -> str:
    """Everything about a failure: what "Copy details" copies; empty when nothing failed."""
    match job.last_word:
        case Failed(message=message, hint=hint, details=details):
            parts = [message, hint, details]
        case Crashed(exit_code=code, stderr_tail=tail):
            parts = [doing(job), f"Exit code: {code}", f"Last lines of the worker:\n{tail}" if tail else ""]
        case _:
            return ""
    head = f"Job: {title_of(job)} ({job.spec.task})"
    return "\n\n".join([head, *(part for part in parts if part)])
