"""What the model will see of a row, and what it learns from it: the exact tokens, before the start. No Qt."""

from dataclasses import replace
from functools import partial
from typing import Any

from workbench.finetune.encoding import nothing_trained
from workbench.finetune.preview import PreviewReport, PreviewRequest
from workbench.finetune.running import preview_spec
from workbench.jobs.events import Crashed, Failed, Finished, JobEvent
from workbench.jobs.spec import JobHandle
from workbench.ui.finetune.board import Board, Surroundings
from workbench.ui.finetune.presets import Goal
from workbench.ui.trouble import trouble_of

AT_ONCE = 20
"""Rows that one process turns into tokens: paging through them then costs nothing."""


class PreviewPart:
    """What the user does below "What is learned"."""

    def __init__(self, board: Board, around: Surroundings) -> None:
        self._board = board
        self._around = around
        self._shown_for: PreviewRequest | None = None
        """What the rows that are here, or on their way, belong to."""
        self._job: JobHandle | None = None

    def open(self, is_open: bool) -> None:
        self._show(is_open=is_open)
        self.refresh()

    def choose_row(self, row: int) -> None:
        """Look at this row of the data set, counted from 0."""
        count = self._row_count
        self._show(row=min(max(row, 0), max(0, count - 1)))
        self.refresh()

    def refresh(self) -> None:
        """Base, rows or settings may be others by now; nothing is done while nobody looks."""
        state = self._board.setup.preview
        if not state.is_open:
            return
        if state.row >= max(1, self._row_count):
            self._show(row=0)
        request = self._request()
        if request == self._shown_for:
            self._refuse_silence()
            return
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._shown_for = request
        self._show(rows={}, trouble=None, is_loading=request is not None)
        if request is not None:
            self._job = self._around.jobs.submit(preview_spec(request), partial(self._on_event, request))

    @property
    def _row_count(self) -> int:
        dataset = self._board.state.chosen_dataset
        return dataset.row_count if dataset is not None else 0

    def _request(self) -> PreviewRequest | None:
        setup, dataset = self._board.setup, self._board.state.chosen_dataset
        base = setup.chosen_base
        if setup.goal is not Goal.INSTRUCTIONS or base is None or dataset is None or setup.base_trouble:
            return None
        return PreviewRequest(
            base=base,
            rows_path=dataset.rows_path,
            rows_hash=dataset.content_hash,
            start=setup.preview.row // AT_ONCE * AT_ONCE,
            count=AT_ONCE,
            trained_turns=setup.config.trained_turns,
            max_length=setup.config.max_length,
        )

    def _on_event(self, request: PreviewRequest, event: JobEvent) -> None:
        if request != self._shown_for:
            return
        match event:
            case Finished(result=result):
                found = PreviewReport.model_validate(result)
                self._show(rows=dict(enumerate(found.rows, request.start)), is_loading=False)
                self._refuse_silence()
            case Failed() | Crashed():
                self._show(trouble=trouble_of(event), is_loading=False)
            case _:
                pass

    def _refuse_silence(self) -> None:
        """A data set that is seen whole, with nothing to learn in it, needs no estimate to be refused."""
        rows = self._board.setup.preview.rows
        is_current = self._shown_for is not None and self._request() == self._shown_for
        if is_current and rows and len(rows) == self._row_count and not any(row.learns for row in rows.values()):
            self._board.show_setup(refusal=trouble_of(nothing_trained()))

    def _show(self, **changes: Any) -> None:
        self._board.show_setup(preview=replace(self._board.setup.preview, **changes))
