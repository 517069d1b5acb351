from dataclasses import dataclass

from workbench.ui.playground.editor.history import LONGEST_STEP_SECONDS, PAUSE_SECONDS, History
from workbench.ui.playground.editor.limits import HISTORY_CHARACTERS, HISTORY_STEPS


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def typed(history: History[str], clock: Clock, text: str, key: str = "block 1", seconds: float = 0.1) -> str:
    """Letter by letter; returns the whole text."""
    for end in range(len(text)):
        history.note(text[:end], key)
        clock.now += seconds
    return text


def test_that_quick_typing_is_undone_in_one_step() -> None:
    clock = Clock()
    history: History[str] = History(clock)
    text = typed(history, clock, "hello")
    assert history.undo(text) == ""
    assert not history.can_undo


def test_that_typing_after_a_pause_is_a_step_of_its_own() -> None:
    clock = Clock()
    history: History[str] = History(clock)
    typed(history, clock, "hello")
    clock.now += PAUSE_SECONDS + 0.1
    history.note("hello", "block 1")
    assert history.undo("hello world") == "hello"
    assert history.undo("hello") == ""


def test_that_typing_without_end_is_cut_into_steps() -> None:
    clock = Clock()
    history: History[str] = History(clock)
    text = typed(history, clock, "x" * 100, seconds=LONGEST_STEP_SECONDS / 40)
    steps = 0
    while history.can_undo:
        text = history.undo(text) or ""
        steps += 1
    assert text == "" and 2 <= steps <= 4


def test_that_another_field_begins_another_step() -> None:
    clock = Clock()
    history: History[str] = History(clock)
    history.note("a", "block 1")
    history.note("b", "option seed")
    history.note("c", "block 1")
    assert [history.undo("d"), history.undo("c"), history.undo("b")] == ["c", "b", "a"]


def test_that_redo_brings_back_what_was_undone_until_something_new_is_written() -> None:
    history: History[str] = History(Clock())
    history.note("a")
    history.note("b")
    assert history.undo("c") == "b"
    assert history.redo("b") == "c"
    assert history.undo("c") == "b"
    history.note("b")
    assert not history.can_redo and history.redo("d") is None


def test_that_what_comes_after_a_saved_version_is_a_step_of_its_own() -> None:
    history: History[str] = History(Clock())
    history.note("", "block 1")
    history.end_step()
    history.note("saved", "block 1")
    assert history.undo("saved and more") == "saved"


def test_that_the_oldest_steps_go_when_there_are_too_many() -> None:
    history: History[int] = History(Clock())
    for number in range(HISTORY_STEPS + 50):
        history.note(number)
    present, steps = HISTORY_STEPS + 50, 0
    while (before := history.undo(present)) is not None:
        present, steps = before, steps + 1
    assert (present, steps) == (50, HISTORY_STEPS)


def test_that_long_texts_do_not_pile_up() -> None:
    history: History[int] = History(Clock())
    for number in range(10):
        history.note(number, size=HISTORY_CHARACTERS // 4)
    steps = 0
    while history.undo(0) is not None:
        steps += 1
    assert steps == 4
