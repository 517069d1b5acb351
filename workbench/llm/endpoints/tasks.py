"""What workers do with servers beside answering."""

from workbench.boundary import Boundary
from workbench.jobs.context import JobContext
from workbench.llm.endpoints.checking import CheckReport, ask_models
from workbench.llm.endpoints.keys import find_key
from workbench.llm.endpoints.types import Endpoint

CHECK = "workbench.llm.endpoints.tasks:check"


class CheckRequest(Boundary):
    """Carries no key: the worker finds it where it is kept."""

    endpoint: Endpoint


def check(context: JobContext, request: CheckRequest) -> CheckReport:
    """Ask a server for its models."""
    context.progress(0, 0, f"Asking {request.endpoint.host}")
    return ask_models(request.endpoint, find_key(request.endpoint))
