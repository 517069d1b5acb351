"""Tasks for the jobs of these tests."""

import threading

from pydantic import BaseModel

from workbench.errors import WorkbenchError
from workbench.jobs.context import JobContext


class Request(BaseModel):
    steps: int = 4
    text: str = ""


class Report(BaseModel):
    steps: int


class Said(BaseModel):
    text: str


def count(context: JobContext, request: Request) -> Report:
    for step in range(request.steps):
        context.progress(step, request.steps, f"Step {step + 1}")
        context.produce(Said(text=str(step)))
    return Report(steps=request.steps)


def wait_for_cancel(context: JobContext, request: Request) -> Report:
    context.progress(1, 4, "Waiting to be stopped")
    for _ in range(3000):
        threading.Event().wait(0.01)
        context.check_cancelled()
    return Report(steps=0)


def fail(context: JobContext, request: Request) -> Report:
    raise WorkbenchError("The file notes.txt is empty.", hint="Write something into it.", details="0 bytes read")
