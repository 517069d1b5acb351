"""Where the program keeps its files: one visible folder, `$WORKBENCH_HOME` or the platform's data folder."""

import os
from dataclasses import dataclass
from pathlib import Path


def find_home() -> Path:
    """The data folder: `$WORKBENCH_HOME` wins over the platform's place for user data."""
    named = os.environ.get("WORKBENCH_HOME")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_data_path

    return user_data_path("llm-workbench", appauthor=False)


def in_short(path: Path) -> str:
    """For people to read: with "~" for the user's own folder."""
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except ValueError:
        return str(path)


@dataclass(frozen=True, slots=True)
class WorkbenchPaths:
    """The rooms inside the data folder. Nothing is created before `create()`."""

    home: Path

    @property
    def database(self) -> Path:
        return self.home / "workbench.sqlite"

    @property
    def lock(self) -> Path:
        return self.home / "lock"

    @property
    def settings(self) -> Path:
        return self.home / "settings.json"

    @property
    def endpoints(self) -> Path:
        """Servers that the user connected to; their keys are in the system's keyring."""
        return self.home / "endpoints.json"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def runs(self) -> Path:
        """Run folders of durable jobs."""
        return self.home / "runs"

    @property
    def collections(self) -> Path:
        """One folder per document collection: LanceDB index, rebuildable from the database."""
        return self.home / "collections"

    @property
    def adapters(self) -> Path:
        return self.home / "adapters"

    @property
    def models(self) -> Path:
        """Models that this program made or downloaded; others are used where they lie."""
        return self.home / "models"

    @property
    def projects(self) -> Path:
        """Copies of sample projects that the user opened."""
        return self.home / "projects"

    @property
    def playground(self) -> Path:
        """The prompt that is being written, and the values of its variables."""
        return self.home / "playground.json"

    @property
    def presets(self) -> Path:
        """Settings of answers that the user gave a name, one file each."""
        return self.home / "presets"

    @property
    def cache(self) -> Path:
        return self.home / "cache"

    @property
    def header_cache(self) -> Path:
        """What the headers of model files said last time."""
        return self.cache / "model_headers.json"

    def create(self) -> None:
        """Make the data folder, readable by its owner only (other people's documents are in it)."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (self.logs, self.runs, self.collections, self.adapters, self.models, self.projects, self.cache):
            folder.mkdir(exist_ok=True, mode=0o700)
