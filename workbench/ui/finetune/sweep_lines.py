"""What is typed into a sweep, as values of a setting. No Qt."""

from enum import StrEnum
from typing import Any

from workbench.finetune.types import TrainingConfig
from workbench.ui.finetune.setup_state import SweepLine


def read_values(line: SweepLine) -> list[Any]:
    """ "4, 8, 16" as values of its setting. Raises ValueError with a sentence."""
    default = TrainingConfig.model_fields[line.setting].default
    title = TrainingConfig.model_fields[line.setting].title
    values: list[Any] = []
    for text in filter(None, (part.strip() for part in line.values.split(","))):
        try:
            match default:
                case bool():
                    values.append({"on": True, "yes": True, "off": False, "no": False}[text.casefold()])
                case StrEnum():
                    values.append(type(default)(text.casefold()))
                case int():
                    values.append(int(text))
                case _:
                    values.append(float(text))
        except (ValueError, KeyError) as error:
            raise ValueError(f"“{text}” is no value for {title}.") from error
    return values
