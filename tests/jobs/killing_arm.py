"""A comparison whose arm "killer" ends its process in native code, whenever it is asked."""

import ctypes

from tests.unit.compare.scripted import ScriptedTools, asked_number
from workbench.compare.types import CompareRequest, ComparisonReport
from workbench.compare.whole_run import compare
from workbench.jobs.context import JobContext
from workbench.llm.types import GenerationRequest


def answer(request: GenerationRequest) -> str:
    if request.messages[0].content == "kill":
        ctypes.string_at(0)
    return str(asked_number(request) + 1)


def run(context: JobContext, request: CompareRequest) -> ComparisonReport:
    return compare(context, request, ScriptedTools(answer)).model_copy(update={"trials": (), "examples": ()})
