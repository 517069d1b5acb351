"""A prompt that a test edits in place of the user: what columns, grid and search ask of the editor."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from workbench.errors import WorkbenchError
from workbench.playground.template import variables_of
from workbench.playground.types import Prompt, PromptVersion


class FakePromptSource:
    """Implements `PromptSource` without an editor."""

    def __init__(self, prompt: Prompt | None = None) -> None:
        self.prompt = prompt or Prompt()
        self.filled: dict[str, str] = {}
        self.trouble = ""
        self.versions: list[PromptVersion] = []
        self.opened: list[str] = []
        self.listed = 0
        """How often its versions were listed again."""
        self._listeners: list[Callable[[], None]] = []

    def edit(self, prompt: Prompt) -> None:
        self.prompt = prompt
        self.tell()

    def save(self, prompt: Prompt, name: str = "") -> PromptVersion:
        """A version that was saved before."""
        number = len(self.versions) + 1
        digest = hashlib.sha256(prompt.model_dump_json().encode()).hexdigest()
        version = PromptVersion(
            id=f"version-{number}", prompt_name="support", number=number, name=name, content_hash=digest, prompt=prompt
        )
        self.versions.insert(0, version)
        self.tell()
        return version

    def tell(self) -> None:
        for listener in self._listeners:
            listener()

    def draft(self) -> Prompt:
        return self.prompt

    def values(self) -> Mapping[str, str]:
        return self.filled

    def variables(self) -> tuple[str, ...]:
        return variables_of(self.prompt)

    def problem(self) -> str:
        return self.trouble

    def save_for_run(self) -> PromptVersion:
        if self.trouble:
            raise WorkbenchError(self.trouble)
        known = next((version for version in self.versions if version.prompt == self.prompt), None)
        return known or self.save(self.prompt)

    def find_version(self, version_id: str) -> PromptVersion | None:
        return next((version for version in self.versions if version.id == version_id), None)

    def list_versions(self) -> Sequence[PromptVersion]:
        return tuple(self.versions)

    def list_again(self) -> None:
        self.listed += 1
        self.tell()

    def open_version(self, version_id: str) -> None:
        self.opened.append(version_id)

    def open_draft(self, prompt: Prompt, name: str) -> None:
        self.opened.append(name)
        self.edit(prompt)

    def subscribe(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)
