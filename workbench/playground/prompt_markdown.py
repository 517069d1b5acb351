"""A prompt as Markdown: settings as YAML front matter, then the blocks, each under a line with its role.

The form of `.prompty` files: `model.parameters` are the settings of the answer, `sample` are values for the variables;
what those have no word for stands under `workbench`. Reading what was written gives the same prompt again.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from workbench.boundary import Boundary
from workbench.datasets.bounded_yaml import dump_yaml, load_yaml
from workbench.errors import WorkbenchError
from workbench.llm.types import Role
from workbench.playground.imported import ImportedPrompt, in_words, settings_from
from workbench.playground.types import FewShot, Prompt, PromptBlock, Reasoning

_FENCE = "---"
_ROLE = re.compile(r"^[ \t]*#*[ \t]*(system|user|assistant)[ \t]*:[ \t]*$", re.IGNORECASE)
_ESCAPED = re.compile(r"^\\+[ \t]*#*[ \t]*(?:system|user|assistant)[ \t]*:[ \t]*$", re.IGNORECASE)
_SILENT = {"name", "description", "sample", "model", "workbench", "authors", "version", "tags", "inputs", "template"}
"""Keys of the front matter that are read, or that change nothing about what is sent."""
_ALWAYS = ("max_tokens", "temperature")
"""Settings that are written also where they are the usual ones."""


class _Own(Boundary):
    """What stands under `workbench`."""

    schema_version: int = 1
    few_shot: FewShot | None = None
    reasoning: Reasoning | None = None
    json_schema: str = Field("", max_length=1_000_000)


def to_markdown(prompt: Prompt, *, name: str = "", note: str = "", values: Mapping[str, str] | None = None) -> str:
    """The file's text."""
    own = _Own(few_shot=prompt.few_shot, reasoning=prompt.reasoning, json_schema=prompt.json_schema)
    settings = prompt.generation.model_dump(mode="json")
    changed = prompt.generation.model_dump(mode="json", exclude_defaults=True)
    front: dict[str, Any] = {
        "name": name,
        "description": note,
        "model": {"api": "chat", "parameters": {key: settings[key] for key in _ALWAYS} | changed},
        "workbench": {key: value for key, value in own.model_dump(mode="json", exclude_none=True).items() if value},
        "sample": dict(values or {}),
    }
    kept = {key: value for key, value in front.items() if value}
    body = "\n".join(f"{block.role}:\n{_escaped(block.text)}\n" for block in prompt.blocks)
    return f"{_FENCE}\n{dump_yaml(kept)}{_FENCE}\n{body}"


def from_markdown(text: str, file_name: str) -> ImportedPrompt:
    """The prompt in a file's text. Without front matter, and without roles, all of it is the user's block."""
    front, body = _split(text.replace("\r\n", "\n").removeprefix("\ufeff"), file_name)
    model = _mapping(front, "model", file_name)
    parameters = _mapping(model, "parameters", f"{file_name}: model")
    generation, schema, left_out = settings_from(parameters, f"{file_name}: model.parameters")
    try:
        own = _Own.model_validate(_mapping(front, "workbench", file_name))
    except ValidationError as error:
        raise in_words(error, f"{file_name}: workbench") from error
    unread = [
        *(key for key in front if key not in _SILENT),
        *(f"model.{key}" for key in model if key == "configuration"),
    ]
    return ImportedPrompt(
        name=str(front.get("name") or ""),
        prompt=Prompt(
            blocks=_blocks(body, file_name),
            few_shot=own.few_shot,
            reasoning=own.reasoning,
            json_schema=own.json_schema or schema,
            generation=generation,
        ),
        note=str(front.get("description") or ""),
        values={str(key): str(value) for key, value in _sample(front).items()},
        left_out=(*left_out, *(f"“{key}” in the front matter has no counterpart here." for key in unread)),
    )


def _split(text: str, file_name: str) -> tuple[dict[str, Any], str]:
    """The front matter and the rest."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return {}, text
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        raise WorkbenchError(
            f"The front matter of {file_name} has no end.",
            hint="Close it with a line of three dashes.",
            code="bad_prompt_file",
        )
    front = load_yaml("\n".join(lines[1:end]), f"The front matter of {file_name}")
    if front is not None and not isinstance(front, dict):
        raise WorkbenchError(
            f"The front matter of {file_name} is no list of settings.",
            hint='Write lines like "name: My prompt".',
            code="bad_prompt_file",
        )
    return front or {}, "\n".join(lines[end + 1 :])


def _mapping(front: Mapping[str, Any], key: str, what: str) -> dict[str, Any]:
    value = front.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WorkbenchError(f"{what}: “{key}” must hold settings.", hint="Correct it there.", code="bad_prompt_file")
    return {str(name): each for name, each in value.items()}


def _sample(front: Mapping[str, Any]) -> dict[str, Any]:
    """`.prompty` also allows the name of a file here, which is not followed."""
    sample = front.get("sample")
    return sample if isinstance(sample, dict) else {}


def _blocks(body: str, file_name: str) -> tuple[PromptBlock, ...]:
    blocks: list[tuple[Role, list[str]]] = []
    before: list[str] = []
    for line in body.split("\n"):
        if found := _ROLE.match(line):
            blocks.append((Role(found[1].lower()), []))
        else:
            plain = line[1:] if _ESCAPED.match(line) else line
            (blocks[-1][1] if blocks else before).append(plain)
    if not blocks:
        return (PromptBlock(role=Role.USER, text=body.strip("\n")),)
    if "".join(before).strip():
        raise WorkbenchError(
            f"{file_name} has text before its first role.",
            hint="Put a line “system:” or “user:” above it.",
            code="bad_prompt_file",
        )
    last = len(blocks) - 1
    return tuple(
        # Each block ends with a line break, and all but the last are followed by an empty line.
        PromptBlock(role=role, text=_without_end("\n".join([*lines, ""]) if i != last else "\n".join(lines), i != last))
        for i, (role, lines) in enumerate(blocks)
    )


def _without_end(text: str, is_followed: bool) -> str:
    if is_followed and text.endswith("\n\n"):
        return text[:-2]
    return text.removesuffix("\n")


def _escaped(text: str) -> str:
    """A line of the text that would be taken for a role gets a backslash."""
    return "\n".join("\\" + line if _ROLE.match(line) or _ESCAPED.match(line) else line for line in text.split("\n"))
