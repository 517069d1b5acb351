"""Command lines in README.md, CONTRIBUTING.md and docs/ are ones that the programs take."""

import re
import shlex
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES
from tests.unit.cli.test_documented import COMMANDS, EVERYWHERE, options_of
from workbench.cli import build_parser

ROOT = Path(__file__).parents[3]
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
}
USAGE = "docs/command-line.md"
"""Its usages with brackets are held against the parser by test_documented.py."""


def shell_lines(text: str) -> list[str]:
    """What is shown as typed at a prompt."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def code_spans(text: str) -> list[str]:
    """What stands between backticks in running text, over the ends of lines too."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)]


TYPED = [
    (document, shlex.split(line, comments=True)[1:])
    for document, text in DOCUMENTS.items()
    for line in shell_lines(text)
    if line.startswith("workbench ")
]
MENTIONED = [
    (document, span)
    for document, text in DOCUMENTS.items()
    if document != USAGE
    for span in code_spans(text)
    if re.match(r"workbench [a-z]", span)
]


def test_that_the_documents_show_commands() -> None:
    assert len(TYPED) > 10
    assert len(MENTIONED) > 20


@pytest.mark.parametrize(("document", "words"), TYPED, ids=[" ".join(words) for _, words in TYPED])
def test_that_a_command_line_is_taken_as_it_stands(document: str, words: list[str]) -> None:
    try:
        build_parser().parse_args(words)
    except SystemExit:
        pytest.fail(f"{document}: workbench {shlex.join(words)} is refused")
    files = [word for word in words if word.startswith("resources/")]
    assert all((ROOT / file).exists() for file in files), f"{document}: {files}"


@pytest.mark.parametrize(("document", "span"), MENTIONED, ids=[span for _, span in MENTIONED])
def test_that_a_command_that_is_mentioned_is_known_with_its_options(document: str, span: str) -> None:
    said = re.findall(r"[a-z][a-z-]*(?= |$)", span.partition("--")[0])[1:]
    meant = [parser for command, parser in COMMANDS.items() if command.split() == said[: len(command.split())]]
    groups = [parser for command, parser in COMMANDS.items() if command.split()[: len(said)] == said]
    assert meant or groups, f"{document}: {span}"
    known = {option for parser in meant or groups for option in options_of(parser)} | EVERYWHERE
    assert set(re.findall(r"--[a-z][\w-]*", span)) <= known, f"{document}: {span}"


def test_that_an_option_that_is_mentioned_alone_is_one_of_some_command() -> None:
    known = {option for parser in COMMANDS.values() for option in options_of(parser)} | EVERYWHERE
    known |= benchmark_options()
    for document, text in DOCUMENTS.items():
        alone = [span for span in code_spans(text) if re.match(r"--[a-z]", span)]
        assert {span.split()[0].partition("=")[0] for span in alone} <= known, document


def test_that_benchmarks_that_are_mentioned_are_there() -> None:
    spans = [span for text in DOCUMENTS.values() for span in code_spans(text)]
    mentioned = [span.split()[3:] for span in spans if span.startswith("python -m benchmarks ")]
    assert len(mentioned) > 10
    for name, *options in mentioned:
        assert name in {*NAMES, "NAME"}
        assert {option for option in options if option.startswith("--")} <= benchmark_options()


def benchmark_options() -> set[str]:
    source = (ROOT / "benchmarks" / "__main__.py").read_text(encoding="utf-8")
    return set(re.findall(r'add_argument\("(--[\w-]+)"', source))


def test_that_make_has_what_is_told_to_be_made() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {
        words[1]
        for text in DOCUMENTS.values()
        for line in (*shell_lines(text), *code_spans(text))
        if (words := line.split())[:1] == ["make"] and len(words) > 1
    }
    assert {"run", "test", "screenshots"} <= told <= targets


def test_that_files_that_are_linked_to_are_there() -> None:
    for document, text in DOCUMENTS.items():
        links = re.findall(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)", text)
        missing = [link for link in links if not ((ROOT / document).parent / link).exists()]
        assert not missing, document


def test_that_parts_of_documents_that_are_linked_to_are_there() -> None:
    for document, text in DOCUMENTS.items():
        for link, part in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", text):
            other = ((ROOT / document).parent / link) if link else ROOT / document
            headings = re.findall(r"^#+ (.+)$", other.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
            assert part in anchors, f"{document}: {link}#{part}"
