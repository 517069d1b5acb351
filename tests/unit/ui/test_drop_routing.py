"""Which tab dropped files go to."""

from pathlib import Path

import pytest

from workbench.ui.drop_routing import Kind, drop_target, kind_of


@pytest.mark.parametrize(
    ("names", "tab"),
    [
        (["handbook.PDF"], "documents"),
        (["a.docx", "b.html", "c.md", "d.txt"], "documents"),
        (["rows.csv"], "data"),
        (["rows.jsonl", "more.XLSX"], "data"),
        (["model.gguf"], "models"),
        (["comparison.yaml"], "compare"),
    ],
)
def test_that_files_go_to_the_tab_they_are_for(names: list[str], tab: str) -> None:
    target = drop_target([f"/somewhere/{name}" for name in names], "home")
    assert target.tab == tab


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rows.csv", "documents"),
        ("notes.log", "documents"),
        ("questions.txt", "data"),
        ("questions.csv", "compare"),
        ("comparison.yml", "compare"),
    ],
)
def test_that_the_shown_tab_keeps_what_it_can_use(name: str, shown: str) -> None:
    assert drop_target([name], shown).tab == shown


@pytest.mark.parametrize("shown", ["models", "data", "compare", "playground", "finetune", "home"])
def test_that_a_document_goes_to_documents_from_every_other_tab(shown: str) -> None:
    target = drop_target(["/somewhere/handbook.pdf"], shown)
    assert (target.tab, target.text) == ("documents", "Add handbook.pdf to Documents")


def test_that_a_model_never_goes_into_a_collection() -> None:
    assert drop_target(["model.gguf"], "documents").tab == "models"


def test_that_a_mixed_drop_goes_nowhere_and_says_what_is_in_it() -> None:
    target = drop_target(["a.pdf", "b.pdf", "rows.csv"], "home")
    assert target.tab == ""
    assert target.text == "These files belong to different tabs: 2 for Documents, 1 for Data."
    assert target.hint


def test_that_an_unknown_file_is_named() -> None:
    target = drop_target(["/pictures/photo.png", "/pictures/other.png", "handbook.pdf"], "home")
    assert target.tab == ""
    assert target.text == "No tab knows what to do with photo.png and 1 more."
    assert "PDF" in target.hint


def test_that_a_part_of_a_model_asks_for_its_folder() -> None:
    target = drop_target(["model-00001-of-00002.safetensors"], "home")
    assert target.tab == "" and "folder" in target.hint


def test_that_two_comparisons_are_one_too_many() -> None:
    assert drop_target(["a.yaml", "b.yaml"], "compare").tab == ""


def folder_with(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"x")
    return folder


def test_that_a_folder_goes_by_what_lies_in_it(tmp_path: Path) -> None:
    papers = folder_with(tmp_path / "papers", "a.pdf")
    weights = folder_with(tmp_path / "weights", "config.json", "model.safetensors")
    quantized = folder_with(tmp_path / "quantized", "model.GGUF", "README.md")
    settings = folder_with(tmp_path / "settings", "config.json")
    assert [kind_of(path) for path in (papers, weights, quantized, settings)] == [
        Kind.FOLDER,
        Kind.MODEL,
        Kind.MODEL,
        Kind.FOLDER,
    ]
    assert drop_target([str(papers)], "home").tab == "documents"
    assert drop_target([str(papers)], "models").tab == "models"  # a folder to search
    assert drop_target([str(weights)], "documents").tab == "models"


def test_that_a_path_that_is_gone_counts_by_its_name(tmp_path: Path) -> None:
    assert drop_target([str(tmp_path / "gone.pdf")], "home").tab == "documents"
