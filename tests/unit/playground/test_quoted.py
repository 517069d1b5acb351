"""A purge of documents takes out of the playground's conversations what they quote; the questions stay."""

from tests.unit.playground.test_conversation import conversation, turn
from tests.unit.playground.test_conversation_store import saved
from workbench.database import Database
from workbench.llm.types import ChatMessage, Completion, FinishReason, Role
from workbench.paths import WorkbenchPaths
from workbench.playground.conversation import Retrieved, Turn
from workbench.playground.conversation_store import ConversationStore
from workbench.playground.quoted import PURGED, forget_quoted, without_purged

SECRET = "The key lies under the mat."


def quoting(name: str) -> Turn:
    plain = turn(name)
    return plain.model_copy(
        update={
            "asked": (ChatMessage(role=Role.USER, content=f"{SECRET} Where?"),),
            "answer": SECRET,
            "completion": Completion(text=SECRET, finish_reason=FinishReason.STOP, final_prompt=SECRET),
            "answered_by": plain.answered_by.model_copy(update={"collection": "house"}),
            "retrieved": (Retrieved(title="Keys", text=SECRET, document="keys.md", page=1),),
        }
    )


def later(name: str, parent: str) -> Turn:
    answered = turn(name, parent, "Gladly.")
    assert answered.completion is not None
    completion = answered.completion.model_copy(update={"final_prompt": f"{SECRET} Thanks."})
    return answered.model_copy(update={"completion": completion})


TALK = conversation(quoting("a"), later("b", "a"))


def keys_are_gone(collection: str, document: str) -> bool:
    return (collection, document) == ("house", "keys.md")


def test_that_no_byte_of_a_purged_document_is_left(database: Database, home: WorkbenchPaths) -> None:
    store, kept = ConversationStore(database), saved()
    column = kept.columns[0].model_copy(update={"conversation": TALK})
    store.save(kept.model_copy(update={"columns": (column, kept.columns[1])}))
    forget_quoted(database, keys_are_gone)
    database.forget()
    left = b"".join(path.read_bytes() for path in home.home.rglob("*") if path.is_file())
    assert SECRET.encode() not in left
    assert b"keys.md" not in left
    found = store.find(kept.id)
    assert found is not None
    first, second = found.columns[0].conversation.turns
    assert (first.question, first.problem, first.retrieved[0].page) == ("a?", PURGED, 1)
    assert second.answer == "Gladly."
    assert found.columns[1] == kept.columns[1]


def test_that_documents_of_another_collection_or_name_stay() -> None:
    assert without_purged(TALK, lambda collection, document: document == "other.md") is TALK
    assert without_purged(TALK, lambda collection, document: collection == "garden") is TALK
