"""The child process that renders chat templates: a program from a stranger, kept from the disk, from time and memory.

Started as a plain script (`python -P template_process.py`), so that it costs an import of jinja2 and nothing else; it
therefore imports nothing of ours. The sandbox keeps a template from running code but bounds neither its time nor its
memory: that is what this process is for. One JSON object per line in and out.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from jinja2 import TemplateError, nodes
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment

CPU_SECONDS = 2.0
MEMORY_BYTES = 512 * 1024 * 1024
MAX_TEXT = 8_000_000
MAX_TEMPLATE = 1_000_000


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


def answer(environment: ImmutableSandboxedEnvironment, request: dict[str, Any]) -> dict[str, str]:
    """`{"text"}`, or `{"error", "kind"}` where kind is syntax, unsafe, raised, time, memory, length or failed."""
    try:
        if len(request["template"]) > MAX_TEMPLATE:
            return {"error": f"it is {len(request['template'])} characters long", "kind": "length"}
        text = environment.from_string(request["template"]).render(request["variables"])
    except OutOfTimeError:
        return {"error": f"it did not finish within {CPU_SECONDS:.0f} seconds", "kind": "time"}
    except MemoryError:
        return {"error": "it needs too much memory", "kind": "memory"}
    except TemplateSyntaxError as error:
        return {"error": f"{error.message} (line {error.lineno})", "kind": "syntax"}
    except SecurityError as error:
        return {"error": str(error), "kind": "unsafe"}
    except RaisedByTemplate as error:
        return {"error": str(error), "kind": "raised"}
    except Exception as error:  # noqa: BLE001  (whatever a stranger's template provokes is its failure, told by name)
        return {"error": f"{type(error).__name__}: {error}"[:2000], "kind": "failed"}
    if len(text) > MAX_TEXT:
        return {"error": f"it makes a prompt of {len(text)} characters", "kind": "length"}
    return {"text": text}


def serve() -> None:
    """Answer line by line until the parent closes the pipe."""
    _limit_memory()
    environment = build_environment()
    timer = _cpu_timer()
    _say({"ready": "1"})
    for line in sys.stdin:
        timer(CPU_SECONDS)
        try:
            reply = answer(environment, json.loads(line))
        except OutOfTimeError:
            reply = {"error": f"it did not finish within {CPU_SECONDS:.0f} seconds", "kind": "time"}
        timer(0)
        _say(reply)


def _say(reply: dict[str, str]) -> None:
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
