"""The child process that renders templates: a program from a stranger, kept from the disk, from time and memory.

Started as a plain script (`python -P template_process.py`), so that it costs an import of jinja2 and nothing else; it
therefore imports nothing of ours. The sandbox keeps a template from running code but bounds neither its time nor its
memory: that is what this process is for. One JSON object per line in and out: the chat template of a model
(`template`, `variables`) or the blocks of a prompt (`templates`, `variables`, `items`).
"""

import functools
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

CPU_SECONDS = 2.0
MEMORY_BYTES = 512 * 1024 * 1024
MAX_TEXT = 8_000_000
MAX_TEMPLATE = 1_000_000
KEPT_TEMPLATES, KEPT_CHARACTERS = 8, 100_000
"""Compiled templates that are kept, and how long one may be for it: compiling takes longer than rendering, and the
rows of a training have one template."""
_UNDEFINED = re.compile(r"'(.*)' is undefined")
_NEVER_THE_SAME = ("lipsum",), ("random",)
"""Globals and filters that a prompt may not use: the same version with the same values is the same text."""


class RaisedByTemplate(TemplateError):
    """The template's own complaint: `raise_exception("...")`."""


class OutOfTimeError(Exception):
    """The processor time of one rendering is used up."""


class GenerationTag(Extension):
    """`{% generation %}` marks the assistant's text for training; when answering it means nothing."""

    tags = {"generation"}  # noqa: RUF012  (jinja2 declares it so)

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def build_environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols, GenerationTag], cache_size=8
    )
    environment.globals |= {"raise_exception": _raise, "strftime_now": time.strftime}
    environment.filters["tojson"] = _to_json
    return environment


def build_prompt_environment() -> ImmutableSandboxedEnvironment:
    """For prompts of the user: a variable without a value is an error, and text stays as it was written."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        extensions=[loopcontrols],
        cache_size=0,
    )
    environment.filters["tojson"] = _to_json
    functions, filters = _NEVER_THE_SAME
    for name in functions:
        del environment.globals[name]
    for name in filters:
        del environment.filters[name]
    return environment


class Renderer:
    """An environment and the templates that were last compiled in it; rendering leaves nothing behind in them."""

    def __init__(self, environment: ImmutableSandboxedEnvironment) -> None:
        self._environment = environment
        self._kept = functools.lru_cache(KEPT_TEMPLATES)(environment.from_string)

    def compiled(self, source: str) -> Template:
        return self._kept(source) if len(source) <= KEPT_CHARACTERS else self._environment.from_string(source)


def answer(renderer: Renderer, request: dict[str, Any]) -> dict[str, Any]:
    """`{"text"}`, or `{"error", "kind"}` where kind is syntax, unsafe, raised, time, memory, length or failed."""
    try:
        if len(request["template"]) > MAX_TEMPLATE:
            return {"error": f"it is {len(request['template'])} characters long", "kind": "length"}
        text = renderer.compiled(request["template"]).render(request["variables"])
    except Exception as error:  # noqa: BLE001  (whatever a stranger's template provokes is its failure, told by name)
        return _told(error)
    if len(text) > MAX_TEXT:
        return {"error": f"it makes a prompt of {len(text)} characters", "kind": "length"}
    return {"text": text}


def answer_blocks(renderer: Renderer, request: dict[str, Any]) -> dict[str, Any]:
    """`{"texts"}`: one for each item, a pair of a template's index and the variables that are different for it.

    Or the error of the first that fails, as in `answer`, with its template's index as `block` and its `line`; of a
    variable without a value (kind undefined) also its `name`.
    """
    compiled: dict[int, Template] = {}  # also of templates that are too long or too many to be kept
    texts: list[str] = []
    room = MAX_TEXT
    for index, own in request["items"]:
        try:
            if index not in compiled:
                compiled[index] = renderer.compiled(request["templates"][index])
            text = compiled[index].render(request["variables"] | own)
        except Exception as error:  # noqa: BLE001  (as above)
            return {**_told(error), "block": index, "line": _line_of(error)}
        room -= len(text)
        if room < 0:
            return {"error": f"it makes a text of more than {MAX_TEXT} characters", "kind": "length", "block": index}
        texts.append(text)
    return {"texts": texts}


def _told(error: Exception) -> dict[str, Any]:
    match error:
        case OutOfTimeError():
            return {"error": f"it did not finish within {CPU_SECONDS:.0f} seconds", "kind": "time"}
        case MemoryError():
            return {"error": "it needs too much memory", "kind": "memory"}
        case TemplateSyntaxError():
            return {"error": f"{error.message} (line {error.lineno})", "kind": "syntax"}
        case SecurityError():
            return {"error": str(error), "kind": "unsafe"}
        case RaisedByTemplate():
            return {"error": str(error), "kind": "raised"}
        case UndefinedError() if found := _UNDEFINED.fullmatch(str(error)):
            return {"error": str(error), "kind": "undefined", "name": found[1]}
        case _:
            return {"error": f"{type(error).__name__}: {error}"[:2000], "kind": "failed"}


def _line_of(error: Exception) -> int:
    """The line of the template, from 1, that was being rendered; 0 when it is not known."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def serve() -> None:
    """Answer line by line until the parent closes the pipe."""
    _limit_memory()
    chats, prompts = Renderer(build_environment()), Renderer(build_prompt_environment())
    timer = _cpu_timer()
    _say({"ready": "1"})
    for line in sys.stdin:
        timer(CPU_SECONDS)
        try:
            request = json.loads(line)
            reply = answer_blocks(prompts, request) if "items" in request else answer(chats, request)
        except OutOfTimeError:
            reply = {"error": f"it did not finish within {CPU_SECONDS:.0f} seconds", "kind": "time"}
        timer(0)
        _say(reply)


def _say(reply: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


def _raise(message: str) -> None:
    raise RaisedByTemplate(str(message))


def _to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None, **_: Any) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)


def _limit_memory() -> None:
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _cpu_timer() -> Callable[[float], None]:
    """Counts processor time, not waiting: a busy machine must not make an honest template fail."""
    if os.name != "posix":
        return lambda _seconds: None  # Windows: the parent's deadline alone
    import resource

    def expire(_number: int, _frame: Any) -> None:
        raise OutOfTimeError

    def start(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        # A signal handler waits for a single endless operation to end; the system's limit does not.
        used = int(time.process_time())
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        soft = used + 2 * int(CPU_SECONDS) if seconds else hard
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))

    signal.signal(signal.SIGPROF, expire)
    return start


if __name__ == "__main__":
    serve()
