from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.ui.playground.conftest import Desk
from workbench.errors import WorkbenchError
from workbench.llm.types import Role
from workbench.ui.playground.editor.limits import LONGEST_BLOCK
from workbench.ui.playground.editor.presenter import EditorPart

Write = Callable[..., None]


def texts(part: EditorPart) -> list[str]:
    return [block.text for block in part.draft().blocks]


def roles(part: EditorPart) -> list[Role]:
    return [block.role for block in part.draft().blocks]


def test_that_a_fresh_editor_asks_the_question(part: EditorPart) -> None:
    assert texts(part) == ["", "{{ question }}"]
    assert part.variables() == ("question",)
    assert dict(part.values()) == {}
    assert part.problem() == ""


def test_that_variables_get_fields_when_their_names_are_written(part: EditorPart, write: Write) -> None:
    write("{{ question }} about {{ topic }} for {{ reader }}")
    assert part.state.asked_variables == ("topic", "reader")
    part.edit_value("topic", "lamps")
    assert dict(part.values()) == {"topic": "lamps"}


def test_that_the_value_of_a_variable_is_still_there_when_its_name_comes_back(part: EditorPart, write: Write) -> None:
    write("{{ topic }}")
    part.edit_value("topic", "lamps")
    write("nothing")
    assert dict(part.values()) == {}
    write("{{ topic }}")
    assert dict(part.values()) == {"topic": "lamps"}


def test_that_an_open_brace_leaves_the_fields_where_they_are(part: EditorPart, write: Write) -> None:
    write("{{ topic }}")
    write("{{ topic }} and {{")
    assert part.state.asked_variables == ("topic",)
    assert part.state.problems[0].block == 1


def test_that_a_mistake_names_its_block_and_line(part: EditorPart, write: Write) -> None:
    write("first\n{% if %}\n")
    assert part.state.problem_of_block(0) is None
    problem = part.state.problem_of_block(1)
    assert problem is not None and problem.line == 2
    assert "user block" in part.problem() and "line 2" in part.problem()


def test_that_parsing_waits_for_a_pause_in_typing_but_not_for_a_run(part: EditorPart, desk: Desk) -> None:
    part.edit_block(part.board.draft.block_ids[1], "{% if %}")
    assert part.state.problems == ()
    assert "check" in desk.later.waiting
    assert "line 1" in part.problem()


def test_that_a_prompt_with_a_mistake_is_not_saved_for_a_run(part: EditorPart, write: Write, desk: Desk) -> None:
    write("{% for %}")
    with pytest.raises(WorkbenchError, match="line 1"):
        part.save_for_run()
    assert desk.prompts.prompt_names() == []


def test_that_an_empty_prompt_says_so(part: EditorPart, write: Write) -> None:
    write(" ")
    assert "empty" in part.problem()


def test_that_a_schema_that_is_no_json_is_named_with_its_line(part: EditorPart) -> None:
    part.edit_schema('{"type":\n}')
    assert "Line 2" in part.state.schema_problem
    assert "JSON schema" in part.problem()
    part.edit_schema('{"type": "string"}')
    assert part.problem() == ""


@pytest.mark.parametrize("text", ["[1]", "3", '"x"', "{}"])
def test_that_json_that_is_no_schema_is_refused(part: EditorPart, text: str) -> None:
    part.edit_schema(text)
    assert part.state.schema_problem


def test_that_text_that_is_too_long_leaves_the_block_as_it_was(part: EditorPart) -> None:
    block_id = part.board.draft.block_ids[1]
    part.refuse_text(block_id, 10_000_000)
    assert "10,000,000" in part.state.block_notes[block_id]
    assert f"{LONGEST_BLOCK:,}" in part.state.block_notes[block_id]
    part.edit_block(block_id, "short")
    assert part.state.block_notes == {}


def test_that_blocks_are_added_moved_and_removed(part: EditorPart) -> None:
    part.add_block(Role.ASSISTANT)
    assert roles(part) == [Role.SYSTEM, Role.USER, Role.ASSISTANT]
    last = part.board.draft.block_ids[-1]
    part.move_block(last, -1)
    assert roles(part) == [Role.SYSTEM, Role.ASSISTANT, Role.USER]
    part.move_block(last, -5)
    assert roles(part) == [Role.SYSTEM, Role.ASSISTANT, Role.USER]
    part.remove_block(last)
    assert roles(part) == [Role.SYSTEM, Role.USER]


def test_that_the_last_block_stays(part: EditorPart) -> None:
    first, second = part.board.draft.block_ids
    part.remove_block(first)
    part.remove_block(second)
    assert roles(part) == [Role.USER]


def test_that_undo_goes_back_over_texts_values_blocks_and_settings_as_one_history(
    part: EditorPart, write: Write
) -> None:
    write("hello")
    part.set_option("temperature", 0.8)
    part.add_block(Role.ASSISTANT)
    part.edit_value("topic", "lamps")
    part.switch_reasoning(True)
    part.edit_schema('{"type": "string"}')
    final = part.board.draft
    for _ in range(6):
        part.undo()
    assert texts(part) == ["", "{{ question }}"]
    assert part.draft().generation.temperature == 0.0 and part.draft().reasoning is None
    assert not part.state.can_undo and part.state.can_redo
    for _ in range(6):
        part.redo()
    assert part.board.draft == final


def test_that_a_setting_out_of_range_changes_nothing(part: EditorPart) -> None:
    before = part.board.draft
    part.set_option("temperature", 99.0)
    assert part.board.draft is before and not part.state.can_undo


def test_that_listeners_hear_of_typing_a_moment_later_and_of_the_rest_at_once(part: EditorPart, desk: Desk) -> None:
    heard: list[int] = []
    part.subscribe(lambda: heard.append(1))
    part.edit_block(part.board.draft.block_ids[1], "a")
    part.edit_block(part.board.draft.block_ids[1], "ab")
    assert heard == []
    desk.later.run("tell")
    assert heard == [1]
    part.switch_reasoning(True)
    assert heard == [1, 1]


def test_that_the_draft_is_there_again_after_a_restart(part: EditorPart, write: Write, desk: Desk) -> None:
    write("{{ question }} in {{ language }}")
    part.edit_value("language", "Welsh")
    part.set_option("temperature", 0.5)
    part.fold("settings", True)
    desk.later.run("remember")
    again = desk.open()
    assert again.draft() == part.draft()
    assert dict(again.values()) == {"language": "Welsh"}
    assert "settings" in again.state.open_sections


def test_that_the_window_going_away_keeps_the_last_letters(part: EditorPart, write: Write, desk: Desk) -> None:
    write("the very last word")
    part.memory.save_now()
    assert texts(desk.open())[1] == "the very last word"


def test_that_a_damaged_draft_is_put_aside_and_said(desk: Desk) -> None:
    (desk.home).mkdir(exist_ok=True)
    (desk.home / "playground.json").write_text('{"prompt": ', encoding="utf-8")
    part = desk.open()
    assert part.state.trouble is not None and "playground.json" in part.state.trouble.text
    assert (desk.home / "playground.damaged").exists()
    assert texts(part) == ["", "{{ question }}"]


def test_that_a_prompt_goes_into_a_file_and_comes_back_the_same(
    part: EditorPart, write: Write, desk: Desk, tmp_path: Path
) -> None:
    write("{{ question }} in {{ language }}")
    part.edit_value("language", "Welsh")
    part.set_option("temperature", 0.5)
    part.files.write(str(tmp_path / "mine.md"))
    assert desk.messages.texts("info") == ["The prompt was written to mine.md."]
    before = part.draft()
    part.versions.new_prompt()
    part.edit_value("language", "")
    part.files.read(str(tmp_path / "mine.md"))
    assert part.draft() == before
    assert dict(part.values()) == {"language": "Welsh"}
    assert part.board.draft.prompt_name not in {"Prompt", "Prompt 2"}


def test_that_a_file_that_is_no_prompt_is_said_and_changes_nothing(part: EditorPart, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("prompts: [", encoding="utf-8")
    before = part.board.draft
    part.files.read(str(bad))
    assert part.state.trouble is not None and "bad.yaml" in part.state.trouble.text
    assert part.board.draft is before


def test_that_all_prompts_of_a_promptfoo_file_are_imported(part: EditorPart, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "promptfooconfig.yaml"
    file.write_text("prompts:\n  - 'Say {{question}}'\n  - 'Sing {{question}}'\n", encoding="utf-8")
    part.files.read(str(file))
    assert len(desk.prompts.prompt_names()) == 2
    assert "Say" in texts(part)[-1]


def test_that_a_preset_is_saved_chosen_undone_and_deleted(part: EditorPart) -> None:
    part.set_option("temperature", 0.9)
    part.presets.save("wild")
    assert list(part.state.presets) == ["wild"]
    part.reset_options()
    part.presets.choose("wild")
    assert part.draft().generation.temperature == 0.9
    part.undo()
    assert part.draft().generation.temperature == 0.0
    part.presets.delete("wild")
    assert list(part.state.presets) == []


def test_that_a_preset_needs_a_name_that_can_be_a_file(part: EditorPart) -> None:
    part.presets.save("../up")
    assert part.state.trouble is not None and part.state.presets == ()


def test_that_a_damaged_preset_hides_no_other(part: EditorPart, desk: Desk) -> None:
    part.presets.save("good")
    (desk.home / "presets" / "bad.yaml").write_text("temperature: hot\n", encoding="utf-8")
    part.presets.list_again()
    assert part.state.presets == ("good",)
    assert len(part.state.preset_problems) == 1 and "bad" in part.state.preset_problems[0]
