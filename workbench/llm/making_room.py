"""Chat makes room for a training that begins: whoever runs jobs listens for claims, and the llm worker unloads.

Window and command line both do; the worker that keeps models loaded belongs to one of them.
"""

import contextlib
from collections.abc import Callable
from typing import Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.events import Finished, JobEvent, Produced
from workbench.jobs.memory_claims import MemoryClaim
from workbench.jobs.spec import JobHandle, JobSpec, Listener

MAKE_ROOM = "workbench.llm.tasks:make_room"
LLM_WORKER = "llm"


class Jobs(Protocol):
    """The part of `JobRunner` that this needs."""

    def submit(self, spec: JobSpec, listener: Listener) -> JobHandle: ...
    def is_warm(self, worker: str) -> bool: ...


class RoomMaker:
    """An observer of all jobs. `tell` gets a sentence for each model that was unloaded, on the thread of a job."""

    def __init__(self, jobs: Jobs, tell: Callable[[str], None]) -> None:
        self._jobs, self._tell = jobs, tell

    def __call__(self, event: JobEvent) -> None:
        if isinstance(event, Produced) and event.kind == MemoryClaim.__name__ and self._jobs.is_warm(LLM_WORKER):
            claim = MemoryClaim.model_validate(event.item)
            spec = JobSpec(task=MAKE_ROOM, title=f"Make room for {claim.title}", worker=LLM_WORKER)
            with contextlib.suppress(WorkbenchError):  # the program is closing, and its models with it
                self._jobs.submit(spec, lambda said: self._on_room(claim, said))

    def _on_room(self, claim: MemoryClaim, event: JobEvent) -> None:
        from workbench.llm.in_words import size_in_words

        if isinstance(event, Finished):
            needs = size_in_words(claim.card_bytes or claim.peak_bytes)
            where = " of the graphics card" if claim.card_bytes else ""
            for name in event.result["unloaded"]:
                self._tell(f"{name} was unloaded to make room: “{claim.title}” needs {needs}{where}.")
