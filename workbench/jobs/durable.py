"""Follows durable runs from the app's side: start or find, replay, tell, cancel, and give the dead their last word."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.jobs.causes import describe_death
from workbench.jobs.disk_watch import DiskWatch
from workbench.jobs.events import Cancelled, Crashed, Failed, LastWord, is_last_word
from workbench.jobs.file_lock import FileLock, is_locked
from workbench.jobs.insistence import Insistence
from workbench.jobs.job import Job, state_of
from workbench.jobs.launchers import Launcher, RunControl
from workbench.jobs.memory_watch import MemoryWatch
from workbench.jobs.process import EXIT_PATIENCE_SECONDS, read_tail
from workbench.jobs.run_folder import EventReader, RunFolder, RunRecord
from workbench.jobs.spec import JobSpec, JobState

log = logging.getLogger("workbench.jobs")

POLL_SECONDS = 0.1
START_PATIENCE_SECONDS = 3.0
"""How long a run without any event may take to show a sign of life before it counts as never started."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One durable run on disk."""

    id: str
    title: str
    state: JobState
    folder: Path
    spec: JobSpec
    is_followed: bool
    """Whether some app, this or another, follows it right now."""
    submitted_at: float


def list_runs(runs_folder: Path, *, unseen_only: bool = False) -> list[tuple[RunFolder, RunRecord]]:
    """The runs below `runs_folder`, oldest first; a damaged `spec.json` is logged and left out."""
    found = []
    for spec in runs_folder.glob("*/spec.json"):
        run = RunFolder(spec.parent)
        try:
            if not (unseen_only and run.seen.exists()):
                found.append((run, run.read_record()))
        except (OSError, ValidationError) as error:
            log.warning("The run in %s cannot be read: %s", run.folder, error)
    return sorted(found, key=lambda pair: (pair[1].submitted_at, pair[1].job_id))


def summarize(run: RunFolder, record: RunRecord) -> RunSummary:
    """The state is what the files say; a dead run that nobody has followed since is already called crashed."""
    word = run.last_word()
    if word is not None:
        state = state_of(word)
    elif run.is_alive():
        state = JobState.RUNNING
    else:
        state = JobState.CRASHED if run.has_events() else JobState.QUEUED
    title = record.spec.title or record.spec.task.rpartition(":")[2]
    followed = is_locked(run.follower)
    return RunSummary(record.job_id, title, state, run.folder, record.spec, followed, record.submitted_at)


def choose_folder(runs_folder: Path, spec: JobSpec, job_id: str) -> RunFolder:
    """The named folder, or a new one; always below `runs_folder`, where the next start looks for it."""
    if not spec.run_folder:
        return RunFolder(runs_folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{job_id}")
    folder = (runs_folder / spec.run_folder).resolve()
    if folder.parent != runs_folder.resolve():
        raise WorkbenchError(f"The run folder {spec.run_folder} is not inside {runs_folder}.", code="run_folder")
    return RunFolder(folder)


class DurableRun:
    """One durable job as this app follows it; holds the follower's lock, so that no other app records its result."""

    def __init__(self, job: Job, run: RunFolder, record: RunRecord, launcher: Launcher, grace_seconds: float) -> None:
        self._job = job
        self._run = run
        self._record = record
        self._launcher = launcher
        self._grace = grace_seconds
        self._lock = FileLock(run.follower)
        self._control: RunControl | None = None
        self._reader = EventReader(run.events)
        self._memory = MemoryWatch()
        self._disk = DiskWatch(run.folder)
        job.log_path = run.output

    def try_claim(self) -> bool:
        """False when another app follows the run."""
        return self._lock.try_acquire()

    def release(self) -> None:
        """Let other apps follow; after the last word the worker gets a moment to be gone, with its memory."""
        deadline = time.monotonic() + EXIT_PATIENCE_SECONDS
        while self._control is not None and not self._job.is_detached and self._control.is_alive():
            if time.monotonic() > deadline:
                log.warning("The worker of '%s' said its last word, but does not end", self._job.title)
                break
            time.sleep(0.02)
        self._lock.release()

    def start(self) -> LastWord | None:
        """Launch the worker and follow it to its last word (None when detached)."""
        spec = self._record.spec
        try:
            control = self._launcher.launch(self._run, threads=self._record.threads, background=spec.background)
        except OSError as error:
            message = f"No worker process could be started for '{self._job.title}'."
            return self.end(Failed(job_id=self._job.id, message=message, details=str(error), code="no_worker"))
        return self._follow(control)

    def has_begun(self) -> bool:
        """Whether a worker is or was at it; a worker that is just starting gets a moment to show itself."""
        deadline = time.monotonic() + START_PATIENCE_SECONDS
        while not (self._run.has_events() or self._run.is_alive()):
            if time.monotonic() > deadline or self._job.is_given_up():
                return False
            time.sleep(POLL_SECONDS)
        return True

    def attach(self) -> LastWord | None:
        """Replay and follow a run that an earlier app started."""
        return self._follow(self._launcher.find(self._run))

    def end(self, word: LastWord) -> LastWord | None:
        """Write a last word that no worker will say; follow on when one turns out to be alive."""
        numbered = word.model_copy(update={"sequence": self._reader.last_sequence + 1, "at": time.time()})
        return numbered if self._run.close_with(numbered) else self.attach()

    def note_heard(self) -> None:
        """The last word has reached its listener: it need not be delivered again."""
        self._run.mark_seen()

    def _follow(self, control: RunControl) -> LastWord | None:
        self._control = control
        insistence = Insistence(lambda: self._run.send("cancel", {}), control.terminate, control.kill, self._grace)
        while not self._job.is_detached:
            was_alive = control.is_alive()  # asked before reading: a word said in between is not missed
            for word in self._tell_news():
                return word
            if not was_alive:
                return self.end(self._word_for_the_dead(control))
            if (said := self._disk.look(self._job.id)) is not None:
                self._job.say(said)
            insistence.look(is_cancel_requested=self._job.is_cancel_requested())
            try:
                self._job.inbox.get(timeout=POLL_SECONDS)
            except Empty:
                continue
        return None

    def _tell_news(self) -> Iterator[LastWord]:
        for event in self._reader.read_new():
            if is_last_word(event):
                yield event
                return
            self._job.say(event)

    def _word_for_the_dead(self, control: RunControl) -> LastWord:
        if self._job.is_cancel_requested():
            return Cancelled(job_id=self._job.id)
        tail = read_tail(self._run.output)
        code = control.exit_code()
        message = describe_death(code, tail, self._memory)
        return Crashed(job_id=self._job.id, exit_code=code, stderr_tail=tail, message=message)
