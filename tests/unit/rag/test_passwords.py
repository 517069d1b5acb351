"""Encrypted files: refused with a word that a program can act on, opened with a password, which is kept nowhere."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.rag.documents import pdf_bytes
from workbench.cli.passwords import given_passwords
from workbench.database import Database
from workbench.errors import WorkbenchError
from workbench.jobs.context import RecordingContext
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths
from workbench.rag.indexing import index_spec, retry_spec
from workbench.rag.indexing_types import DocumentStatus, FileIndexed, IndexRequest
from workbench.rag.loaders import load
from workbench.rag.loaders.parsed import Reading
from workbench.rag.passwords import Passwords
from workbench.rag.reasons import ReasonCode
from workbench.rag.store import CollectionStore
from workbench.rag.tasks import index

NAME = "locked"
SECRET = "zanzibar-7431"


@pytest.fixture
def store(database: Database, home: WorkbenchPaths) -> CollectionStore:
    return CollectionStore(database, home)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "2024").mkdir(parents=True)
    (tmp_path / "docs" / "2024" / "a.pdf").write_bytes(pdf_bytes(["The fee is 12 euros."], password=SECRET))
    (tmp_path / "docs" / "b.pdf").write_bytes(pdf_bytes(["The rent is 900 euros."], password=SECRET))
    return tmp_path / "docs"


def run(store: CollectionStore, spec: JobSpec) -> dict[str, tuple[DocumentStatus, ReasonCode]]:
    context = RecordingContext()
    index(context, IndexRequest.model_validate(spec.params))
    items = [item for item in context.produced if isinstance(item, FileIndexed)]
    for item in items:
        store.files.record(NAME, item)
    return {item.name: (item.status, item.reason_code) for item in items}


def outcome(store: CollectionStore, folder: Path, passwords: Mapping[str, str]) -> dict[str, ReasonCode]:
    return {
        name: code for name, (_, code) in run(store, index_spec(store, NAME, [folder], None, None, passwords)).items()
    }


@pytest.mark.slow
def test_that_a_locked_file_is_opened_with_the_password_that_comes_with_the_retry(
    store: CollectionStore, folder: Path
) -> None:
    locked, wrong = ReasonCode.NEEDS_PASSWORD, ReasonCode.WRONG_PASSWORD
    first = outcome(store, folder, {str(folder / "b.pdf"): "guess"})
    assert first == {"2024/a.pdf": locked, "b.pdf": wrong}
    assert {d.name: d.reason_code for d in store.documents.of(NAME)} == first

    path = str(folder / "2024" / "a.pdf")
    assert run(store, retry_spec(store, NAME, [path], {path: SECRET})) == {
        "2024/a.pdf": (DocumentStatus.INDEXED, ReasonCode.NONE)
    }
    assert "12 euros" in store.texts.page(NAME, "2024/a.pdf", 1)
    # Without the password: what was indexed stays, and is not asked for again.
    assert run(store, index_spec(store, NAME, [folder]))["2024/a.pdf"][0] is DocumentStatus.UNCHANGED

    assert outcome(store, folder, {str(folder): SECRET}) == {"2024/a.pdf": ReasonCode.NONE, "b.pdf": ReasonCode.NONE}
    for file in store.paths.home.rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes(), file


def test_that_no_message_and_no_picture_of_a_request_tells_a_password(store: CollectionStore, folder: Path) -> None:
    request = IndexRequest.model_validate(index_spec(store, NAME, [folder], None, None, {str(folder): SECRET}).params)
    assert request.passwords == {str(folder): SECRET}
    assert SECRET not in repr(request)
    with pytest.raises(ValueError, match="passwords") as caught:
        IndexRequest.model_validate(request.model_dump() | {"passwords": [SECRET]})
    assert SECRET not in str(caught.value)


def test_that_a_password_for_a_folder_does_not_close_what_opens_without_one() -> None:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.set_encryption(owner_password="owner")
    pdf.set_font("Helvetica")
    pdf.add_page()
    pdf.cell(text="Everybody may read this.")
    (page,) = load(bytes(pdf.output()), "open.pdf", Reading("of another")).pages
    assert page.text.strip() == "Everybody may read this."


def test_that_the_nearest_password_counts() -> None:
    passwords = Passwords({"/a": "far", "/a/b": "near", "/a/b/c.pdf": "own"})
    paths = ["/a/b/c.pdf", "/a/b/d.pdf", "/a/d.pdf", "/ab/d.pdf"]
    assert [passwords.of(Path(path)) for path in paths] == ["own", "near", "far", ""]


def test_that_names_and_passwords_may_hold_an_equals_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a=b.pdf").touch()
    assert given_passwords(["a=b.pdf=x=y", "c.pdf=z=1"]) == {"a=b.pdf": "x=y", "c.pdf": "z=1"}
    with pytest.raises(WorkbenchError, match="number 2") as caught:
        given_passwords(["c.pdf=z", "hunter2"])
    assert "hunter2" not in str(caught.value)
