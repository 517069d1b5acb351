"""What the columns, the grid and the search ask of the editor: the prompt as it stands, and its saved versions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from workbench.playground.types import Prompt, PromptVersion


class PromptSource(Protocol):
    """The prompt that is being written. All calls are quick and come from the thread of the window."""

    def draft(self) -> Prompt:
        """The prompt as it stands in the editor, saved or not."""
        ...

    def values(self) -> Mapping[str, str]:
        """What the form holds for the variables of the draft; without `question`, which the input box fills.

        A variable whose field is empty has no value and is not in it.
        """
        ...

    def variables(self) -> tuple[str, ...]:
        """The variables of the draft in their order of appearance, `question` included where it is used."""
        ...

    def problem(self) -> str:
        """Why the draft cannot be run, in a sentence; "" when it can."""
        ...

    def save_for_run(self) -> PromptVersion:
        """The draft as a saved version: a new one when anything changed since the last. Called on every run.

        Raises WorkbenchError where `problem` says something.
        """
        ...

    def find_version(self, version_id: str) -> PromptVersion | None:
        """A saved version of any prompt; None when it is gone."""
        ...

    def list_versions(self) -> Sequence[PromptVersion]:
        """Of the prompt that is open, the newest first."""
        ...

    def list_again(self) -> None:
        """Other tabs may have saved versions."""
        ...

    def open_version(self, version_id: str) -> None:
        """Show a saved version in the editor. The draft is not lost: undo brings it back."""
        ...

    def open_draft(self, prompt: Prompt, name: str) -> None:
        """Show this prompt in the editor: the saved version where it is one of the prompt `name`, else as a new draft.
        What was being written is saved before."""
        ...

    def subscribe(self, listener: Callable[[], None]) -> None:
        """`listener()` after every change of the draft, its values or the versions; often, so it must be quick."""
        ...
