"""Downloads: those of this window, those that an earlier one began, and what is left of interrupted ones. No Qt."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from workbench.errors import WorkbenchError
from workbench.jobs.events import Cancelled, Crashed, Failed, Finished, JobEvent, Produced, Progressed, Queued, Started
from workbench.jobs.spec import JobSpec, Listener
from workbench.llm.hub.partial import PartialDownload
from workbench.llm.hub.running import discard_spec, download_spec
from workbench.llm.hub.types import DownloadReport, DownloadRequest
from workbench.ui.hub.board import Board, Surroundings
from workbench.ui.hub.state import DownloadRow, Phase
from workbench.ui.pace import Pace
from workbench.ui.trouble import Trouble

_KEPT = "What is there is kept: Resume goes on from it."


class DownloadsPart:
    """What the user does with downloads, and what they say."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board, self._around = board, around
        self._paces: dict[str, Pace] = {}
        self._discarded: dict[str, DownloadRequest] = {}

    def announce(self, key: str, name: str) -> None:
        """It will begin when the hub has told its files."""
        self._put(DownloadRow(key=key, name=name, phase=Phase.ASKING, label=f"Asking {self._board.state.host}…"))

    def withdraw(self, key: str) -> None:
        """What was announced does not begin."""
        self._drop(key)

    def begin(self, request: DownloadRequest) -> None:
        """Download, or go on with what is there."""
        key = key_of(request)
        known = self._find(key)
        if known is not None and known.phase in {Phase.RUNNING, Phase.PAUSING}:
            return
        self._paces[key] = Pace()
        self._discarded.pop(key, None)
        row = DownloadRow(
            key=key,
            name=request.files[0].name.rpartition("/")[2],
            phase=Phase.RUNNING,
            request=request,
            done=known.done if known is not None else 0.0,
            total=float(request.size_bytes),
            label="Connecting",
        )
        self._put(row)
        try:
            handle = self._around.jobs.submit(download_spec(request), partial(self._on_event, key))
        except WorkbenchError as problem:
            self._change(key, phase=Phase.FAILED, trouble=Trouble(problem.message, problem.hint, problem.details))
            return
        self._change(key, job_id=handle.id)

    def follow(self, spec: JobSpec) -> Listener:
        """Who listens to a download that an earlier start of the program began."""
        try:
            request = DownloadRequest.model_validate(spec.params)
        except ValidationError:
            return _ignore  # begun by another version of the program; the jobs panel shows it all the same
        key = key_of(request)
        self._paces[key] = Pace()
        name = request.files[0].name.rpartition("/")[2]
        self._put(DownloadRow(key, name, Phase.RUNNING, request, total=float(request.size_bytes), label="Connecting"))
        return partial(self._on_event, key)

    def show_unfinished(self, found: Sequence[PartialDownload]) -> None:
        """What the disk holds of downloads that nobody follows."""
        for unfinished in found:
            request = unfinished.request
            key = key_of(request)
            if self._find(key) is None and not unfinished.is_running:
                name = request.files[0].name.rpartition("/")[2]
                done, total = float(unfinished.kept_bytes), float(request.size_bytes)
                self._put(DownloadRow(key, name, Phase.PAUSED, request, done=done, total=total))

    def pause(self, key: str) -> None:
        """End it for now and keep what is there."""
        row = self._find(key)
        if row is not None and row.can_pause:
            self._around.jobs.send_command(row.job_id, "pause")
            self._change(key, phase=Phase.PAUSING)

    def resume(self, key: str) -> None:
        row = self._find(key)
        if row is not None and row.can_resume and row.request is not None:
            self.begin(row.request)

    def cancel(self, key: str) -> None:
        """End it and forget what is there; of one that is done only the line goes."""
        row = self._find(key)
        if row is None:
            return
        self._drop(key)
        if row.phase is Phase.DONE or row.request is None:
            return
        if row.phase in {Phase.RUNNING, Phase.PAUSING} and row.job_id:
            self._discarded[key] = row.request
            self._around.jobs.send_command(row.job_id, "discard")
        else:
            self._discard(row.request)

    def try_it(self, key: str) -> None:
        """Take the model to the playground."""
        row = self._find(key)
        if row is None or row.report is None:
            return
        path, model = row.report.path, row.report.model
        listed = next((known.name for known in self._around.catalog.models if known.path == path), "")
        name = listed or (model.name if model is not None else "")
        self._drop(key)
        self._around.navigator.open_tab("playground", model=name)

    # -- what they say ------------------------------------------------------------------------------------------------

    def _on_event(self, key: str, event: JobEvent) -> None:
        row = self._find(key)
        if row is None:
            self._on_event_of_discarded(key, event)
            return
        if not row.job_id:
            self._change(key, job_id=event.job_id)
        match event:
            case Queued(reason=reason):
                self._change(key, label=reason or "Waiting for a process")
            case Started():
                self._change(key, label="Connecting")
            case Progressed():
                self._note_progress(key, event)
            case Produced(kind="DownloadNote", item=item):
                self._change(key, note=str(item.get("text", "")))
            case Finished(result=result):
                self._end(key, DownloadReport.model_validate(result))
            case Cancelled():
                self._change(key, phase=Phase.PAUSED, label="", seconds_left=None)
            case Failed():
                self._fail(key, Trouble(event.message, event.hint, event.details))
            case Crashed():
                text = event.message or "The download stopped unexpectedly."
                self._fail(key, Trouble(text, _KEPT, event.stderr_tail))
            case _:
                pass

    def _note_progress(self, key: str, event: Progressed) -> None:
        pace = self._paces.setdefault(key, Pace())
        pace.report(event.done, event.total)
        changes: dict[str, Any] = {"done": event.done, "total": event.total, "label": event.label}
        self._change(key, **changes, seconds_left=pace.seconds_left())

    def _end(self, key: str, report: DownloadReport) -> None:
        if not report.finished:
            self._change(key, phase=Phase.PAUSED, done=float(report.kept_bytes), label="", seconds_left=None)
            return
        size = float(report.size_bytes)
        self._change(key, phase=Phase.DONE, done=size, total=size, report=report, label="", note="", trouble=None)
        self._around.catalog.refresh()
        if not self._board.is_seen:
            self._around.messages.info(f"{self._name(key)} was downloaded and is in the library.")

    def _fail(self, key: str, trouble: Trouble) -> None:
        self._change(key, phase=Phase.FAILED, trouble=trouble, label="", seconds_left=None)
        if not self._board.is_seen:
            self._around.messages.error(
                f"{self._name(key)} was not downloaded. {trouble.text}", trouble.hint, trouble.details
            )

    def _on_event_of_discarded(self, key: str, event: JobEvent) -> None:
        """It may have ended in another way before it heard that nobody wants it."""
        match event:
            case Finished(result=result) if DownloadReport.model_validate(result).finished:
                self._discarded.pop(key, None)
                self._around.catalog.refresh()
            case Finished() | Failed() | Crashed():
                if (request := self._discarded.pop(key, None)) is not None:
                    self._discard(request)
            case Cancelled():
                self._discarded.pop(key, None)
            case _:
                pass

    def _discard(self, request: DownloadRequest) -> None:
        self._around.jobs.submit(discard_spec(request), self._on_discarded)

    def _on_discarded(self, event: JobEvent) -> None:
        if isinstance(event, Failed | Crashed):
            hint = event.hint if isinstance(event, Failed) else ""
            self._around.messages.warning(event.message or "What was left of a download is still there.", hint)

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _name(self, key: str) -> str:
        row = self._find(key)
        return row.name if row is not None else key

    def _find(self, key: str) -> DownloadRow | None:
        return next((row for row in self._board.state.downloads if row.key == key), None)

    def _put(self, row: DownloadRow) -> None:
        rows = self._board.state.downloads
        if self._find(row.key) is None:
            self._board.show(downloads=(*rows, row))
        else:
            self._board.show(downloads=tuple(row if known.key == row.key else known for known in rows))

    def _change(self, key: str, **changes: Any) -> None:
        rows = self._board.state.downloads
        self._board.show(downloads=tuple(replace(row, **changes) if row.key == key else row for row in rows))

    def _drop(self, key: str) -> None:
        self._board.show(downloads=tuple(row for row in self._board.state.downloads if row.key != key))


def key_of(request: DownloadRequest) -> str:
    """One download per repository and file."""
    return f"{request.repository}/{request.files[0].name}"


def _ignore(_event: JobEvent) -> None:
    """Nothing of this download is shown here."""
