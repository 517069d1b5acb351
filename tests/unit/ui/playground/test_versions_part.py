from collections.abc import Callable

from tests.unit.ui.playground.conftest import Desk
from workbench.ui.playground.editor.presenter import EditorPart

Write = Callable[..., None]


def user_text(part: EditorPart) -> str:
    return part.draft().blocks[1].text


def test_that_every_run_saves_a_version_only_where_something_changed(part: EditorPart, write: Write) -> None:
    write("one")
    first = part.save_for_run()
    assert part.save_for_run().id == first.id
    part.set_option("seed", 3)
    second = part.save_for_run()
    assert (second.number, second.parent_id) == (2, first.id)
    assert [version.number for version in part.list_versions()] == [2, 1]


def test_that_an_edited_draft_is_marked(part: EditorPart, write: Write) -> None:
    write("one")
    part.save_for_run()
    assert not part.board.draft.is_edited
    write("two")
    assert part.board.draft.is_edited
    part.undo()
    assert not part.board.draft.is_edited


def test_that_an_old_version_runs_as_itself(part: EditorPart, write: Write) -> None:
    write("one")
    first = part.save_for_run()
    write("two")
    part.save_for_run()
    part.open_version(first.id)
    assert user_text(part) == "one"
    assert part.save_for_run().id == first.id
    assert len(part.list_versions()) == 2


def test_that_a_version_made_from_an_old_one_knows_it(part: EditorPart, write: Write) -> None:
    write("one")
    first = part.save_for_run()
    write("two")
    part.save_for_run()
    part.open_version(first.id)
    write("three")
    third = part.save_for_run()
    assert (third.number, third.parent_id) == (3, first.id)


def test_that_opening_a_version_saves_what_was_written_first(part: EditorPart, write: Write) -> None:
    write("one")
    first = part.save_for_run()
    write("never run")
    part.open_version(first.id)
    assert user_text(part) == "one"
    assert [version.prompt.blocks[1].text for version in part.list_versions()] == ["never run", "one"]
    part.undo()
    assert user_text(part) == "never run"


def test_that_a_version_that_is_gone_is_said(part: EditorPart) -> None:
    part.open_version("nowhere")
    assert part.state.trouble is not None and "gone" in part.state.trouble.text
    part.switch_reasoning(True)
    assert part.state.trouble is None


def test_that_versions_have_names_and_notes(part: EditorPart, write: Write) -> None:
    write("one")
    part.versions.save_named("short", "Asks for one word.")
    version = part.list_versions()[0]
    assert (version.label, version.note) == ("v1 short", "Asks for one word.")
    part.versions.rename_version(version.id, "shorter")
    part.versions.set_note(version.id, "")
    version = part.list_versions()[0]
    assert (version.label, version.note) == ("v1 shorter", "")
    assert part.board.draft.base == version


def test_that_a_branch_is_a_new_prompt_that_knows_its_origin(part: EditorPart, write: Write, desk: Desk) -> None:
    write("one")
    first = part.save_for_run()
    part.versions.branch(first.id, "Other way")
    assert part.board.draft.prompt_name == "Other way"
    assert part.list_versions()[0].parent_id == first.id
    assert set(desk.prompts.prompt_names()) == {"Prompt", "Other way"}


def test_that_a_new_prompt_keeps_what_was_written_in_the_old_one(part: EditorPart, write: Write, desk: Desk) -> None:
    write("draft of the old one")
    part.versions.new_prompt()
    assert user_text(part) == "{{ question }}"
    assert part.board.draft.prompt_name != "Prompt"
    assert desk.prompts.versions("Prompt")[0].prompt.blocks[1].text == "draft of the old one"
    part.versions.open_prompt("Prompt")
    assert user_text(part) == "draft of the old one"


def test_that_a_prompt_is_renamed_with_its_versions(part: EditorPart, write: Write, desk: Desk) -> None:
    write("one")
    part.save_for_run()
    part.versions.rename_prompt("House style")
    assert part.board.draft.prompt_name == "House style"
    assert desk.prompts.prompt_names() == ["House style"]
    assert part.list_versions()[0].prompt_name == "House style"
    assert part.save_for_run().number == 1


def test_that_a_taken_name_is_refused(part: EditorPart, write: Write) -> None:
    write("one")
    part.save_for_run()
    part.versions.new_prompt()
    write("two")
    part.save_for_run()
    part.versions.rename_prompt("Prompt")
    assert part.state.trouble is not None and "Prompt" in part.state.trouble.text
    assert part.board.draft.prompt_name == "Prompt 2"


def test_that_a_deleted_prompt_comes_back_with_all_its_versions(part: EditorPart, write: Write, desk: Desk) -> None:
    write("one")
    part.save_for_run()
    write("two")
    part.save_for_run()
    part.versions.delete_prompt()
    assert desk.prompts.prompt_names() == []
    assert user_text(part) == "{{ question }}"
    part.versions.restore_prompt()
    assert part.state.deleted == ()
    assert [version.number for version in part.list_versions()] == [2, 1]
    assert user_text(part) == "two"
