"""Lanes: jobs of one lane run one after the other, in the order of their submission."""

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Place:
    job_id: str
    title: str


class Lanes:
    """First come, first served; the first of each lane is the one that runs."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._lanes: dict[str, list[_Place]] = {}

    def join(self, lane: str, job_id: str, title: str, *, running_already: bool = False) -> None:
        """Take the last place, or the first for a job that was found running. An empty lane name means no lane."""
        if not lane:
            return
        with self._changed:
            places = self._lanes.setdefault(lane, [])
            places.insert(0 if running_already else len(places), _Place(job_id, title))

    def wait_turn(
        self, lane: str, job_id: str, *, given_up: Callable[[], bool], waits_for: Callable[[str], None]
    ) -> bool:
        """True when it is the job's turn, False when `given_up`. `waits_for(title)` hears who is running meanwhile."""
        if not lane:
            return not given_up()
        told = ""
        while True:
            with self._changed:
                first = self._lanes[lane][0]
                if first.job_id == job_id or given_up():
                    return not given_up()
                if first.job_id == told:
                    self._changed.wait()
                    continue
            told = first.job_id
            waits_for(first.title)

    def move_up(self, lane: str, job_id: str) -> str:
        """Change places with the one before, but not with the one that runs; returns who that was, "" for nobody."""
        with self._changed:
            places = self._lanes.get(lane, [])
            place = next((index for index, waiting in enumerate(places) if waiting.job_id == job_id), 0)
            if place < 2:
                return ""
            before = places[place - 1]
            places[place - 1 : place + 1] = [places[place], before]
            self._changed.notify_all()
            return before.job_id

    def leave(self, lane: str, job_id: str) -> None:
        if not lane:
            return
        with self._changed:
            places = [place for place in self._lanes.get(lane, []) if place.job_id != job_id]
            if places:
                self._lanes[lane] = places
            else:
                self._lanes.pop(lane, None)
            self._changed.notify_all()

    def look_again(self) -> None:
        """Make every waiting job ask whether it has been given up."""
        with self._changed:
            self._changed.notify_all()
