"""Questions of a set: written, changed, looked through one by one, deleted and brought back. No Qt."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from workbench.datasets.test_sets.store import Added
from workbench.datasets.test_sets.types import Review, SetQuestion
from workbench.errors import WorkbenchError
from workbench.ui.compare.questions_board import SetsBoard
from workbench.ui.compare.sets_state import Draft, Listed, Right, draft_of
from workbench.ui.trouble import trouble_of
from workbench.ui.trying import tried

_FIRST_SET = "Questions"


class QuestionsEditingPart:
    """Methods are named after what the user did. `show_set` shows a set anew."""

    def __init__(self, board: SetsBoard, show_set: Callable[[str], None]) -> None:
        self._board, self._show_set = board, show_set
        self._is_saving = False

    # -- one question -------------------------------------------------------------------------------------------------

    def begin_question(self) -> None:
        """A new one; a set is made where there is none."""
        state, sets = self._board.state, self._board.rooms.sets
        if not state.can_edit:
            self._show_set(sets.create(sets.free_name(_FIRST_SET)))
        self._board.show(draft=Draft(), listed=Listed.ALL, search="", tag="", trouble=None)

    def select(self, question: SetQuestion | None) -> None:
        """Look at a question."""
        state = self._board.state
        if question is None:
            if state.draft is not None and state.draft.old is not None:
                self._board.show(draft=None)
        elif state.draft is None or state.draft.old != question:
            self._board.show(draft=draft_of(question), trouble=None)

    def edit(self, field: str, value: Any) -> None:
        """`field` is one of `Draft`."""
        draft = self._board.state.draft
        if draft is not None and getattr(draft, field) != value:
            self._board.show(draft=replace(draft, **{field: value}))

    def save(self) -> None:
        """Keep the draft. One that waited and was changed counts: somebody has looked at it."""
        self._save(lambda: None)

    def _save(self, then: Callable[[], None]) -> None:
        """Beside the window; `then` follows where a question that was there is kept."""
        state, sets = self._board.state, self._board.rooms.sets
        draft = state.draft
        if draft is None or draft.problem or not state.can_edit or self._is_saving:
            return
        question, name = _question_of(draft), state.name
        work = partial(sets.change, name, question) if draft.number else partial(sets.add, name, [question])
        self._is_saving = True
        self._board.in_background(partial(tried, work), partial(self._on_saved, name, draft, then))

    def _on_saved(
        self, name: str, draft: Draft, then: Callable[[], None], saved: SetQuestion | Added | WorkbenchError
    ) -> None:
        self._is_saving = False
        state = self._board.state
        if state.name != name or not state.can_edit:
            return  # another set is shown by now; the question is kept all the same
        is_shown = state.draft == draft  # else somebody writes on, or looks at another one
        match saved:
            case WorkbenchError():
                self._board.show(trouble=trouble_of(saved))
            case SetQuestion():
                self._board.replace_questions([saved])
                if is_shown:
                    self._board.show(draft=None, trouble=None)
                    then()
            case Added(new=new) if new:
                self._board.show_questions([*state.questions, *new])
                if is_shown:
                    self._board.show(draft=Draft(), trouble=None)  # the next one: whoever writes one writes more
            case Added():
                self._board.messages.warning(f"“{name}” asks that already.", hint="Change the words, or leave it out.")

    def leave(self) -> None:
        """What was changed and not saved is forgotten."""
        self._board.show(draft=None, trouble=None)

    # -- looking through ----------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """The question as it stands in the form; then the next one that waits."""
        draft = self._board.state.draft
        if draft is None or not draft.number:
            return
        self._save(partial(self._next_waiting, self._after(draft.number)))

    def reject(self) -> None:
        """It stays, and does not count; then the next one that waits."""
        state, draft = self._board.state, self._board.state.draft
        if draft is None or draft.old is None or not state.can_edit:
            return
        after = self._after(draft.number)
        self._review([draft.old], Review.REJECTED)
        self._board.show(draft=None)
        self._next_waiting(after)

    def accept_all(self) -> None:
        """Every question that waits, as it is."""
        self._review(self._board.state.waiting, Review.ACCEPTED)
        self._board.show(draft=None)

    def look_through(self) -> None:
        """Begin with the first question that waits."""
        self._board.show(listed=Listed.WAITING, search="", tag="")
        self._next_waiting(())

    def _review(self, questions: Sequence[SetQuestion], review: Review) -> None:
        sets, name = self._board.rooms.sets, self._board.state.name
        sets.review(name, [question.number for question in questions], review)
        self._board.replace_questions([question.model_copy(update={"review": review}) for question in questions])

    def _after(self, number: int) -> tuple[int, ...]:
        """Numbers of the questions behind this one."""
        numbers = [question.number for question in self._board.state.questions]
        return tuple(numbers[numbers.index(number) + 1 :]) if number in numbers else ()

    def _next_waiting(self, after: Sequence[int]) -> None:
        """The next one behind, else the first."""
        waiting = self._board.state.waiting
        behind = set(after)
        found = next((q for q in waiting if q.number in behind), waiting[0] if waiting else None)
        if found is not None:
            self.select(found)
        elif self._board.state.listed is Listed.WAITING:
            self._board.show(listed=Listed.ALL)

    # -- several ------------------------------------------------------------------------------------------------------

    def tag(self, questions: Sequence[SetQuestion], text: str) -> None:
        """Give questions tags, with commas between."""
        tags = _parts(text, ",")
        state, sets = self._board.state, self._board.rooms.sets
        if tags and questions and state.can_edit:
            sets.tag(state.name, [question.number for question in questions], add=tags)
            changed = [q.model_copy(update={"tags": tuple(dict.fromkeys((*q.tags, *tags)))}) for q in questions]
            self._board.replace_questions(changed)
            self._board.show(draft=None)

    def review(self, questions: Sequence[SetQuestion], review: str) -> None:
        """Accept or reject them as they are."""
        if questions and self._board.state.can_edit:
            self._review(questions, Review(review))
            self._board.show(draft=None)

    def remove(self, questions: Sequence[SetQuestion]) -> None:
        """They can come back until other questions are shown."""
        state = self._board.state
        if not questions or not state.can_edit:
            return
        numbers = {question.number for question in questions}
        self._board.removed.append(self._board.rooms.sets.remove(state.name, sorted(numbers)))
        self._board.show_questions([q for q in state.questions if q.number not in numbers])
        self._board.show(draft=None, undo=self._undo_words())

    def delete_set(self) -> None:
        """The whole set; it can come back until other questions are shown."""
        name = self._board.state.name
        removed = self._board.rooms.sets.delete(name)
        self._board.show(name="", version="", versions=(), questions=(), draft=None, notes=(), left_out=())
        self._board.removed[:] = [removed]
        self._board.show(entries=tuple(self._board.rooms.sets.list_sets()), undo=f"The test set “{name}” was deleted.")

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if not self._board.removed:
            return
        removed, left = self._board.removed[-1], self._board.removed[:-1]
        self._board.rooms.sets.restore(removed)
        self._show_set(removed.name)
        self._board.removed[:] = left
        self._board.show(undo=self._undo_words())

    def _undo_words(self) -> str:
        if not self._board.removed:
            return ""
        last = self._board.removed[-1].questions
        what = f"“{last[0].question[:60]}” was" if len(last) == 1 else f"{len(last)} questions were"
        return f"{what} deleted."


def _question_of(draft: Draft) -> SetQuestion:
    changed = {
        "question": draft.question.strip(),
        "answers": _parts(draft.answers, "\n") if draft.right is Right.ANSWERS else (),
        "answers_unknown": draft.right is Right.UNKNOWN,
        "sources": _parts(draft.sources, "\n"),
        "tags": _parts(draft.tags, ","),
        "review": Review.ACCEPTED,
    }
    return draft.old.model_copy(update=changed) if draft.old else SetQuestion.model_validate(changed)


def _parts(text: str, separator: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for piece in text.split(separator) if (part := piece.strip())))
