"""How messages become one string for a given model: its own template, rendered in a process with limits."""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from workbench.errors import WorkbenchError
from workbench.llm.types import ChatMessage

DEADLINE_SECONDS = 20.0
"""Wall clock, the last resort: the child stops by itself after 2 s of processor time, its system ends it after 4."""
START_SECONDS = 60.0

PLAIN = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant:{% endif %}"
)
"""The fallback for a model without a template; shown as "plain"."""


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A model's template with what it may refer to."""

    source: str
    model_name: str
    bos: str = ""
    eos: str = ""

    @property
    def is_fallback(self) -> bool:
        return not self.source

    @property
    def name(self) -> str:
        return "plain (role: content)" if self.is_fallback else "the model's own"


class TemplateRenderer:
    """Renders one template. Owns the child process: starts it at the first use, replaces it after a kill."""

    def __init__(self, template: ChatTemplate) -> None:
        self.template = template
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._is_closed = False

    def render(self, messages: Sequence[ChatMessage]) -> str:
        """The prompt. Raises WorkbenchError with the template's own words when it refuses, fails or does not end."""
        request = {
            "template": self.template.source or PLAIN,
            "variables": {
                "messages": [{"role": m.role.value, "content": m.content} for m in messages],
                "add_generation_prompt": True,
                "bos_token": self.template.bos,
                "eos_token": self.template.eos,
            },
        }
        with self._lock:
            if self._is_closed:
                raise WorkbenchError(
                    f"{self.template.model_name} was unloaded.", hint="Ask again.", code="engine_closed"
                )
            reply = self._ask(json.dumps(request) + "\n")
        if "text" in reply:
            return reply["text"]
        raise _problem(self.template, reply.get("kind", "failed"), reply.get("error", ""))

    def close(self) -> None:
        """End the process; rendering is over for good."""
        with self._lock:
            self._is_closed = True
            self._stop()

    def _ask(self, line: str) -> dict[str, str]:
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
        except OSError:
            self._stop()
            return {"error": "its process ended", "kind": "failed"}
        reply = _read_line(process, DEADLINE_SECONDS)
        if reply is None:
            self._stop()
            return {"error": "it did not finish", "kind": "time"}
        return reply

    def _started(self) -> subprocess.Popen[str]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._stop()
        script = Path(__file__).with_name("template_process.py")
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        if _read_line(self._process, START_SECONDS) is None:
            self._stop()
            raise WorkbenchError("The process that renders chat templates does not start.", code="template_process")
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close_quietly(pipe)


def _read_line(process: subprocess.Popen[str], seconds: float) -> dict[str, str] | None:
    """The next reply, or None when the process ended or was killed at the deadline."""
    assert process.stdout is not None
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        line = process.stdout.readline()
    finally:
        timer.cancel()
    return json.loads(line) if line.endswith("\n") else None


def _close_quietly(pipe: IO[str]) -> None:
    with contextlib.suppress(OSError):  # a line that the dead process never read
        pipe.close()


def _problem(template: ChatTemplate, kind: str, why: str) -> WorkbenchError:
    owner = f"The chat template of {template.model_name}"
    own_fault = "The template is part of the model file; choose another model or another build of it."
    match kind:
        case "unsafe":
            message, hint = f"{owner} tries to run code; it was blocked.", own_fault
        case "raised":
            message, hint = (
                f'{owner} refuses these messages: "{why}"',
                "Change the messages, for example leave out the system prompt.",
            )
        case "syntax":
            message, hint = f"{owner} has a mistake: {why}.", own_fault
        case "time":
            message, hint = f"{owner} does not finish.", own_fault
        case "memory" | "length":
            message, hint = f"{owner} was stopped: {why}.", own_fault
        case _:
            message, hint = f"{owner} fails: {why}", own_fault
    return WorkbenchError(message, hint=hint, details=f"{why}\n\n{template.source}", code=f"template_{kind}")
