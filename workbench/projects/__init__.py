"""The sample projects: what they are, how one is opened, and what is done with it."""

from workbench.projects.files import SAMPLES, SampleProject, is_open, list_projects, open_project, read_project
from workbench.projects.steps import ProjectSteps, Step

__all__ = [
    "SAMPLES",
    "ProjectSteps",
    "SampleProject",
    "Step",
    "is_open",
    "list_projects",
    "open_project",
    "read_project",
]
