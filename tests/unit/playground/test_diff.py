"""Differences between versions."""

from collections.abc import Sequence
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.llm.types import GenerationConfig, Role
from workbench.playground import diff
from workbench.playground.diff import LineKind, SettingChange, diff_lines, diff_prompts
from workbench.playground.differences import Span
from workbench.playground.types import AnswerRule, FewShot, Prompt, PromptBlock, Reasoning, Shot

S, U = Role.SYSTEM, Role.USER


def prompt(*blocks: tuple[Role, str]) -> Prompt:
    return Prompt(blocks=tuple(PromptBlock(role=role, text=text) for role, text in blocks))


def test_that_equal_prompts_have_no_differences() -> None:
    assert diff_prompts(prompt((S, "a\nb"), (U, "c")), prompt((S, "a\nb"), (U, "c"))).is_empty


def test_that_a_changed_line_tells_its_words() -> None:
    found = diff_prompts(
        prompt((S, "Be brief.\nUse English."), (U, "q")), prompt((S, "Be brief.\nUse French."), (U, "q"))
    )
    assert [text.title for text in found.texts] == ["System"] and not found.settings
    same, changed = found.texts[0].lines
    assert (same.kind, same.old_number, same.new_number) == (LineKind.SAME, 1, 1)
    assert (changed.kind, changed.old, changed.new) == (LineKind.CHANGED, "Use English.", "Use French.")
    assert (changed.old_spans, changed.new_spans) == ((Span(4, 11),), (Span(4, 10),))


def test_that_added_and_removed_lines_keep_their_numbers() -> None:
    lines = diff_lines("a\nb\nc", "b\nc\nd\ne")
    assert [(line.kind.value, line.old_number, line.new_number) for line in lines] == [
        ("removed", 1, None), ("same", 2, 1), ("same", 3, 2), ("added", None, 3), ("added", None, 4),
    ]  # fmt: skip


def test_that_a_block_of_one_side_alone_is_wholly_added_or_removed() -> None:
    found = diff_prompts(prompt((U, "q")), prompt((S, "a\nb"), (U, "q"), (U, "")))
    assert [(text.title, [line.kind.value for line in text.lines]) for text in found.texts] == [
        ("System", ["added", "added"]),
        ("User 2", ["added"]),
    ]
    assert found.settings == (SettingChange("Order of the blocks", "user", "system, user, user"),)


def test_that_blocks_in_another_order_are_a_difference() -> None:
    found = diff_prompts(prompt((U, "q"), (S, "s")), prompt((S, "s"), (U, "q")))
    assert [change.title for change in found.settings] == ["Order of the blocks"] and not found.texts


def test_that_hunks_leave_out_what_is_far_from_a_change() -> None:
    old = [f"line {number}" for number in range(30)]
    new = [*old[:10], "other words", *old[11:]]
    (text,) = diff_prompts(prompt((U, "\n".join(old))), prompt((U, "\n".join(new)))).texts
    (hunk,) = text.hunks(context=2)
    assert [line.new_number for line in hunk] == [9, 10, 11, 12, 13]
    assert len(text.lines) == 30


def test_that_settings_are_told_by_their_titles() -> None:
    old = Prompt(generation=GenerationConfig(temperature=0.5))
    new = Prompt(
        generation=GenerationConfig(stop=("\n",), logit_bias={7: -100.0}),
        reasoning=Reasoning(rule=AnswerRule.LAST_LINE, instruction="Think."),
        few_shot=FewShot(shots=(Shot(question="q", answer="a"),), count=2),
        json_schema="{}",
    )
    found = diff_prompts(old, new)
    changes = {change.title: (change.old, change.new) for change in found.settings}
    assert changes["Temperature"] == ("0.5", "0")
    assert changes["Stop strings"] == ("none", r"'\n'")
    assert changes["Reasoning"] == ("off", "on")
    assert changes["Where the answer is"] == ("–", "last line")
    assert changes["Number of examples"] == ("0", "1")
    assert "Seed" not in changes
    assert [text.title for text in found.texts] == ["Examples", "Reasoning instruction", "JSON schema"]
    assert not diff_prompts(new, new).settings


def test_that_very_long_texts_are_not_matched_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    matched: list[int] = []

    class Counting(SequenceMatcher[str]):
        def __init__(self, isjunk: None, a: Sequence[str], b: Sequence[str], autojunk: bool) -> None:
            matched.append(len(a) + len(b))
            super().__init__(isjunk, a, b, autojunk)

    monkeypatch.setattr(diff, "SequenceMatcher", Counting)
    one, other = "\n".join("a" * (i % 7) for i in range(50_000)), "\n".join("b" * (i % 5) for i in range(50_000))
    assert len(diff_lines(one + "\nsame end", other + "\nsame end")) == 50_001
    assert diff_lines("same\n" * 100_000, "same\n" * 100_000 + "more")[-1].new == "more"
    assert matched == [2], "only the last lines of the texts that are otherwise the same"


_LINES = st.lists(st.sampled_from(["a", "b", "a b", "", "c"]), max_size=8).map("\n".join)


@given(_LINES, _LINES)
def test_that_both_texts_can_be_read_from_their_difference(old: str, new: str) -> None:
    lines = diff_lines(old, new)
    assert "\n".join(line.old for line in lines if line.old_number) == old
    assert "\n".join(line.new for line in lines if line.new_number) == new
    assert [line.old_number for line in lines if line.old_number] == list(range(1, old.count("\n") + 2))
    assert [line.new_number for line in lines if line.new_number] == list(range(1, new.count("\n") + 2))
    assert all(line.old == line.new for line in lines if line.kind is LineKind.SAME)
