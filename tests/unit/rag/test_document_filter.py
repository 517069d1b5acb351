"""Which documents a question is put to."""

import os
import time
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from tests.unit.rag.test_store import EMBEDDER, indexed
from workbench.cli.retrieving import check_named
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.paths import WorkbenchPaths
from workbench.rag.document_filter import DocumentFilter, NoSuchDocuments
from workbench.rag.folders import file_state
from workbench.rag.languages import language_of
from workbench.rag.search_settings_store import SearchSettings
from workbench.rag.search_types import RetrievalMode
from workbench.rag.store import CollectionStore
from workbench.rag.tables import DocumentRow
from workbench.rag.types import ChunkingConfig
from workbench.rag.upkeep_types import PurgeRequest

ENGLISH = "The documents of the house are in the kitchen, and it was said that they have to be read at once."
GERMAN = "Die Unterlagen des Hauses liegen in der Küche, und es heißt, dass sie nicht gelesen werden dürfen."


@pytest.fixture
def store(database: Database, home: WorkbenchPaths, tmp_path: Path) -> CollectionStore:
    store = CollectionStore(database, home)
    for name in ("house", "garden"):
        store.create(name, EMBEDDER, ChunkingConfig())
    days = {"a.md": "2023-05-01", "letters/b.md": "2024-05-01", "letters/old/c.md": "2024-06-30"}
    for name, day in days.items():
        file = tmp_path / Path(name).name
        file.write_text(name)
        stamp = time.mktime(time.strptime(day, "%Y-%m-%d")) + 3600
        os.utime(file, (stamp, stamp))
        size, _, _, inode = file_state(file).words.split()
        state = f"{size} {int(stamp * 1e9)} {int(stamp * 1e9)} {inode}"
        item = indexed(f"/d/{name}", GERMAN if name == "a.md" else ENGLISH, sha256=name)
        store.files.record("house", item.model_copy(update={"name": name, "file_state": state}))
    return store


def found(store: CollectionStore, **wanted: object) -> tuple[str, ...]:
    return store.filters.resolve("house", DocumentFilter.model_validate(wanted)).documents


def test_that_documents_are_chosen_by_the_day_of_their_last_change(store: CollectionStore) -> None:
    assert found(store, since=date(2024, 5, 1)) == ("letters/b.md", "letters/old/c.md")
    assert found(store, until=date(2024, 5, 1)) == ("a.md", "letters/b.md")
    assert store.filters.changed_between("house", date(2024, 6, 1), date(2024, 6, 30)) == ["letters/old/c.md"]


def test_that_what_is_named_must_all_hold(store: CollectionStore) -> None:
    assert found(store, since=date(2024, 1, 1), folders=("letters/old",)) == ("letters/old/c.md",)
    assert found(store, since=date(2023, 1, 1), folders=("letters/old/",), documents=("a.md",)) == (
        "a.md",
        "letters/old/c.md",
    )
    assert store.filters.resolve("house", DocumentFilter(folders=("letters",))).folders == ("letters",)
    assert store.filters.folders("house") == ["letters", "letters/old"]


def test_that_nothing_to_look_into_is_refused_in_words_and_never_means_everywhere(store: CollectionStore) -> None:
    with pytest.raises(WorkbenchError, match="No document of “house” was changed since 2030-01-01"):
        store.asked_refs("house", (), DocumentFilter(since=date(2030, 1, 1)))
    with pytest.raises(ValidationError, match="after the last"):
        DocumentFilter(since=date(2024, 2, 1), until=date(2024, 1, 1))


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"documents": ("nope.md",)}, "No document of “house” that can be searched is called “nope.md”"),
        ({"folders": ("old",)}, "No folder of “house” that can be searched is called “old/”"),
        ({"documents": ("letters",), "folders": ("a.md",)}, "is called “letters” or “a.md/”"),
        ({"documents": ("nope.md",), "since": date(2020, 1, 1)}, "is called “nope.md”"),
    ],
)
def test_that_names_that_nothing_has_are_said(store: CollectionStore, wanted: dict[str, object], said: str) -> None:
    with pytest.raises(NoSuchDocuments, match=said):
        store.asked_refs("house", (), DocumentFilter.model_validate(wanted))


def test_that_of_chosen_documents_some_may_have_gone(store: CollectionStore) -> None:
    assert found(store, documents=("a.md", "gone.md")) == ("a.md", "gone.md")
    assert store.filters.missing("house", ["a.md", "gone.md", "letters/", "letters", "letters/old/", "a.md/"]) == [
        "gone.md", "letters", "a.md/",
    ]  # fmt: skip


def test_that_a_name_after_only_is_of_one_of_the_collections_that_are_asked(store: CollectionStore) -> None:
    check_named(store, ("garden", "house"), ("a.md", "letters/", "letters"))
    with pytest.raises(NoSuchDocuments, match=r"“garden” or “house” that can be searched is called “b\.md”"):
        check_named(store, ("garden", "house"), ("a.md", "b.md"))
    with pytest.raises(NoSuchDocuments, match="“garden” that can"):
        check_named(store, ("garden",), ("a.md",))


def test_that_days_hold_for_the_collections_that_are_asked_too(store: CollectionStore) -> None:
    wanted = DocumentFilter(since=date(2024, 6, 1), folders=("letters",))
    first, others = store.asked_refs("house", ("garden",), wanted)
    assert first.only.documents == ("letters/old/c.md",)
    assert others == (), "the garden has no document of these days"
    _, others = store.asked_refs("house", ("garden",), DocumentFilter(folders=("letters",)))
    assert [ref.only.folders for ref in others] == [()], "folders are the first one's own"


def test_that_languages_of_older_documents_are_told_afterwards(store: CollectionStore, database: Database) -> None:
    with database.session() as session:
        assert set(session.scalars(sa.select(DocumentRow.language))) == {None}
    assert store.filters.languages("house") == {"unknown": 3}
    store.filters.find_languages("house")
    assert store.filters.languages("house") == {"English": 2, "German": 1}
    assert found(store, languages=("German",)) == ("a.md",)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "English"),
        (GERMAN, "German"),
        ("Le chat est dans la maison et il ne veut pas sortir avec nous pour le moment.", "French"),
        ("彼は昨日、図書館で本を読みました。", "Japanese"),
        ("他昨天在图书馆看书。", "Chinese"),
        ("Он вчера читал книгу в библиотеке.", "Russian"),
        ("Він учора читав книгу в бібліотеці, а її брат ішов додому.", "Ukrainian"),
        ("كان يقرأ كتابا في المكتبة أمس", "Arabic"),
        ("12.5 400 3,000 %", ""),
        ("Kettle", ""),
    ],
)
def test_that_a_language_is_told_by_script_or_little_words(text: str, language: str) -> None:
    assert language_of([text]) == language


def test_that_search_settings_are_kept_with_their_collection(store: CollectionStore, database: Database) -> None:
    assert store.search_settings.load("house") == SearchSettings()
    chosen = SearchSettings(mode=RetrievalMode.TEXT, also=("garden",), documents=DocumentFilter(folders=("letters",)))
    store.search_settings.save("house", chosen)
    store.search_settings.save("house", chosen.model_copy(update={"top_k": 9}))
    assert store.search_settings.load("house").top_k == 9
    assert store.search_settings.load("garden") == SearchSettings()
    store.delete("house")
    store.search_settings.save("house", chosen)
    assert store.search_settings.load("house") == SearchSettings()


def test_that_a_purged_document_is_named_by_no_setting(store: CollectionStore, database: Database) -> None:
    wanted = DocumentFilter(documents=("a.md", "letters/b.md"))
    store.search_settings.save("house", SearchSettings(top_k=9, documents=wanted))
    store.removal.delete("house", ["/d/a.md"])
    ids = tuple(store.removal.all_deleted("house"))
    request = PurgeRequest(collection="house", copies=(), doc_hashes=store.removal.hashes(ids), document_ids=ids)
    store.removal.record_purge(request)
    left = store.search_settings.load("house")
    assert (left.documents.documents, left.top_k) == (("letters/b.md",), 9)


@pytest.mark.logs_warnings
def test_that_settings_of_another_version_are_the_defaults_again(store: CollectionStore, database: Database) -> None:
    store.search_settings.save("house", SearchSettings(top_k=9))
    with database.session() as session:
        session.execute(sa.text("UPDATE rag_search_settings SET settings = '{\"colour\": 1}'"))
    assert store.search_settings.load("house") == SearchSettings()
