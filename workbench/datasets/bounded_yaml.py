"""YAML of strangers: plain values only, and no more of them than a person writes."""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    import yaml

MOST_CHARACTERS = 4_000_000
_DEEPEST = 60
_MOST_VALUES = 300_000
"""An alias may name a list that names a list ...: a few lines can stand for billions of values."""
_PLAIN = {
    "tag:yaml.org,2002:bool": (re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    "tag:yaml.org,2002:int": (
        re.compile("^(?:[-+]?(?:0|[1-9][0-9]*)|0o[0-7]+|0x[0-9a-fA-F]+)$"),
        "-+0123456789",
    ),
    "tag:yaml.org,2002:float": (
        re.compile(
            r"^(?:[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
        ),
        "-+0123456789.",
    ),
}
"""What is no text: tag to pattern and first letters."""


def load_yaml(text: str, what: str) -> Any:
    """The value of the text as YAML 1.2 has it: "yes" and "8:30" are words, not true and 510; "007" stays as it is
    written. Raises WorkbenchError that names `what` and the line."""
    import yaml

    if len(text) > MOST_CHARACTERS:
        raise WorkbenchError(
            f"{what} has {len(text):,} characters of YAML; that is far too many.", code="bad_prompt_file"
        )
    loader = _loader()
    try:
        _check_depth(yaml.parse(text, Loader=loader), what)
        value = yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise _bad(what, f"{error.problem or error.context or 'it cannot be read'}{where}") from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise _bad(what, " ".join(str(error).split())[:200] or "it is nested too deeply") from error
    _count(value, what)
    return value


def dump_yaml(value: Any) -> str:
    """As people write it: in the given order, several lines as a block."""
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def represent(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)

    Dumper.add_representer(str, represent)
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)


@cache
def _loader() -> Any:
    """PyYAML reads YAML 1.1, which takes words of answers for numbers and truth values."""
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    loader: Any = type("Yaml12Loader", (base,), {})
    loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in known if tag not in _PLAIN]
        for first, known in base.yaml_implicit_resolvers.items()
    }
    for tag, (pattern, firsts) in _PLAIN.items():
        loader.add_implicit_resolver(tag, pattern, list(firsts))
    return loader


def _check_depth(events: "Iterator[yaml.Event]", what: str) -> None:
    """Building values is recursive in C: thousands of brackets would end the process, not raise an error."""
    import yaml

    depth = 0
    for event in events:
        match event:
            case yaml.CollectionStartEvent():
                depth += 1
                if depth > _DEEPEST:
                    raise _bad(what, f"it is nested too deeply{_line_of(event)}")
            case yaml.CollectionEndEvent():
                depth -= 1


def _count(value: Any, what: str) -> None:
    waiting, seen = [value], 0
    while waiting:
        each = waiting.pop()
        seen += 1
        if seen > _MOST_VALUES:
            raise _bad(what, "it holds far too many values")
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _bad(what: str, why: str) -> WorkbenchError:
    return WorkbenchError(f"{what} is no valid YAML: {why}.", hint="Correct it there.", code="bad_prompt_file")


def _line_of(event: "yaml.Event") -> str:
    mark = event.start_mark
    return "" if mark is None else f", line {mark.line + 1}"
