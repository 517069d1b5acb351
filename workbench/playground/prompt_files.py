"""Prompts in files: Markdown with YAML front matter (like `.prompty`), and promptfoo's YAML. Both ways."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.errors import WorkbenchError, disk_problem
from workbench.playground.imported import ImportedPrompt
from workbench.playground.prompt_markdown import from_markdown, to_markdown
from workbench.playground.promptfoo import from_promptfoo, read_text, to_promptfoo
from workbench.playground.types import PromptVersion

MARKDOWN = (".md", ".markdown", ".prompty", ".prompt", ".txt")
PROMPTFOO = (".yaml", ".yml")


def read_prompts(path: Path) -> list[ImportedPrompt]:
    """The prompts in a file: one in Markdown, any number in YAML. Raises WorkbenchError that names file and place."""
    suffix = path.suffix.casefold()
    if suffix not in MARKDOWN + PROMPTFOO:
        raise WorkbenchError(
            f"{path.name} is no file of prompts.",
            hint="Choose Markdown (.md, .prompty) or a promptfoo configuration (.yaml).",
            code="bad_prompt_file",
        )
    text = read_text(path)
    if suffix in PROMPTFOO:
        return from_promptfoo(text, path.name, path.parent)
    found = from_markdown(text, path.name)
    if found.name:
        return [found]
    return [ImportedPrompt(path.stem, found.prompt, found.note, found.values, found.left_out)]


def write_prompts(
    path: Path, versions: Sequence[PromptVersion], *, values: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Write versions into a file, in the form that its ending names; returns sentences about what it cannot say.

    Markdown holds one. The file is there when it is whole.
    """
    if not versions:
        raise WorkbenchError("There is no version to export.", code="no_version")
    suffix = path.suffix.casefold()
    left_out: tuple[str, ...] = ()
    if suffix in PROMPTFOO:
        labelled = [(f"{version.prompt_name} {version.label}", version.prompt) for version in versions]
        text, left_out = to_promptfoo(labelled, description=versions[0].prompt_name)
    elif suffix not in MARKDOWN:
        raise WorkbenchError(
            f"{path.name} has no ending that says what to write.",
            hint="Write .md for Markdown, .yaml for promptfoo.",
            code="bad_prompt_file",
        )
    elif len(versions) > 1:
        raise WorkbenchError("Markdown holds one version.", hint="Choose one, or write .yaml.", code="bad_prompt_file")
    else:
        only = versions[0]
        text = to_markdown(only.prompt, name=only.prompt_name, note=only.note, values=values)
    write_whole(path, text)
    return left_out


def write_whole(path: Path, text: str) -> None:
    """Write a file that is either the old or the new one. Raises WorkbenchError where that is not possible."""
    handle, name = -1, ""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError as error:
        if name:
            Path(name).unlink(missing_ok=True)
        if full := disk_problem(error):
            raise full from error
        why = error.strerror or str(error)
        raise WorkbenchError(
            f"{path} cannot be written: {why}.", hint="Choose another folder.", code="not_written"
        ) from error
