"""What is read from a file of prompts, and how foreign settings become ours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig
from workbench.playground.types import Prompt

_OTHER_NAMES = {
    "max_completion_tokens": "max_tokens",
    "max_new_tokens": "max_tokens",
    "num_predict": "max_tokens",
    "repetition_penalty": "repeat_penalty",
    "stop_sequences": "stop",
}


@dataclass(frozen=True, slots=True)
class ImportedPrompt:
    """A prompt from a file."""

    name: str
    prompt: Prompt
    note: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Values for its variables that stood beside it, as samples."""
    left_out: tuple[str, ...] = ()
    """What of the file has no place here, as sentences."""


def settings_from(parameters: Mapping[str, Any], what: str) -> tuple[GenerationConfig, str, tuple[str, ...]]:
    """Settings as other programs name them, the JSON schema among them, and what means nothing here.

    Raises WorkbenchError for a value that cannot be used.
    """
    known: dict[str, Any] = {}
    left_out = []
    schema = _schema(parameters.get("response_format"))
    for name, value in parameters.items():
        if name == "response_format" and schema:
            continue
        field_name = _OTHER_NAMES.get(name, name)
        if field_name not in GenerationConfig.model_fields:
            left_out.append(f"The setting “{name}” has no counterpart here.")
        elif value is not None:
            known[field_name] = [value] if field_name == "stop" and isinstance(value, str) else value
    try:
        return GenerationConfig.model_validate(known), schema, tuple(left_out)
    except ValidationError as error:
        raise in_words(error, what) from error


def _schema(response_format: Any) -> str:
    match response_format:
        case {"type": "json_schema", "json_schema": {"schema": dict() as schema}}:
            return json.dumps(schema, ensure_ascii=False, indent=2)
    return ""


def in_words(error: ValidationError, what: str) -> WorkbenchError:
    """The first thing that pydantic found, with its place."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    said = str(first["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return WorkbenchError(
        f"{what}: {where or 'it'} cannot be used: {said[:1].lower() + said[1:]}.",
        hint="Correct it there.",
        code="bad_prompt_file",
    )
