"""Models make room: for a training that begins, and for another model. Whoever runs jobs listens, and tells the user.

For a claim of a training the llm worker is asked to unload; for another model it did so itself. Window and command line
both listen; the worker that keeps models loaded belongs to one of them.
"""

import contextlib
from collections.abc import Callable
from typing import Protocol

from workbench.errors import WorkbenchError
from workbench.jobs.events import Finished, JobEvent, Produced
from workbench.jobs.memory_claims import MemoryClaim
from workbench.jobs.spec import JobHandle, JobSpec, Listener
from workbench.llm.types import ModelUnloaded

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
        match event:
            case Produced(kind=MemoryClaim.__name__, item=item) if self._jobs.is_warm(LLM_WORKER):
                self._make_room(MemoryClaim.model_validate(item))
            case Produced(kind=ModelUnloaded.__name__, item=item):
                unloaded = ModelUnloaded.model_validate(item)
                self._tell(f"{unloaded.name} was unloaded to make room for {unloaded.for_name}.")

    def _make_room(self, claim: MemoryClaim) -> None:
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
