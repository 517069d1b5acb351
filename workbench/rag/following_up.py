"""Follow-up questions: "And the lamp?" is rewritten to stand alone before documents are searched for it."""

from collections.abc import Sequence

from workbench import resources
from workbench.llm.types import ChatEngine, ChatMessage, FinishReason, GenerationConfig, GenerationRequest, Role
from workbench.rag.answer_types import AskRequest, StandaloneQuestion
from workbench.rag.search_types import Question

LONGEST_TOKENS = 96
EARLIER_TURNS = 6
"""How many messages back the model looks."""
MOST_TIMES_LONGER = 6
"""A rewriting so many times as long as the question (and more than a line) is no rewriting but an answer."""
_LINE = 200
_SIGNS = frozenset("{}[]<>|\\")


def standalone(engine: ChatEngine, question: Question, request: AskRequest) -> StandaloneQuestion:
    """What the question means, as the request's model understands it. It is asked as it stands, and that is said,
    where the model gives nothing that can be a question."""
    asked = GenerationRequest(
        id=question.id,
        messages=_messages(question.text, request.history),
        config=GenerationConfig(max_tokens=LONGEST_TOKENS),
        adapter=request.adapter,
    )
    completion = engine.stream(asked, lambda _text: None, lambda: False)
    said = " ".join(completion.text.strip().strip('"“”').split())
    problem = _problem(said, question.text, completion.finish_reason) or _noise(said, question.text, request.history)
    if problem:
        return StandaloneQuestion(
            id=question.id, asked=question.text, text=question.text, remark=f"Asked as it stands: {problem}."
        )
    return StandaloneQuestion(id=question.id, asked=question.text, text=said)


def _messages(question: str, history: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
    earlier = "\n".join(f"{message.role}: {message.content}" for message in history[-EARLIER_TURNS:])
    return (
        ChatMessage(role=Role.SYSTEM, content=resources.text("prompts/standalone_question.md").strip()),
        ChatMessage(role=Role.USER, content=f"Earlier turns:\n{earlier}\n\nNew question: {question}"),
    )


def _problem(said: str, question: str, reason: FinishReason) -> str:
    if reason is FinishReason.ERROR:
        return "the model could not rewrite it"
    if not said:
        return "the model wrote nothing"
    if len(said) > max(_LINE, MOST_TIMES_LONGER * len(question)) or reason is FinishReason.LENGTH:
        return "the model wrote more than a question"
    return ""


def _noise(said: str, question: str, history: Sequence[ChatMessage]) -> str:
    """What small models write in place of a question: signs of code that nobody used before."""
    before = question + "".join(message.content for message in history)
    return "" if set(said) & _SIGNS <= set(before) else "the model wrote no question"
