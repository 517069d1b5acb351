"""Fetches one file over HTTP, however often the connection breaks: ranges, versions, sizes, patience.

What arrived is appended to its `Part`. Nothing here decides whether the bytes are right: that is the checksum's.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from workbench.errors import WorkbenchError
from workbench.llm.hub.access import check_address, host_of
from workbench.llm.hub.partial import Part
from workbench.llm.hub.problems import RETRIED, problem_of, retry_after, unreachable
from workbench.llm.hub.types import DownloadRequest, Patience, RemoteFile
from workbench.llm.hub.wish import Wish
from workbench.llm.in_words import size_in_words

if TYPE_CHECKING:
    import httpx2

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class _Trouble(Exception):
    """An attempt failed in a way that another one may not."""

    def __init__(self, problem: WorkbenchError, wait_seconds: float = 0.0) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.wait_seconds = wait_seconds


class Transfer:
    """One file of a download."""

    def __init__(
        self,
        client: "httpx2.Client",
        request: DownloadRequest,
        part: Part,
        *,
        token: str,
        wish: Wish,
        on_bytes: Callable[[int], None],
        on_note: Callable[[str], None],
        on_wait: Callable[[float], None],
    ) -> None:
        """`on_bytes` hears how many bytes more there are (negative when it begins anew), `on_note` sentences.

        `on_wait` hears how many seconds it waits before the next attempt.
        """
        self._client, self._request, self._part, self._token = client, request, part, token
        self._wish, self._on_bytes, self._on_note, self._on_wait = wish, on_bytes, on_note, on_wait

    @property
    def _wanted(self) -> RemoteFile:
        return self._part.wanted

    def run(self) -> None:
        """Until the part has the listed size. Raises WorkbenchError when it does not get there, or what `Wish` says."""
        failures = 0
        patience = self._request.patience
        while self._part.length < self._wanted.size_bytes:
            self._wish.check()
            before = self._part.length
            try:
                self._attempt()
            except _Trouble as trouble:
                self._part.sync()
                self._wish.check()
                failures = 0 if self._part.length > before else failures + 1
                if failures >= patience.attempts:
                    raise self._give_up(trouble.problem) from trouble
                seconds = max(trouble.wait_seconds, _wait_seconds(patience, failures))
                self._on_wait(seconds)
                self._wish.wait(seconds)

    def _attempt(self) -> None:
        with self._asking() as response:
            self._check_status(response)
            self._check_file(response)
            self._place(response)
            with self._wish.guarding(response):
                self._read(response)
        if self._part.length < self._wanted.size_bytes:
            raise _Trouble(self._broken_off())

    @contextmanager
    def _asking(self) -> Iterator["httpx2.Response"]:
        """The answer to a request for what is missing; a network that fails becomes `_Trouble`."""
        import httpx2

        name, revision = quote(self._wanted.name), quote(self._request.revision, safe="")
        url = f"{self._request.hub}/{self._request.repository}/resolve/{revision}/{name}"
        check_address(url, self._request.hub)
        try:
            with self._client.stream("GET", url, headers=self._headers()) as response:
                yield response
        except httpx2.TooManyRedirects as error:
            raise unreachable(self._request.hub, error) from error
        except (httpx2.TransportError, httpx2.StreamError) as error:
            raise _Trouble(unreachable(self._request.hub, error)) from error

    def _headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if start := self._part.length:
            headers["Range"] = f"bytes={start}-"
            if self._part.etag and not self._part.etag.startswith("W/"):
                headers["If-Range"] = self._part.etag
        return headers

    def _check_status(self, response: "httpx2.Response") -> None:
        status = response.status_code
        if status in {200, 206}:
            return
        if status == 416:
            self._begin_anew("The server says that it has less of {} than is here: it begins anew.")
            raise _Trouble(self._lie("answered with a range that does not exist"))
        subject = f"{self._request.repository}/{self._wanted.name}"
        problem = problem_of(status, response.headers, subject, self._request.hub, has_token=bool(self._token))
        expired = bool(response.history) and status == 403  # the address that the hub sent us to is valid for minutes
        if status in RETRIED or expired:
            raise _Trouble(problem, retry_after(response.headers))
        raise problem

    def _check_file(self, response: "httpx2.Response") -> None:
        """Whether this is the file that was listed, and not something that stands in for it."""
        if response.headers.get("content-type", "").startswith("text/html"):
            raise WorkbenchError(
                f"A web page came instead of {self._wanted.name}.",
                hint="The network may want you to sign in first (hotel, company): open any page in a browser.",
                code="captive_portal",
            )
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _Trouble(self._lie("sends it packed, though it was asked not to"))
        for answer in (*response.history, response):
            self._check_listed(answer.headers)

    def _check_listed(self, headers: Mapping[str, str]) -> None:
        """The hub says on its first answer which content it is about to give."""
        linked = _linked_sha256(headers)
        if self._wanted.sha256 and linked and linked != self._wanted.sha256:
            raise WorkbenchError(
                f"The hub has another file under the name {self._wanted.name} now.",
                hint="List the files of the repository again and download that one.",
                code="hub_changed",
            )
        size = headers.get("x-linked-size", "")
        if size.isdecimal() and int(size) != self._wanted.size_bytes:
            raise _Trouble(self._lie(f"says that it has {size_in_words(int(size))}"))

    def _place(self, response: "httpx2.Response") -> None:
        """Begin where this answer begins: at the end of what is here, or at the first byte."""
        etag = self._version_of(response)
        start = _start_of(response) if response.status_code == 206 else 0
        if start and self._part.etag and etag and _bare(etag) != _bare(self._part.etag):
            self._begin_anew("{} changed on the server since this download was begun: it begins anew.")
            raise _Trouble(self._broken_off())
        if start != self._part.length:
            if start:
                raise _Trouble(self._lie("answered with another range than was asked for"))
            changed = bool(self._part.etag and etag and _bare(etag) != _bare(self._part.etag))
            why = "changed on the server since this download was begun" if changed else "cannot be had from the middle"
            self._begin_anew("{} " + why + ": it begins anew.")
        self._check_length(response, start)
        self._part.begin_version(etag)

    def _version_of(self, response: "httpx2.Response") -> str:
        """What the server calls this version; "" where the hub has just told its checksum, which says it better.

        The machines that hold the contents may call one content by different names.
        """
        told = any(_linked_sha256(answer.headers) == self._wanted.sha256 for answer in (*response.history, response))
        return "" if told and self._wanted.sha256 else str(response.headers.get("etag", ""))

    def _check_length(self, response: "httpx2.Response", start: int) -> None:
        expected = self._wanted.size_bytes
        if response.status_code == 206:
            total = _RANGE.fullmatch(response.headers.get("content-range", ""))
            if total is not None and total[3] != "*" and int(total[3]) != expected:
                raise _Trouble(self._lie(f"says that it has {size_in_words(int(total[3]))}"))
        length = response.headers.get("content-length", "")
        if length.isdecimal() and int(length) != expected - start:
            raise _Trouble(self._lie(f"wants to send {size_in_words(start + int(length))}"))

    def _read(self, response: "httpx2.Response") -> None:
        for chunk in response.iter_raw():  # as it comes: of a chunk of fixed size the last bytes would be lost
            self._wish.check()
            if self._part.length + len(chunk) > self._wanted.size_bytes:
                raise self._lie("sends more than that")
            self._part.write(chunk)
            self._on_bytes(len(chunk))

    def _begin_anew(self, sentence: str) -> None:
        if self._part.length:
            self._on_note(sentence.format(self._wanted.name))
        self._on_bytes(-self._part.length)
        self._part.begin_anew()

    def _give_up(self, problem: WorkbenchError) -> WorkbenchError:
        if not self._part.length:
            return problem
        kept = size_in_words(self._part.length)
        hint = f"{problem.hint} {kept} of {size_in_words(self._wanted.size_bytes)} are kept: a new start goes on there."
        return WorkbenchError(problem.message, hint=hint.strip(), details=problem.details, code=problem.code)

    def _lie(self, what: str) -> WorkbenchError:
        expected = size_in_words(self._wanted.size_bytes)
        return WorkbenchError(
            f"{self._wanted.name} has {expected} in the list of the hub, but the server {what}.",
            hint="Try again later, or choose another file.",
            code="hub_size_differs",
        )

    def _broken_off(self) -> WorkbenchError:
        return WorkbenchError(
            f"The connection to {host_of(self._request.hub)} broke off again and again.",
            hint="Check the connection to the internet.",
            code="hub_unreachable",
        )


def _start_of(response: "httpx2.Response") -> int:
    found = _RANGE.fullmatch(response.headers.get("content-range", ""))
    return int(found[1]) if found is not None else -1


def _linked_sha256(headers: Mapping[str, str]) -> str:
    linked = _bare(headers.get("x-linked-etag", ""))
    return linked if _SHA256.fullmatch(linked) else ""


def _bare(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')


def _wait_seconds(patience: Patience, failures: int) -> float:
    doubled: float = patience.first_wait_seconds * 2 ** max(0, failures - 1)
    return min(patience.longest_wait_seconds, doubled)
