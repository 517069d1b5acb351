"""Who works on which collection: every job on a collection is started here, so that all who ask see the same.

Called on one thread, that on which jobs are heard.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from workbench.jobs.events import Finished, JobEvent, Produced, Progressed, Queued, is_last_word
from workbench.jobs.spec import JobHandle, Jobs, JobSpec, Listener
from workbench.rag.indexing_types import FilesAt, FileStage
from workbench.rag.maintenance import PURGE
from workbench.rag.purged import Purged
from workbench.rag.upkeep_types import PurgeRequest

LANE = "collection "
"""How the lanes of jobs on collections begin: one job at a time for each."""


@dataclass(frozen=True, slots=True)
class FileAtWork:
    """A file that an indexing job has before it."""

    path: str
    name: str
    stage: FileStage


@dataclass(frozen=True, slots=True)
class CollectionWork:
    """A job on a collection."""

    job: str
    task: str
    title: str
    label: str = ""
    """What it does now; why it waits, before it runs."""
    done: float = 0.0
    total: float = 0.0
    is_unasked: bool = False
    """Nobody asked for it: folders that are looked at again, say."""

    @property
    def is_told(self) -> bool:
        """Whether people are told of it: of what nobody asked for only once there is something to do."""
        return not self.is_unasked or self.done > 0

    @property
    def in_words(self) -> str:
        """What it does, or is."""
        return self.label or self.title

    @property
    def is_mending(self) -> bool:
        """Whether it builds an index."""
        return self.task.endswith(":rebuild")


class CollectionJobs:
    """`Jobs` that knows what its jobs on collections are doing."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._work: dict[str, dict[str, CollectionWork]] = {}
        self._files: dict[str, dict[str, FileAtWork]] = {}
        self._handles: dict[str, JobHandle] = {}
        self._listeners: list[Callable[[str], None]] = []
        self._purge_listeners: list[Callable[[Purged], None]] = []
        self._number = 0

    def submit(self, spec: JobSpec, listener: Listener, *, unasked: bool = False) -> JobHandle:
        """As `Jobs.submit`; a job in the lane of a collection is followed."""
        if not spec.lane.startswith(LANE):
            return self._jobs.submit(spec, listener)
        name = spec.lane.removeprefix(LANE)
        self._number += 1
        key = str(self._number)
        work = CollectionWork(job=key, task=spec.task, title=spec.title, is_unasked=unasked)
        self._work.setdefault(name, {})[key] = work

        def heard(event: JobEvent) -> None:
            self._follow(name, key, event)
            if spec.task == PURGE and isinstance(event, Finished):
                self.tell_purged(PurgeRequest.model_validate(spec.params).purged)
            listener(event)
            self._tell(name)

        self._handles[key] = handle = self._jobs.submit(spec, heard)
        self._tell(name)
        return handle

    def subscribe(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Have the name of a collection told whose work changed; call the result to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def on_purge(self, listener: Callable[[Purged], None]) -> None:
        """Have told which documents have left a collection for good: nothing may show them any more."""
        self._purge_listeners.append(listener)

    def work(self, name: str) -> tuple[CollectionWork, ...]:
        """What is being done with a collection, the first one first; the others wait for it."""
        return tuple(self._work.get(name, {}).values())

    def files(self, name: str) -> Mapping[str, FileAtWork]:
        """By path: files of a collection that a job has before it."""
        return dict(self._files.get(name, {}))

    def all_work(self) -> Mapping[str, tuple[CollectionWork, ...]]:
        """By collection, where there is any."""
        return {name: tuple(jobs.values()) for name, jobs in self._work.items() if jobs}

    def stop(self, name: str) -> None:
        """Cancel everything that is being done with a collection; what was finished stays."""
        for key in list(self._work.get(name, {})):
            if key in self._handles:
                self._handles[key].cancel()

    def _follow(self, name: str, key: str, event: JobEvent) -> None:
        jobs = self._work[name]
        if is_last_word(event):
            jobs.pop(key, None)
            self._handles.pop(key, None)
            self._files.pop(name, None)
            return
        match event:
            case Queued(reason=reason):
                jobs[key] = replace(jobs[key], label=reason)
            case Progressed(done=done, total=total, label=label):
                jobs[key] = replace(jobs[key], label=label, done=done, total=total)
            case Produced(kind="FilesAt", item=item):
                at = FilesAt.model_validate(item)
                arrived = {path: FileAtWork(path, called, at.stage) for path, called in at.files.items()}
                self._files.setdefault(name, {}).update(arrived)
            case Produced(kind="FileIndexed", item=item):
                self._files.get(name, {}).pop(str(item["path"]), None)
            case _:
                pass

    def tell_purged(self, purged: Purged) -> None:
        """Documents have left a collection for good, with the collection perhaps."""
        for listener in tuple(self._purge_listeners):
            listener(purged)

    def _tell(self, name: str) -> None:
        for listener in tuple(self._listeners):
            listener(name)


class UnaskedJobs:
    """`Jobs` on collections that nobody asked for."""

    def __init__(self, jobs: CollectionJobs) -> None:
        self._jobs = jobs

    def submit(self, spec: JobSpec, listener: Listener) -> JobHandle:
        return self._jobs.submit(spec, listener, unasked=True)
