"""Prompts as promptfoo's configuration writes them: `prompts:` with texts or chats as JSON, `config:` beside them.

Nothing of such a file is ever run: prompts that are programs are refused. Files that it names are read as text, and
only where they lie beside it or below.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from workbench.datasets.beside import path_beside
from workbench.datasets.bounded_yaml import MOST_CHARACTERS, dump_yaml, load_yaml
from workbench.errors import WorkbenchError
from workbench.llm.types import GenerationConfig, Role
from workbench.playground.few_shot import as_turns, select_shots
from workbench.playground.imported import ImportedPrompt, settings_from
from workbench.playground.types import ExampleSelection, Prompt, PromptBlock

_ROLES = {"system": Role.SYSTEM, "developer": Role.SYSTEM, "user": Role.USER, "assistant": Role.ASSISTANT}
_PROGRAMS = (".py", ".js", ".ts", ".mjs", ".cjs", ".mts", ".cts", ".sh", ".rb", ".go", ".exe", ".bat")
_RUN = ("exec:", "python:", "package:")
_ELSEWHERE = ("http://", "https://")
_TEXTS = (".txt", ".json", ".md", ".yaml", ".yml", ".j2")
_NOT_SENT = ("tests", "scenarios", "defaultTest", "assertionTemplates", "derivedMetrics")
_SETTINGS = (
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "stop",
)


def from_promptfoo(text: str, file_name: str, folder: Path | None = None) -> list[ImportedPrompt]:
    """Every prompt of a configuration. `folder` is where the files lie that it names; None reads none.

    Raises WorkbenchError where it is no such configuration or one of its prompts cannot be used.
    """
    config = load_yaml(text.removeprefix("\ufeff"), file_name)
    prompts = config.get("prompts") if isinstance(config, dict) else None
    if isinstance(prompts, str):
        prompts = [prompts]
    if not isinstance(prompts, list) or not prompts:
        raise WorkbenchError(
            f"{file_name} has no “prompts”.",
            hint="Choose a promptfoo configuration, or a Markdown file with front matter.",
            code="bad_prompt_file",
        )
    shared, left_out = _of_providers(config.get("providers"), file_name)
    left_out += [
        f"“{key}” of {file_name} is not read: a data set holds questions." for key in _NOT_SENT if config.get(key)
    ]
    found: list[ImportedPrompt] = []
    for number, entry in enumerate(prompts, 1):
        what = f"{file_name}: prompt {number}"
        label, raw, own = _entry(entry, what)
        generation, schema, unknown = settings_from({**shared, **own}, what)
        for blocks in _read(raw, what, folder):
            name = label or f"{config.get('description') or Path(file_name).stem} {len(found) + 1}"
            prompt = Prompt(blocks=blocks, generation=generation, json_schema=schema)
            found.append(ImportedPrompt(name=name, prompt=prompt, left_out=(*left_out, *unknown)))
    return found


def to_promptfoo(prompts: Sequence[tuple[str, Prompt]], *, description: str = "") -> tuple[str, tuple[str, ...]]:
    """The configuration for prompts with their labels, and sentences about what it cannot say.

    It has no providers: those are chosen where it is used.
    """
    left_out: dict[str, None] = {}
    entries = []
    for label, prompt in prompts:
        chat = json.dumps(list(_chat(prompt, left_out, label)), ensure_ascii=False, indent=2)
        config = _config(prompt, left_out, label)
        entries.append({"label": label, "raw": chat, **({"config": config} if config else {})})
    return dump_yaml({**({"description": description} if description else {}), "prompts": entries}), tuple(left_out)


def _of_providers(providers: Any, file_name: str) -> tuple[dict[str, Any], list[str]]:
    """The settings that all providers share; several different ones cannot be one prompt's."""
    listed = providers if isinstance(providers, list) else [providers]
    configs = [
        config
        for provider in listed
        if isinstance(provider, dict) and isinstance(config := provider.get("config"), dict)
    ]
    known = [{str(k): v for k, v in config.items() if k in _SETTINGS} for config in configs]
    if not known:
        return {}, []
    if any(config != known[0] for config in known) or len(known) < len(listed):
        return {}, [f"The providers of {file_name} have different settings: none of them is taken over."]
    return known[0], []


def _entry(entry: Any, what: str) -> tuple[str, str, dict[str, Any]]:
    """Label, text or file, settings."""
    match entry:
        case str():
            return "", entry, {}
        case {"raw": str() as raw} | {"file": str() as raw} | {"id": str() as raw}:
            config = entry.get("config")
            label = entry.get("label") or entry.get("description") or ""
            return str(label), raw, {str(k): v for k, v in config.items()} if isinstance(config, dict) else {}
        case _:
            raise _bad(f"{what} is neither a text nor a file.")


def _read(raw: str, what: str, folder: Path | None) -> Iterator[tuple[PromptBlock, ...]]:
    """The prompts of an entry: a file of text may hold several, between lines of three dashes."""
    name = raw.strip()
    lowered = name.casefold()
    is_file = lowered.startswith("file://") and "\n" not in name
    is_word = not any(character.isspace() or character in "{}" for character in name)
    if is_file or is_word:
        place = name[len("file://") :] if is_file else name
        if lowered.startswith(_RUN) or place.partition(":")[0].casefold().endswith(_PROGRAMS):
            raise _bad(f"{what} is a program ({name}); nothing of a file is run here.", "Write it as text or JSON.")
        if lowered.startswith(_ELSEWHERE):
            raise _bad(f"{what} lies elsewhere ({name}); only files beside the configuration are read.")
        if is_file or lowered.endswith(_TEXTS):
            yield from _read_file(place, what, folder)
            return
    yield _blocks(raw, what)


def _read_file(name: str, what: str, folder: Path | None) -> Iterator[tuple[PromptBlock, ...]]:
    if folder is None:
        raise _bad(f"{what} names the file {name}, which cannot be looked up here.")
    path = path_beside(name, folder, what)
    if not path.name.casefold().endswith(_TEXTS):
        raise _bad(f"{what} names {name}; texts end with {', '.join(_TEXTS)}.")
    text = read_text(path)
    if path.suffix.casefold() in (".yaml", ".yml"):
        yield _turns(load_yaml(text, path.name), what)
    elif path.suffix.casefold() == ".json":
        yield _blocks(text, what)
    else:
        for part in _parts(text):
            yield _blocks(part, what)


def read_text(path: Path) -> str:
    """The text of a file of prompts. Raises WorkbenchError when it cannot be read or is far too long."""
    try:
        if path.stat().st_size > 2 * MOST_CHARACTERS:
            raise WorkbenchError(f"{path.name} is far too long for a file of prompts.", code="bad_prompt_file")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise WorkbenchError(
            f"{path.name} cannot be read: {why}.", hint="Choose another.", code="file_unreadable"
        ) from error


def _parts(text: str) -> list[str]:
    parts: list[list[str]] = [[]]
    for line in text.split("\n"):
        if line.strip() == "---":
            parts.append([])
        else:
            parts[-1].append(line)
    return [part for lines in parts if (part := "\n".join(lines).strip("\n")).strip()]


def _blocks(text: str, what: str) -> tuple[PromptBlock, ...]:
    """A chat as JSON, or a text, which is what the user says."""
    stripped = text.strip()
    if not (stripped.startswith("[") and "role" in stripped and "content" in stripped):
        return (PromptBlock(role=Role.USER, text=text),)
    try:
        return _turns(json.loads(stripped), what)
    except (ValueError, RecursionError) as error:
        hint = "Templates may stand within its strings only."
        raise _bad(f"{what} looks like a chat, but is no valid JSON: {error}.", hint) from error


def _turns(turns: Any, what: str) -> tuple[PromptBlock, ...]:
    if not isinstance(turns, list) or not turns:
        raise _bad(f"{what} is no list of messages.")
    blocks = []
    for number, turn in enumerate(turns, 1):
        role = _ROLES.get(str(turn.get("role")).casefold()) if isinstance(turn, dict) else None
        if role is None:
            raise _bad(f"{what}: message {number} has no role that is known here ({', '.join(_ROLES)}).")
        if not isinstance(turn.get("content"), str):
            raise _bad(f"{what}: message {number} is no text; pictures and parts are not supported.")
        blocks.append(PromptBlock(role=role, text=turn["content"]))
    return tuple(blocks)


def _chat(prompt: Prompt, left_out: dict[str, None], label: str) -> Iterator[dict[str, str]]:
    """The messages; worked examples become turns, the reasoning instruction the end of the system's."""
    system = [block.text for block in prompt.blocks if block.role is Role.SYSTEM and block.text.strip()]
    if prompt.reasoning is not None:
        system += [_literal(prompt.reasoning.instruction)] if prompt.reasoning.instruction.strip() else []
        left_out[f"{label}: how the answer is taken out of the text is not in it."] = None
    if system:
        yield {"role": "system", "content": "\n\n".join(system)}
    if prompt.few_shot is not None:
        few = prompt.few_shot
        if few.selection is ExampleSelection.SIMILAR:
            left_out[f"{label}: examples chosen for each question become the first {few.count}."] = None
        fixed = ExampleSelection.FIRST if few.selection is ExampleSelection.SIMILAR else few.selection
        for message in as_turns(select_shots(few.shots, fixed, few.count, few.seed)):
            yield {"role": message.role.value, "content": _literal(message.content)}
    for block in prompt.blocks:
        if block.role is not Role.SYSTEM:
            yield {"role": block.role.value, "content": block.text}


def _config(prompt: Prompt, left_out: dict[str, None], label: str) -> dict[str, Any]:
    changed = prompt.generation.model_dump(mode="json", exclude_defaults=True)
    usual = GenerationConfig()
    for name in changed.keys() - set(_SETTINGS):
        left_out[f"{label}: {name.replace('_', ' ')} is not in it."] = None
    config = {name: value for name, value in changed.items() if name in _SETTINGS}
    config = {"max_tokens": usual.max_tokens, "temperature": usual.temperature} | config
    if prompt.json_schema.strip():
        try:
            schema = json.loads(prompt.json_schema)
        except (ValueError, RecursionError):
            left_out[f"{label}: the JSON schema is no JSON and was left out."] = None
        else:
            form = {"name": "answer", "schema": schema}
            config["response_format"] = {"type": "json_schema", "json_schema": form}
    return config


def _literal(text: str) -> str:
    """Text that must not be taken for a template."""
    if not any(mark in text for mark in ("{{", "{%", "{#")):
        return text
    return "{% raw %}" + text.replace("{% endraw %}", "{% endraw %}{{ '{% endraw %}' }}{% raw %}") + "{% endraw %}"


def _bad(message: str, hint: str = "") -> WorkbenchError:
    return WorkbenchError(message, hint=hint or "Correct it there.", code="bad_prompt_file")
