import pytest

from workbench.errors import WorkbenchError
from workbench.llm.scripted_engine import ScriptedEngine
from workbench.llm.types import ChatEngine, ChatMessage, FinishReason, GenerationConfig, GenerationRequest, Role


def ask(text: str, **config: int) -> GenerationRequest:
    messages = (ChatMessage(role=Role.USER, content=text),)
    return GenerationRequest(messages=messages, config=GenerationConfig.model_validate(config))


def test_that_answers_come_in_the_order_of_the_script_and_questions_are_kept() -> None:
    engine: ChatEngine = ScriptedEngine(["one two", "three"])
    said: list[str] = []
    first = engine.stream(ask("a b c"), said.append, lambda: False)
    assert (first.text, said, first.usage.prompt_tokens) == ("one two", ["one", " two"], 3)
    assert engine.stream(ask("d"), said.append, lambda: False).text == "three"
    assert isinstance(engine, ScriptedEngine)
    assert [request.messages[0].content for request in engine.asked] == ["a b c", "d"]


def test_that_a_function_may_answer_and_limits_hold() -> None:
    engine = ScriptedEngine(lambda request: request.messages[0].content.upper(), context_length=4)
    done, too_long = engine.complete_all([ask("a b c", max_tokens=2), ask("a b c d")], lambda _: None, lambda: False)
    assert (done.text, done.finish_reason) == ("A B", FinishReason.LENGTH)
    assert too_long.finish_reason is FinishReason.ERROR
    with pytest.raises(WorkbenchError, match="The prompt has 4 tokens"):
        engine.stream(ask("a b c d"), lambda _: None, lambda: False)


def test_that_a_stop_keeps_what_was_said() -> None:
    engine = ScriptedEngine(["one two three"])
    said: list[str] = []
    completion = engine.stream(ask("a"), said.append, lambda: len(said) == 2)
    assert (completion.text, completion.finish_reason) == ("one two", FinishReason.CANCELLED)
