"""Follow-up questions are rewritten, or asked as they stand with a reason."""

from pathlib import Path

import pytest

from workbench.embedding import EmbedderRef
from workbench.llm.scripted_engine import ScriptedEngine
from workbench.llm.types import ChatMessage, ModelRef, Role
from workbench.rag.answer_types import AskRequest
from workbench.rag.following_up import standalone
from workbench.rag.search_types import Question
from workbench.rag.types import CollectionRef

HISTORY = (
    ChatMessage(role=Role.USER, content="How long is the warranty of the kettle?"),
    ChatMessage(role=Role.ASSISTANT, content="3 years [1]."),
)


def request() -> AskRequest:
    embedder = EmbedderRef(name="e", path="/e", content_hash="0")
    return AskRequest(
        collection=CollectionRef(name="c", folder="/c", embedder=embedder),
        questions=(Question(text="And the lamp?"),),
        model=ModelRef(name="m", path="/m"),
        history=HISTORY,
    )


@pytest.mark.parametrize(
    ("said", "text", "remark"),
    [
        ('"How long is the warranty of the lamp?"', "How long is the warranty of the lamp?", ""),
        ("", "And the lamp?", "the model wrote nothing"),
        ("word " * 90, "And the lamp?", "more than a question"),
        ('no key with number", "the "the "lamp"}', "And the lamp?", "the model wrote no question"),
    ],
)
def test_that_a_rewriting_must_be_a_question(said: str, text: str, remark: str, tmp_path: Path) -> None:
    found = standalone(ScriptedEngine([said]), request().questions[0], request())
    assert (found.asked, found.text) == ("And the lamp?", text)
    assert remark in found.remark
