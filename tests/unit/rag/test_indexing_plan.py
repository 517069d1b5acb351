"""What is done with each file, from hashes alone."""

from pathlib import Path

from workbench.rag.folders import FoundFile
from workbench.rag.indexing_plan import Duplicate, Moved, ToIndex, Unchanged, find_removed, make_plan
from workbench.rag.indexing_types import KnownDocument


def file(path: str, root: str = "/docs") -> FoundFile:
    return FoundFile(Path(path), Path(path).relative_to(root).as_posix(), Path(root))


def known(path: str, sha256: str, name: str = "", duplicate_of: str = "") -> KnownDocument:
    chunks = 0 if duplicate_of else 3
    name = name or Path(path).name
    return KnownDocument(path=path, name=name, sha256=sha256, chunks=chunks, duplicate_of=duplicate_of)


def test_that_new_changed_and_unchanged_files_are_told_apart() -> None:
    documents = [known("/docs/same.md", "s"), known("/docs/changed.md", "old")]
    files = [(file("/docs/new.md"), "n"), (file("/docs/same.md"), "s"), (file("/docs/changed.md"), "c")]
    new, same, changed = make_plan(files, documents, ()).steps
    assert isinstance(new, ToIndex)
    assert not new.replaces
    assert same == Unchanged(documents[0])
    assert isinstance(changed, ToIndex)
    assert changed.replaces == "old"


def test_that_the_second_of_two_equal_files_is_a_duplicate() -> None:
    first, second = make_plan([(file("/docs/a.md"), "x"), (file("/docs/b.md"), "x")], (), ()).steps
    assert isinstance(first, ToIndex)
    assert isinstance(second, Duplicate)
    assert second.original == "a.md"


def test_that_the_indexed_one_of_two_equal_files_stays_the_original() -> None:
    documents = [known("/docs/z.md", "x")]
    first, second = make_plan([(file("/docs/a.md"), "x"), (file("/docs/z.md"), "x")], documents, ()).steps
    assert isinstance(first, Duplicate)
    assert second == Unchanged(documents[0])


def test_that_a_copy_takes_the_place_of_an_original_that_is_gone() -> None:
    documents = [known("/docs/a.md", "x"), known("/docs/b.md", "x", duplicate_of="a.md")]
    plan = make_plan([(file("/docs/b.md"), "x")], documents, documents[:1])
    assert plan.steps == (Moved(documents[0], file("/docs/b.md"), "b.md"),)
    assert plan.removed == ()


def test_that_a_copy_takes_the_place_of_an_original_that_changed() -> None:
    documents = [known("/docs/a.md", "x"), known("/docs/b.md", "x", duplicate_of="a.md")]
    moved, changed = make_plan([(file("/docs/a.md"), "y"), (file("/docs/b.md"), "x")], documents, ()).steps
    assert moved == Moved(documents[0], file("/docs/b.md"), "b.md")
    assert changed == ToIndex(file("/docs/a.md"), "a.md", "y")


def test_that_a_renamed_file_is_known_by_its_content() -> None:
    documents = [known("/docs/a.md", "x"), known("/docs/copy.md", "x", duplicate_of="a.md")]
    files = [(file("/docs/new/b.md"), "x"), (file("/docs/copy.md"), "x")]
    plan = make_plan(files[:1], documents[:1], documents[:1])
    assert plan.steps == (Moved(documents[0], file("/docs/new/b.md"), "new/b.md"),)
    assert plan.removed == ()
    moved, copy = make_plan(files, documents, documents[:1]).steps
    assert moved == Moved(documents[0], file("/docs/copy.md"), "copy.md")
    assert copy == Duplicate(file("/docs/new/b.md"), "new/b.md", "x", "copy.md")


def test_that_two_files_that_swapped_their_names_are_both_read_again() -> None:
    documents = [known("/docs/a.md", "x"), known("/docs/b.md", "y")]
    first, second = make_plan([(file("/docs/a.md"), "y"), (file("/docs/b.md"), "x")], documents, ()).steps
    assert first == ToIndex(file("/docs/a.md"), "a.md", "y", "x")
    assert second == ToIndex(file("/docs/b.md"), "b.md", "x", "y")


def test_that_equal_names_from_two_folders_are_kept_apart() -> None:
    documents = [known("/docs/a.md", "1")]
    (step,) = make_plan([(file("/other/a.md", "/other"), "2")], documents, ()).steps
    assert isinstance(step, ToIndex)
    assert step.name == "other/a.md"


def test_that_vanished_files_of_an_indexed_folder_are_removed(tmp_path: Path) -> None:
    here = tmp_path / "here.md"
    here.write_text("x")
    gone, elsewhere = known(str(tmp_path / "gone.md"), "g"), known("/elsewhere/e.md", "e")
    found = [FoundFile(here, "here.md", tmp_path)]
    assert find_removed([gone, elsewhere], found, [tmp_path]) == (gone,)


def test_that_an_empty_folder_removes_nothing(tmp_path: Path) -> None:
    assert find_removed([known(str(tmp_path / "gone.md"), "g")], [], [tmp_path]) == ()
