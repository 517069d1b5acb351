"""Files inside a file: found, cited and filtered by their own name and page; kept in sync with the file they lie in."""

import email
import email.policy
import io
import shutil
import zipfile
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.unit.rag.documents import pdf_bytes
from tests.unit.rag.loaders.files import archive_of
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.paths import WorkbenchPaths
from workbench.rag.document_filter import DocumentFilter, NoSuchDocuments
from workbench.rag.indexing import delete_documents, index_spec, rebuild_spec, sync_spec
from workbench.rag.indexing_types import FileIndexed, IndexReport, IndexRequest
from workbench.rag.judgement_store import RelevanceJudgement, Verdict
from workbench.rag.loaders import load
from workbench.rag.mail_dates import day_of, is_mail, sent_on
from workbench.rag.maintenance import rename
from workbench.rag.members import places_of
from workbench.rag.search_types import (
    Hit,
    Question,
    QuestionHits,
    RetrievalConfig,
    SearchRequest,
)
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import index, rebuild, search
from workbench.rag.upkeep_types import RebuildRequest, RenameRequest

NAME = "letters"
MAILBOX = (
    b"From ann@example.org Mon Jan  1 00:00:00 2024\nFrom: ann@example.org\nTo: bob@example.org\n"
    b"Subject: Offer 7/24\nDate: Mon, 01 Jan 2024 12:00:00 +0000\n\nThe greenhouse costs 900 euros.\n\n"
    b"From bob@example.org Tue Jan  2 00:00:00 2024\nFrom: bob@example.org\nTo: ann@example.org\n"
    b"Subject: Re: Offer 7/24\nDate: Tue, 02 Jan 2024 12:00:00 +0000\n\nThe submarine is too expensive for us.\n"
)


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    return CollectionStore(database, home)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    inner = archive_of({"deep.txt": "The lighthouse keeper is called Ilse."})
    files: dict[str, bytes | str] = {
        "2024/zebra.pdf": pdf_bytes(["The zebra eats grass.", "A trumpet costs 40 euros."]),
        "notes.txt": "The violin stands in the cellar.",
        "inner.zip": inner,
    }
    (folder / "all.zip").write_bytes(archive_of(files))
    (folder / "box.mbox").write_bytes(MAILBOX)
    return folder


def run_index(store: CollectionStore, *sources: Path) -> IndexReport:
    class Recorder(RecordingContext):
        def produce(self, item: object) -> None:
            if isinstance(item, FileIndexed):
                store.files.record(NAME, item)

    spec = index_spec(store, NAME, sources) if sources else sync_spec(store, NAME)
    assert spec is not None
    return index(Recorder(), IndexRequest.model_validate(spec.params))


def run_rebuild(store: CollectionStore) -> None:
    request = RebuildRequest.model_validate(rebuild_spec(store, NAME).params)
    store.indexes.put_in_place(request.collection, rebuild(RecordingContext(), request))


def found(store: CollectionStore, query: str, **only: object) -> list[Hit]:
    wanted = DocumentFilter.model_validate(only)
    ref = store.ref(NAME).model_copy(update={"only": store.filters.resolve(NAME, wanted)})
    context = RecordingContext()
    search(context, SearchRequest(collection=ref, queries=(Question(text=query),), retrieval=RetrievalConfig(top_k=9)))
    (hits,) = context.produced
    assert isinstance(hits, QuestionHits)
    return list(hits.hits)


def test_that_mails_of_a_mailbox_are_named_after_their_subject_and_place() -> None:
    parsed = load(MAILBOX, "box.mbox")
    assert [page.member for page in parsed.pages] == ["Offer 7-24 (mail 1)", "Re: Offer 7-24 (mail 2)"]


def test_that_a_member_counts_its_own_pages() -> None:
    data = archive_of(
        {"a.pdf": pdf_bytes(["One.", "Two."]), "b.zip": archive_of({"c.txt": "Three."}), "d.txt": "Four."}
    )
    places = places_of("all.zip", load(data, "all.zip").pages)
    assert [(place.document, place.page) for place in places.values()] == [
        ("all.zip/a.pdf", 1),
        ("all.zip/a.pdf", 2),
        ("all.zip/b.zip/c.txt", 1),
        ("all.zip/d.txt", 1),
    ]


def test_that_two_members_of_one_name_stay_two() -> None:
    parsed = load(archive_of({"../a.txt": "One.", "a.txt": "Two."}), "all.zip")
    assert [page.member for page in parsed.pages] == ["a.txt", "a.txt (2)"]


def test_that_an_archive_that_begins_with_a_pdf_as_it_is_stays_an_archive() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.pdf", pdf_bytes(["One.", "Two."]))
        archive.writestr("b.txt", "Three.")
    parsed = load(out.getvalue(), "all.zip")
    assert parsed.file_type == "ZIP archive"
    assert [page.member for page in parsed.pages] == ["a.pdf", "a.pdf", "b.txt"]


def test_that_a_warning_names_its_member() -> None:
    data = MAILBOX.replace(b"The submarine", b"The \0submarine")
    assert any(warning.startswith("Re: Offer 7-24 (mail 2): ") for warning in load(data, "box.mbox").warnings)


@pytest.mark.slow
def test_that_a_hit_names_the_member_and_its_page_and_leads_to_its_text(store: CollectionStore, folder: Path) -> None:
    run_index(store, folder)
    for query, document, page in (
        ("trumpet", "all.zip/2024/zebra.pdf", 2),
        ("lighthouse keeper", "all.zip/inner.zip/deep.txt", 1),
        ("submarine", "box.mbox/Re: Offer 7-24 (mail 2)", 1),
    ):
        hit = found(store, query)[0]
        assert (hit.document, hit.page) == (document, page)
        assert store.texts.page(NAME, hit.document, hit.page)[hit.start : hit.end] == hit.text
    with pytest.raises(WorkbenchError, match=r"all\.zip/2024/zebra\.pdf has no page 3"):
        store.texts.page(NAME, "all.zip/2024/zebra.pdf", 3)


@pytest.mark.slow
def test_that_an_archive_is_filtered_by_itself_by_its_folders_and_by_its_members(
    store: CollectionStore, folder: Path
) -> None:
    run_index(store, folder)
    assert store.filters.folders(NAME) == ["all.zip", "all.zip/2024", "all.zip/inner.zip", "box.mbox"]
    whole = {hit.document for hit in found(store, "trumpet", documents=("all.zip",))}
    assert whole == {"all.zip/2024/zebra.pdf", "all.zip/notes.txt", "all.zip/inner.zip/deep.txt"}
    for only in ({"folders": ("all.zip/2024",)}, {"documents": ("all.zip/2024/zebra.pdf",)}):
        for days in ({}, {"since": "2000-01-01"}):
            hits = found(store, "violin", **only, **days)
            assert {hit.document for hit in hits} == {"all.zip/2024/zebra.pdf"}
    assert {hit.document for hit in found(store, "violin", since="2000-01-01", documents=("all.zip",))} == whole


LETTER = (
    b"From: ann@example.org\nTo: bob@example.org\nSubject: Barn\nDate: Fri, 03 May 2024 12:00:00 +0000\n"
    b"MIME-Version: 1.0\nContent-Type: text/plain\n\nThe barn burned down.\n"
)
UNDATED = (
    b"\nFrom cy@example.org Tue Jan  2 00:00:00 2024\nFrom: cy@example.org\nTo: bob@example.org\n"
    b"Subject: When\n\nDate: x\n"
)


def test_that_a_mail_tells_its_day_and_other_texts_do_not() -> None:
    for page, day in (
        (load(MAILBOX, "box.mbox").pages[1], date(2024, 1, 2)),
        (load(archive_of({"in/barn.eml": LETTER}), "all.zip").pages[0], date(2024, 5, 3)),
        (load(archive_of({"in.zip": archive_of({"barn.eml": LETTER})}), "all.zip").pages[0], date(2024, 5, 3)),
    ):
        assert is_mail(page.member)
        assert sent_on(page.text) == day
    assert sent_on("# Barn\n\nFrom: ann\nDate: 2024-05-03 12:00 UTC\n\nText.") == date(2024, 5, 3), "Outlook's"
    assert sent_on("# Barn\n\nFrom: ann\n\nDate: 2024-05-03") is None, "what stands in the text is no head"
    assert sent_on("# Barn\n\nDate: some day in May") is None
    assert not is_mail("Offer (mail 2)/prices.pdf")
    assert day_of("Offer (mail 2)/prices.pdf", {"Offer (mail 2)": date(2024, 5, 3)}) == date(2024, 5, 3)


@pytest.mark.slow
def test_that_mails_are_filtered_by_the_day_on_which_they_were_sent(store: CollectionStore, folder: Path) -> None:
    (folder / "box.mbox").write_bytes(MAILBOX + UNDATED)
    (folder / "letters.zip").write_bytes(archive_of({"barn.eml": LETTER, "notes.txt": "The barn is new."}))
    run_index(store, folder)
    today = date.today().isoformat()

    def names(**only: object) -> set[str]:
        return {hit.document for hit in found(store, "greenhouse submarine barn", **only)}

    first, second = "box.mbox/Offer 7-24 (mail 1)", "box.mbox/Re: Offer 7-24 (mail 2)"
    assert names(until="2024-01-01") == {first}
    assert names(since="2024-01-02", until="2024-12-31") == {second, "letters.zip/barn.eml"}
    assert names(since="2024-01-01", until="2024-12-31", documents=("box.mbox",)) == {first, second}
    assert names(since="2024-01-01", until="2024-12-31", documents=(second,)) == {second}
    assert names(since="2024-01-01", until="2024-12-31", folders=("letters.zip",)) == {"letters.zip/barn.eml"}
    inside_today = {name for name in names(since=today) if "/" in name and not name.startswith("all.zip")}
    assert inside_today == {"box.mbox/When (mail 3)", "letters.zip/notes.txt"}, "what says no day has that of its file"
    with pytest.raises(NoSuchDocuments):
        names(since="2024-02-01", until="2024-02-28")
    with pytest.raises(NoSuchDocuments):
        names(since=today, documents=(first,))


def test_that_files_in_an_archive_keep_the_days_that_it_says() -> None:
    spring, autumn = date(2019, 4, 2), date(2021, 10, 30)
    inner = archive_of({"deep.txt": "Deep.", "old.txt": "Old."}, days={"deep.txt": spring})
    mail = attaching(LETTER, "prices.txt", b"Nails cost 3 euros.")
    files: dict[str, bytes | str] = {"a.txt": "One.", "b.txt": "Two.", "in.zip": inner, "m.eml": mail}
    days = {"a.txt": spring, "in.zip": autumn, "m.eml": autumn}
    parsed = load(archive_of(files, days=days), "all.zip")
    assert {page.member: page.member_day for page in parsed.pages} == {
        "a.txt": spring,
        "b.txt": None,
        "in.zip/deep.txt": spring,
        "in.zip/old.txt": autumn,
        "m.eml": autumn,
        "m.eml/prices.txt": None,
    }, "what is attached has the day of its mail"


@pytest.mark.slow
def test_that_files_in_an_archive_are_filtered_by_the_days_that_it_says(store: CollectionStore, folder: Path) -> None:
    mail = attaching(LETTER, "prices.txt", b"The barn door costs 3 euros.")
    files: dict[str, bytes | str] = {"old.txt": "The barn is old.", "new.txt": "The barn is new.", "m.eml": mail}
    days = {"old.txt": date(2019, 4, 2), "new.txt": date(2021, 10, 30), "m.eml": date(2021, 10, 30)}
    (folder / "barns.zip").write_bytes(archive_of(files, days=days))
    run_index(store, folder)

    def names(**only: object) -> set[str]:
        return {hit.document for hit in found(store, "barn", **only) if hit.document.startswith("barns.zip")}

    assert names(since="2019-01-01", until="2019-12-31") == {"barns.zip/old.txt"}
    assert names(since="2021-10-30", until="2021-10-30") == {"barns.zip/new.txt"}
    assert names(since="2024-05-03", until="2024-05-03") == {"barns.zip/m.eml", "barns.zip/m.eml/prices.txt"}
    run_rebuild(store)
    assert names(since="2019-01-01", until="2019-12-31") == {"barns.zip/old.txt"}


def attaching(mail: bytes, name: str, content: bytes) -> bytes:
    """The mail with a file attached to it."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    message.add_attachment(content, maintype="text", subtype="plain", filename=name)
    return message.as_bytes()


@pytest.mark.slow
def test_that_members_follow_their_archive_when_it_is_renamed_copied_and_restored(
    store: CollectionStore, folder: Path
) -> None:
    run_index(store, folder)
    (folder / "all.zip").rename(folder / "it's all.zip")
    assert run_index(store).renamed == 1
    assert found(store, "trumpet")[0].document == "it's all.zip/2024/zebra.pdf"
    shutil.copy(folder / "it's all.zip", folder / "twin.zip")
    run_index(store)
    job = delete_documents(store, NAME, [str(folder / "it's all.zip")])
    assert job is not None
    rename(RecordingContext(), RenameRequest.model_validate(job.params))
    assert found(store, "trumpet")[0].document == "twin.zip/2024/zebra.pdf"
    shutil.rmtree(store.get(NAME).folder)
    run_rebuild(store)
    hit = found(store, "trumpet")[0]
    assert (hit.document, hit.page) == ("twin.zip/2024/zebra.pdf", 2)


@pytest.mark.slow
def test_that_a_thumb_belongs_to_one_member_only(store: CollectionStore, folder: Path) -> None:
    run_index(store, folder)
    hit = found(store, "trumpet")[0]
    page = store.members.page_of_file(NAME, hit.document, hit.page)
    store.judgements.record(
        NAME,
        RelevanceJudgement(
            question="trumpet",
            doc_hash=hit.doc_hash,
            page=page,
            start=hit.start,
            end=hit.end,
            verdict=Verdict.RELEVANT,
        ),
    )
    (judged,) = store.judgements.judged_passages(NAME)
    assert (judged.document, judged.page, judged.text) == ("all.zip/2024/zebra.pdf", 2, hit.text)
