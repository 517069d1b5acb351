"""`workbench pretrain`: a small model from scratch, and what a bigger one would take."""

import argparse
from typing import TYPE_CHECKING

from pydantic import ValidationError

from workbench.cli.numbers import whole_number
from workbench.cli.output import Output, in_words
from workbench.cli.runs import check_not_training
from workbench.cli.texts import text_dataset
from workbench.cli.training_options import checked
from workbench.cli.training_telling import Telling, show_report
from workbench.cli.workplace import Workplace
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.finetune.scratch.sizes import ScratchEstimate, ScratchSettings

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

_SETTINGS = ("learning_rate", "samples_every", "sample_tokens", "validation_share", "checkpoint_seconds", "seed")


def register(commands: "Commands") -> None:
    """Add `pretrain`."""
    parser = commands.add_parser("pretrain", help="make a small model from scratch, from nothing but text")
    parser.add_argument("--text", required=True, metavar="TEXT", help="folder, file, collection or data set")
    parser.add_argument("--name", required=True, metavar="NAME")
    parser.add_argument("--size", choices=("tiny", "small", "medium", "large"), default="small")
    parser.add_argument("--vocabulary", type=whole_number, metavar="N", default=0, help="kinds of token; 0: as fits")
    parser.add_argument("--tokens", type=whole_number, metavar="N", default=5_000_000, help="tokens to train on")
    parser.add_argument("--batch-tokens", type=whole_number, metavar="N", default=4096, help="tokens of one step")
    parser.add_argument("--learning-rate", type=float, metavar="X")
    parser.add_argument("--samples-every", type=whole_number, metavar="N", help="steps between samples; 0: none")
    parser.add_argument("--sample-prompt", action="append", metavar="TEXT", help="beginning of a sample")
    parser.add_argument("--sample-tokens", type=whole_number, metavar="N", help="longest sample")
    parser.add_argument("--validation-share", type=float, metavar="X", help="share of the text that is only measured")
    parser.add_argument("--checkpoint-seconds", type=float, metavar="X", help="work that a crash may cost at most")
    parser.add_argument("--seed", type=whole_number, metavar="N")
    parser.add_argument("--estimate", action="store_true", help="only measure what it would take, and a bigger one")
    parser.add_argument("--restart", action="store_true", help="forget an unfinished training of this name")
    parser.set_defaults(run=pretrain)


def pretrain(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    """Train, or go on with a training of this name that was interrupted."""
    from workbench.finetune import running
    from workbench.finetune.defaults import SCRATCH_RATE
    from workbench.finetune.scratch.sizes import ScratchEstimate
    from workbench.finetune.types import TrainReport

    settings = _settings(arguments)
    typed = {name: value for name in _SETTINGS if (value := getattr(arguments, name)) is not None}
    if arguments.sample_prompt:
        typed["sample_prompts"] = tuple(arguments.sample_prompt)
    config = checked(
        {"objective": "text", "learning_rate": SCRATCH_RATE, "validation_share": 0.05, "samples_every": 100} | typed
    )
    with place.writing(f"pre-training {arguments.name}"):
        running.check_free_name(place.paths, arguments.name, config)
        dataset = text_dataset(arguments.text, place, output)
        request = running.scratch_request(
            place.paths,
            name=arguments.name,
            dataset=dataset,
            settings=settings,
            config=config,
            restart=arguments.restart,
        )
        if arguments.estimate:
            found = ScratchEstimate.model_validate(place.run(running.scratch_estimate_spec(request)))
            _show_estimate(found, output)
            return
        check_not_training(place, request)
        report = TrainReport.model_validate(place.run(running.train_spec(request), Telling(output).hear))
    show_report(report, output)


def _settings(arguments: argparse.Namespace) -> "ScratchSettings":
    from workbench.finetune.scratch.sizes import ScratchSettings

    try:
        return ScratchSettings(
            size=arguments.size,
            vocabulary=arguments.vocabulary,
            tokens=arguments.tokens,
            batch_tokens=arguments.batch_tokens,
        )
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = "--" + str(first["loc"][0]).replace("_", "-")
        raise WorkbenchError(f"{option} cannot be {first['input']}: {in_words(first)}.", code="bad_setting") from error


def _show_estimate(found: "ScratchEstimate", output: Output) -> None:
    if output.json:
        output.object(found)
        return
    output.text(
        f"{found.parameters / 1e6:.1f} M weights, {found.tokens / 1e6:.1f} M tokens (the text {found.passes:.1f}x): "
        f"about {found.seconds / 60:.0f} min at {found.tokens_per_second:,.0f} tokens/s."
    )
    rows = [
        (
            f"{big.parameters / 1e9:g} B",
            f"{big.tokens / 1e9:,.0f} B",
            f"{big.operations:.1e}",
            f"{big.memory_bytes / 1e9:,.0f} GB",
            f"{big.seconds_here / 86400:,.0f}",
            f"{big.card_seconds / 86400:,.1f}",
        )
        for big in found.big
    ]
    output.table(("weights", "tokens", "operations", "memory", "days here", "days on one data-centre card"), rows)
