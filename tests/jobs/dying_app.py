"""An app of its own, for tests that kill it: submits one job and prints what it hears, a line per event.

`python -m tests.jobs.dying_app HOME TASK TEXT ordinary|durable`
"""

import sys
import threading
from pathlib import Path

from workbench.jobs.events import JobEvent, to_line
from workbench.jobs.runner import JobRunner
from workbench.jobs.spec import JobSpec
from workbench.paths import WorkbenchPaths


def main(home: str, task: str, text: str, kind: str) -> None:
    paths = WorkbenchPaths(Path(home))
    paths.create()
    spec = JobSpec(task=f"tests.jobs.sample_tasks:{task}", params={"text": text}, durable=kind == "durable")

    def tell(event: JobEvent) -> None:
        sys.stdout.write(to_line(event))
        sys.stdout.flush()

    JobRunner(paths).submit(spec, tell)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
