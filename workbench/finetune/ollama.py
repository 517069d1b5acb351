"""An Ollama Modelfile for a merged model: the chat template in Ollama's language, the marks that end an answer.

The template of a model is a program (Jinja); Ollama's is another language. So it is not translated line by line: what
the template writes around the texts of a conversation is read off a few conversations, and the translation is believed
only when it gives the same prompts as the original for others, longer ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.errors import WorkbenchError
from workbench.llm.types import ChatMessage, Role

Render = Callable[[Sequence[ChatMessage]], str]
"""The prompt of a conversation, by the model's own template."""
_SYSTEM, _ASKED, _SAID, _AGAIN = "Qsystemtext1", "Qusertext2", "Qanswertext3", "Qusertext4"
_TOO_DIFFERENT = "its chat template does more than putting marks around the messages"


@dataclass(frozen=True, slots=True)
class Marks:
    """What a template writes around the texts. After a user's text comes `before_answer` or `open_answer`."""

    before_system: str
    after_system: str
    before_user: str
    before_answer: str
    after_answer: str
    open_answer: str
    default: str = ""
    """Put before everything where there is no system message."""
    is_folded: bool = False
    """The system message stands in the first user's turn: that one has no `before_user` of its own."""
    has_system: bool = True

    def render(self, messages: Sequence[ChatMessage]) -> str:
        """The prompt, as Ollama will write it."""
        has_system = messages[0].role is Role.SYSTEM
        parts = [] if has_system else [self.default]
        for place, message in enumerate(messages):
            match message.role:
                case Role.SYSTEM:
                    parts += [self.before_system, message.content, self.after_system]
                case Role.USER:
                    is_bare = self.is_folded and has_system and place == 1
                    parts += ["" if is_bare else self.before_user, message.content]
                case Role.ASSISTANT:
                    parts += [self.before_answer, message.content, self.after_answer]
        return "".join([*parts, self.open_answer])

    def in_go(self) -> str:
        """The same in the language of Ollama's templates."""
        user = self.before_user
        if self.is_folded:
            user = "{{ if and (eq $i 1) $.System }}{{ else }}" + user + "{{ end }}"
        default = "{{ if not .System }}" + self.default + "{{ end }}" if self.default else ""
        system = '{{ if eq $m.Role "system" }}' + self.before_system + "{{ $m.Content }}" + self.after_system
        return (
            default + "{{ range $i, $m := .Messages }}" + system
            + '{{ else if eq $m.Role "user" }}' + user + "{{ $m.Content }}"
            + '{{ else if eq $m.Role "assistant" }}' + self.before_answer + "{{ $m.Content }}" + self.after_answer
            + "{{ end }}{{ end }}" + self.open_answer
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TranslatedTemplate:
    """The template in Ollama's language, or why there is none."""

    text: str = ""
    reason: str = ""
    has_system: bool = True
    """Whether it takes system messages."""


def translate_template(render: Render, begin_mark: str) -> TranslatedTemplate:
    """Read the marks off, and prove them. `begin_mark` (bos) is left out: Ollama writes it by itself."""
    try:
        marks = _read_marks(render, begin_mark)
    except _NotTranslatable as problem:
        return TranslatedTemplate(reason=str(problem))
    for messages in _conversations(marks.has_system):
        if marks.render(messages) != render(messages).removeprefix(begin_mark):
            return TranslatedTemplate(reason=_TOO_DIFFERENT)
    text = marks.in_go()
    literals = (marks.before_system, marks.after_system, marks.before_user, marks.before_answer, marks.after_answer,
                marks.open_answer, marks.default)  # fmt: skip
    if any("{{" in literal or '"""' in literal for literal in literals):
        return TranslatedTemplate(reason="its marks mean something else in Ollama's language")
    return TranslatedTemplate(text, has_system=marks.has_system)


def modelfile(
    file_name: str, template: TranslatedTemplate, stops: Sequence[str], context_length: int, temperature: float
) -> str:
    """The text of the Modelfile. Without a translated template Ollama looks for one that it knows in the file."""
    lines = [f"FROM ./{file_name}"]
    if template.text:
        lines.append(f'TEMPLATE """{template.text}"""')
    else:
        lines.append(f"# No TEMPLATE: {template.reason}. Ollama then uses what it recognises in the file itself.")
    lines.append(f"PARAMETER num_ctx {context_length}")
    lines.append(f"PARAMETER temperature {temperature:g}")
    lines += [f'PARAMETER stop "{stop}"' for stop in stops if '"' not in stop and "\n" not in stop]
    return "\n".join(lines) + "\n"


class _NotTranslatable(Exception):
    pass


def _read_marks(render: Render, begin_mark: str) -> Marks:
    alone = _between(render, begin_mark, _user(_ASKED))
    talk = _between(render, begin_mark, _user(_ASKED), _assistant(_SAID), _user(_AGAIN))
    first, open_answer = alone
    _, before_answer, after_answer, _ = talk
    try:
        before_system, system_user, _ = _between(render, begin_mark, _system(_SYSTEM), _user(_ASKED))
    except WorkbenchError:  # the template refuses system messages, and says so to whoever sends one
        return _marks_without_system(first, before_answer, after_answer, open_answer)
    is_folded = not system_user.endswith(_common_end(after_answer, first) or "\0")
    before_user = _common_end(after_answer, first) if is_folded else _common_end(system_user, after_answer, first)
    return Marks(
        before_system=before_system,
        after_system=system_user if is_folded else system_user[: len(system_user) - len(before_user)],
        before_user=before_user,
        before_answer=before_answer,
        after_answer=after_answer[: len(after_answer) - len(before_user)],
        open_answer=open_answer,
        default=first[: len(first) - len(before_user)],
        is_folded=is_folded,
    )


def _marks_without_system(first: str, before_answer: str, after_answer: str, open_answer: str) -> Marks:
    before_user = _common_end(after_answer, first)
    return Marks(
        before_system="",
        after_system="",
        before_user=before_user,
        before_answer=before_answer,
        after_answer=after_answer[: len(after_answer) - len(before_user)],
        open_answer=open_answer,
        default=first[: len(first) - len(before_user)],
        has_system=False,
    )


def _between(render: Render, begin_mark: str, *messages: ChatMessage) -> list[str]:
    """What stands before, between and after the texts of a conversation."""
    rest, parts = render(messages).removeprefix(begin_mark), []
    for message in messages:
        before, found, rest = rest.partition(message.content)
        if not found:
            raise _NotTranslatable("its chat template leaves out some messages")
        parts.append(before)
    return [*parts, rest]


def _common_end(*texts: str) -> str:
    """The longest text with which all of them end."""
    shortest = min(texts, key=len)
    for length in range(len(shortest), 0, -1):
        if all(text.endswith(shortest[-length:]) for text in texts):
            return shortest[-length:]
    return ""


def _conversations(has_system: bool) -> list[tuple[ChatMessage, ...]]:
    """Others than those that the marks were read off."""
    talk = (_user("Hello, who are you?"), _assistant("A model."), _user("And then?"), _assistant("No."), _user("Bye"))
    found: list[tuple[ChatMessage, ...]] = [talk[:1], talk[:3], talk]
    if has_system:
        rule = _system("Answer in one word.")
        found += [(rule, *talk[:1]), (rule, *talk[:3]), (rule, *talk)]
    return found


def _system(text: str) -> ChatMessage:
    return ChatMessage(role=Role.SYSTEM, content=text)


def _user(text: str) -> ChatMessage:
    return ChatMessage(role=Role.USER, content=text)


def _assistant(text: str) -> ChatMessage:
    return ChatMessage(role=Role.ASSISTANT, content=text)
