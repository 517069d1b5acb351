"""A search in a process of its own, to be killed: `python -m tests.jobs.dying_search REQUEST.json GENERATIONS`."""

import sys
from pathlib import Path

from pydantic import BaseModel

from workbench.jobs.context import RecordingContext
from workbench.playground.search import telling
from workbench.playground.search.tasks import search_prompt
from workbench.playground.search.types import SearchProgress, SearchRequest


class Telling(RecordingContext):
    """After so many generations it says so and waits to be killed."""

    def produce(self, item: BaseModel) -> None:
        if isinstance(item, SearchProgress) and item.used >= int(sys.argv[2]):
            print("used", item.used, flush=True)
            sys.stdin.readline()


if __name__ == "__main__":
    telling._TELL_EVERY_SECONDS = 0.0
    search_prompt(Telling(), SearchRequest.model_validate_json(Path(sys.argv[1]).read_text(encoding="utf-8")))
