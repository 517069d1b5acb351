"""Options of a training on the command line: one for each setting, from its declaration."""

import argparse
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from workbench.cli.numbers import whole_number
from workbench.cli.output import in_words
from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.finetune.types import TrainingConfig

_ELSEWHERE = {"schema_version", "objective", "sample_prompts", "targets"}
"""Settings that have an option of another form, or none."""


def add_settings(parser: argparse.ArgumentParser) -> None:
    """`--epochs N`, `--packing`, ...: nothing that is not given is set."""
    from workbench.finetune.training_config import PROJECTIONS, TrainingConfig

    add_plain_settings(parser, [name for name in TrainingConfig.model_fields if name not in _ELSEWHERE])
    parser.add_argument("--targets", metavar="LAYERS", help=f"layers with an adapter, of {','.join(PROJECTIONS)}")
    parser.add_argument(
        "--sample-prompt", action="append", metavar="TEXT", help="what is answered while it learns; may be given often"
    )


def add_plain_settings(parser: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """The options of these settings alone."""
    from workbench.finetune.training_config import TrainingConfig

    for name in names:
        _add(parser, name, TrainingConfig.model_fields[name])


def given_settings(arguments: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Those of the options of `add_plain_settings` that were given."""
    return {name: value for name in names if (value := getattr(arguments, name)) is not None}


def typed_settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that were given. Raises WorkbenchError for an impossible value."""
    from workbench.finetune.training_config import TrainingConfig

    names = [name for name in TrainingConfig.model_fields if name not in _ELSEWHERE]
    typed = given_settings(arguments, names)
    if arguments.targets:
        typed["targets"] = tuple(layer.strip() for layer in arguments.targets.split(","))
    if arguments.sample_prompt:
        typed["sample_prompts"] = tuple(arguments.sample_prompt)
    if "rank" in typed and "alpha" not in typed:
        typed["alpha"] = 2.0 * typed["rank"]
    if "batch_size" in typed and "gradient_accumulation" not in typed:
        typed["gradient_accumulation"] = 1
    checked(typed)
    return typed


def checked(values: dict[str, Any]) -> "TrainingConfig":
    """The configuration of these values; an impossible one is a sentence, not a traceback."""
    from workbench.finetune.training_config import TrainingConfig

    try:
        return TrainingConfig.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        option = "--" + str(first["loc"][0]).replace("_", "-") if first["loc"] else "The settings"
        raise WorkbenchError(f"{option} cannot be {first['input']}: {in_words(first)}.", code="bad_setting") from error


def read_sweep(given: list[str]) -> dict[str, tuple[Any, ...]]:
    """`["rank=4,8", "learning_rate=1e-3,2e-3"]` as values by setting. Raises WorkbenchError for what is no setting."""
    from workbench.finetune.training_config import TrainingConfig

    found: dict[str, tuple[Any, ...]] = {}
    for text in given:
        name, _, values = text.partition("=")
        name = name.strip().replace("-", "_")
        if name not in TrainingConfig.model_fields or name in _ELSEWHERE or not values:
            known = ", ".join(setting for setting in TrainingConfig.model_fields if setting not in _ELSEWHERE)
            raise WorkbenchError(
                f"“{text}” names no setting with its values.",
                hint=f"Write --sweep rank=4,8,16; the settings are {known}.",
                code="bad_setting",
            )
        read = _reader(TrainingConfig.model_fields[name])
        try:
            found[name] = tuple(read(value.strip()) for value in values.split(","))
        except (ValueError, KeyError) as error:
            raise WorkbenchError(f"“{values}” are no values for {name}.", code="bad_setting") from error
        for value in found[name]:
            checked({name: value})
    return found


def _add(parser: argparse.ArgumentParser, name: str, field: FieldInfo) -> None:
    option = "--" + name.replace("_", "-")
    about = (field.description or "").replace("%", "%%")
    match field.default:
        case bool():
            parser.add_argument(option, action=argparse.BooleanOptionalAction, default=None, help=about)
        case StrEnum() as default:
            parser.add_argument(option, choices=[choice.value for choice in type(default)], help=about)
        case int():
            parser.add_argument(option, type=whole_number, metavar="N", help=about)
        case _:
            parser.add_argument(option, type=float, metavar="X", help=about)


def _reader(field: FieldInfo) -> Callable[[str], Any]:
    match field.default:
        case bool():
            return _yes_or_no
        case StrEnum() as default:
            return type(default)
        case int():
            return int
        case _:
            return float


def _yes_or_no(text: str) -> bool:
    return {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}[text.casefold()]
