"""A training that may be killed: `python -m benchmarks._killable_training FILE.json`; a line for every step.

The file holds a `TrainRequest`; started again with the same file it goes on. Ends with the adapter's hash.
"""

import sys
from pathlib import Path

from pydantic import BaseModel

import workbench  # noqa: F401  (silences libraries before they are imported)
from workbench.finetune import tasks
from workbench.finetune.types import StepMetrics, TrainRequest
from workbench.jobs.context import RecordingContext


class TellingContext(RecordingContext):
    """Says each step at once, for whoever waits to kill it."""

    def produce(self, item: BaseModel) -> None:
        super().produce(item)
        if isinstance(item, StepMetrics):
            print(f"step {item.step}", flush=True)


def main() -> None:
    request = TrainRequest.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8"))
    report = tasks.train(TellingContext(threads=1), request)
    assert report.adapter is not None
    print(f"done {report.adapter.peft_hash} {report.adapter.gguf_hash} {report.resumed_from}", flush=True)


if __name__ == "__main__":
    main()
