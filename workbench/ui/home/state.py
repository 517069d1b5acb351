"""Everything that Home shows."""

from dataclasses import dataclass
from enum import StrEnum

from workbench.llm.computer import Computer


class ProjectStage(StrEnum):
    CLOSED = "closed"
    OPENING = "opening"
    OPEN = "open"
    TUNING = "tuning"
    """Open; its adapters are trained."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A sample project."""

    key: str
    title: str
    summary: str
    stage: ProjectStage = ProjectStage.CLOSED
    note: str = ""
    """What happens while it opens, or why it could not be opened."""
    done: float = 0.0
    total: float = 0.0
    """How far what happens is; a total of 0 means that nobody knows."""
    collection: str = ""
    """What its documents are called, once it is open."""
    comparison: str = ""
    """The file of its written comparison, once it is open."""
    is_tuned: bool = False
    """Whether the adapters that its comparison asks are trained."""


@dataclass(frozen=True, slots=True)
class ModelsFound:
    """What the scan of the usual places found."""

    is_searching: bool = True
    count: int = 0
    unusable: int = 0
    first_name: str = ""
    """The first one that can answer."""
    first_facts: str = ""
    is_starter: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class HomeState:
    computer: Computer | None = None
    models: ModelsFound = ModelsFound()
    projects: tuple[ProjectCard, ...] = ()

    @property
    def is_opening(self) -> bool:
        """One project is opened at a time."""
        return any(project.stage is ProjectStage.OPENING for project in self.projects)
