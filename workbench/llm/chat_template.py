"""How messages become one string for a given model: its own template, rendered in a process with limits."""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.llm.template_child import TemplateChild
from workbench.llm.types import ChatMessage

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
        self._child = TemplateChild(template.model_name)

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
        reply = self._child.ask(request)
        if "text" in reply:
            return str(reply["text"])
        raise _problem(self.template, reply.get("kind", "failed"), reply.get("error", ""))

    def close(self) -> None:
        """End the process; rendering is over for good."""
        self._child.close()


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
