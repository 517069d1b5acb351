"""A training in a process of its own, to be killed: `python -m tests.jobs.dying_training REQUEST.json`."""

import sys
from pathlib import Path

from pydantic import BaseModel

from workbench.finetune.tasks import train
from workbench.finetune.types import TrainRequest
from workbench.jobs.context import RecordingContext


class Telling(RecordingContext):
    """Prints each step, so that the test knows when to strike."""

    def produce(self, item: BaseModel) -> None:
        super().produce(item)
        print("step", getattr(item, "step", 0), flush=True)


if __name__ == "__main__":
    print(train(Telling(), TrainRequest.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8"))))
