"""What a training says on the command line: between its steps, and at its end."""

from typing import TYPE_CHECKING

from workbench.cli.output import Output
from workbench.finetune.perplexity import in_words as perplexity_in_words
from workbench.jobs.events import Produced
from workbench.naming import counted

if TYPE_CHECKING:
    from collections.abc import Collection

    from workbench.finetune.types import RunNote, TrainReport

SHOWN_CHARACTERS = 100


class Telling:
    """Says what a training says between its steps."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def hear(self, event: Produced) -> None:
        match event.kind:
            case "TrainingSample":
                sample = event.item
                self._output.note(f"[step {sample['step']}] {_short(sample['prompt'])} → {_short(sample['text'])}")
            case "RunStatus" if event.item["message"]:
                self._output.note(event.item["message"])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"


def show_report(report: "TrainReport", output: Output, told: "Collection[RunNote]" = ()) -> None:
    """What came out of a training. `told`: notes that were said before it started."""
    if output.json:
        output.object(report)
        return
    for note in report.notes:
        if note not in told:
            output.note(str(note))
    if report.gain is not None:
        output.text(perplexity_in_words(report.gain))
    if report.made is not None:
        output.text(f"Made the model “{report.made.name}” in {counted(report.steps, 'step')} ({report.seconds:.0f} s).")
        output.text(f"Tune it on examples with: workbench finetune --model {report.made.name} --data FILE --name NAME")
        return
    if report.adapter is None:
        output.text(
            f"Stopped and saved at step {report.steps} of {report.total_steps}; the same command goes on from there."
        )
        return
    loss = f", loss {report.loss:.3f}" if report.loss is not None else ""
    if report.best_step:
        output.text(f"The state of step {report.best_step} was the best on the held-out rows and was kept.")
    output.text(
        f"Trained “{report.adapter.name}” on {counted(report.adapter.rows, 'row')}: {counted(report.steps, 'step')} in "
        f"{report.seconds:.0f} s ({report.tokens_per_second:,.0f} tokens/s){loss}."
    )
    output.text(
        f"Use it with: workbench generate --model {report.adapter.base_name} --adapter {report.adapter.name} ..."
    )
