"""A sweep that may be killed: `python -m tests.jobs.killable_sweep FILE.json`; a line for every step."""

import sys
from pathlib import Path

from pydantic import BaseModel

import workbench  # noqa: F401  (silences libraries before they are imported)
from workbench.finetune import tasks
from workbench.finetune.sweeps import SweepRequest, TrialStep
from workbench.jobs.context import RecordingContext


class TellingContext(RecordingContext):
    """Says each step at once, for whoever waits to kill it."""

    def produce(self, item: BaseModel) -> None:
        super().produce(item)
        if isinstance(item, TrialStep):
            print(f"run {item.trial} step {item.metrics.step}", flush=True)


if __name__ == "__main__":
    tasks.sweep(TellingContext(threads=1), SweepRequest.model_validate_json(Path(sys.argv[1]).read_bytes()))
