"""docs/command-line.md and the parser say the same."""

import argparse
import re
from pathlib import Path

import pytest

from workbench.cli import build_parser

DOCUMENT = (Path(__file__).parents[3] / "docs" / "command-line.md").read_text(encoding="utf-8")
EVERYWHERE = {"-h", "--help", "--json"}
"""Told once, for all commands."""


def find_commands(parser: argparse.ArgumentParser, name: str = "") -> dict[str, argparse.ArgumentParser]:
    """Every command that does something, by its words: `collections delete`."""
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not actions:
        return {name: parser}
    found: dict[str, argparse.ArgumentParser] = {}
    for word, child in actions[0].choices.items():
        found |= find_commands(child, f"{name} {word}".strip())
    return found


COMMANDS = find_commands(build_parser())


def usage_of(command: str) -> str:
    """What the usage blocks say after `workbench COMMAND`, up to the next command."""
    words = command.split()
    blocks = re.findall(r"^```\w*\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    usages = [usage for block in blocks for usage in re.split(r"^(?=workbench )", block, flags=re.MULTILINE)]
    own = [usage for usage in usages if re.match(rf"workbench {command}\b", usage)]
    shared = [usage for usage in usages if re.match(rf"workbench {words[0]}\b", usage)]
    return "\n".join(own or [usage for usage in shared if set(words) <= set(re.findall(r"[\w-]+", usage))])


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings} - EVERYWHERE


@pytest.mark.parametrize("command", COMMANDS)
def test_that_every_option_of_a_command_is_in_its_usage(command: str) -> None:
    usage = usage_of(command)
    assert set(command.split()) <= set(re.findall(r"[\w-]+", usage)), f"{command} is not documented"
    assert options_of(COMMANDS[command]) == set(re.findall(r"--[\w-]+", usage))


@pytest.mark.parametrize("command", COMMANDS)
def test_that_the_choices_of_an_option_are_in_its_usage(command: str) -> None:
    choices = [action.choices for action in COMMANDS[command]._actions if action.choices and action.option_strings]
    for words in choices:
        assert "|".join(words) in usage_of(command)


@pytest.mark.parametrize("command", COMMANDS)
def test_that_the_usage_tells_what_may_be_given_several_times(command: str) -> None:
    usage = usage_of(command)
    for action in COMMANDS[command]._actions:
        option = "|".join(action.option_strings)
        if option and isinstance(action, argparse._AppendAction):
            assert re.search(rf"\[{option} [^][]*(\[@N\])?\]\.\.\.", usage), f"[{option} X]..."
        elif option and action.nargs == "+":
            assert re.search(rf"\[{option} [^]]*\.\.\.\]", usage), f"[{option} X...]"


def test_that_the_document_names_no_option_that_does_not_exist() -> None:
    known = {option for parser in COMMANDS.values() for option in options_of(parser)} | EVERYWHERE
    assert set(re.findall(r"(?<![\w-])--[a-z][\w-]*", DOCUMENT)) <= known
