"""`workbench prompts diff`: what changed between two versions."""

import argparse
from typing import TYPE_CHECKING, Any

from workbench.cli.output import Output
from workbench.cli.prompting import choose_version
from workbench.cli.workplace import Workplace

if TYPE_CHECKING:
    from workbench.playground.diff import DiffLine, PromptDiff


def diff(arguments: argparse.Namespace, place: Workplace, output: Output) -> None:
    from workbench.playground.diff import diff_prompts

    old, new = choose_version(place, arguments.old), choose_version(place, arguments.new)
    found = diff_prompts(old.prompt, new.prompt)
    if output.json:
        output.object(_diff_as_json(found))
    elif found.is_empty:
        output.text("They hold the same.")
    else:
        output.text("\n".join(_diff_as_text(found)))


def _diff_as_json(found: "PromptDiff") -> dict[str, Any]:
    return {
        "texts": [
            {"title": text.title, "lines": [_line_as_json(line) for hunk in text.hunks() for line in hunk]}
            for text in found.texts
        ],
        "settings": [{"title": each.title, "old": each.old, "new": each.new} for each in found.settings],
    }


def _line_as_json(line: "DiffLine") -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "old": line.old,
        "new": line.new,
        "old_number": line.old_number,
        "new_number": line.new_number,
    }


def _diff_as_text(found: "PromptDiff") -> list[str]:
    lines: list[str] = []
    for text in found.texts:
        lines.append(f"== {text.title}")
        for hunk in text.hunks():
            lines.append(f"@@ line {hunk[0].old_number or hunk[0].new_number}")
            lines += [shown for line in hunk for shown in _shown(line)]
    if found.settings:
        lines.append("== Settings")
        lines += [f"{each.title}: {each.old} -> {each.new}" for each in found.settings]
    return lines


def _shown(line: "DiffLine") -> list[str]:
    match line.kind.value:
        case "same":
            return [f"  {line.old}"]
        case "removed":
            return [f"- {line.old}"]
        case "added":
            return [f"+ {line.new}"]
        case _:
            return [f"- {line.old}", f"+ {line.new}"]
