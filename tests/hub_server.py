"""A model hub on this computer that speaks what the program uses of the real one, and can misbehave in every way.

`/api/models?search=`, `/api/models/<owner>/<name>/revision/<revision>?blobs=true`, and
`/<owner>/<name>/resolve/<revision>/<file>`, which sends on to `/cdn/...`, where ranges, `If-Range` and ETags work.
"""

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

SERVED_AT_ONCE = 64 * 1024


@dataclass
class Faults:
    """What goes wrong with files, until it is changed."""

    cut_after: int | None = None
    """Bytes of each answer, then the connection is closed."""
    cuts: int = 1_000_000
    """How many answers are cut."""
    lie_about_length: int = 0
    """Added to the stated Content-Length."""
    endless: bool = False
    """Chunked, and more than there is."""
    corrupt_at: int | None = None
    """This byte of the file is sent wrong."""
    corruptions: int = 1_000_000
    status: int = 0
    """Instead of the file."""
    refusals: int = 1_000_000
    """How many answers have that status."""
    headers: dict[str, str] = field(default_factory=dict)
    error_code: str = ""
    no_ranges: bool = False
    unstable_etags: bool = False
    """Each answer calls the same content by another name."""
    html: bool = False
    redirect_to: str = ""
    """Where the files are said to be; the own /cdn when empty."""
    silent_after: int | None = None
    """Bytes of each answer, then nothing for ever."""
    silences: int = 1_000_000
    """How many answers fall silent."""
    bytes_per_second: float = 0.0


@dataclass(frozen=True)
class Request:
    path: str
    range: str
    authorization: str
    sent: int


class HubServer:
    """Start with `serving()`. Files may be changed at any time; each content has its own ETag."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.tags: dict[str, list[str]] = {}
        self.listed_sizes: dict[str, int] = {}
        """What the list says of a file instead of the truth."""
        self.linked_etag = True
        self.api_status = 0
        self.api_headers: dict[str, str] = {}
        self.api_body: bytes | None = None
        self.token = ""
        """Needed for everything when set."""
        self.faults = Faults()
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._changed = threading.Condition()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.hub = self

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def add(self, repository: str, name: str, content: bytes, *tags: str) -> None:
        self.repositories.setdefault(repository, {})[name] = content
        self.tags.setdefault(repository, []).extend(["gguf", *tags])

    def revision(self, repository: str) -> str:
        """A commit that changes with every content."""
        sums = [name.encode() + hashlib.sha1(data).digest() for name, data in self.repositories[repository].items()]
        return hashlib.sha1(b"".join(sorted(sums))).hexdigest()

    def note(self, request: Request) -> None:
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()

    @property
    def fetched(self) -> list[Request]:
        """Requests for contents."""
        return [request for request in self.requests if request.path.startswith("/cdn/")]

    @property
    def sent_bytes(self) -> int:
        return sum(request.sent for request in self.fetched)

    def wait_for_fetches(self, count: int, patience_seconds: float = 20.0) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.fetched) >= count, patience_seconds), self.requests

    @contextmanager
    def serving(self) -> Iterator["HubServer"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    hub: HubServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves in the middle is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr."""

    def do_GET(self) -> None:
        hub = self.server.hub
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        if not path.startswith("/cdn/"):
            self._note(0)
            if hub.token and self.headers.get("Authorization") != f"Bearer {hub.token}":
                return self._refuse(401, hub.api_headers)
        if path == "/api/models":
            return self._search(parse_qs(parts.query))
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/revision/[^/]+)?", path):
            return self._info(match[1])
        if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            return self._resolve(match[1], match[3])
        if match := re.fullmatch(r"/cdn/([^/]+/[^/]+)/(.+)", path):
            return self._content(match[1], match[2])
        return self._refuse(404, {})

    def _search(self, query: dict[str, list[str]]) -> None:
        hub = self.server.hub
        if hub.api_status or hub.api_body is not None:
            return self._api_fault()
        wanted = query.get("search", [""])[0].lower()
        limit = int(query.get("limit", ["1000"])[0])
        found = [
            {
                "id": name,
                "downloads": 100 - number,
                "likes": 5,
                "tags": hub.tags[name],
                "gated": False,
                "gguf": {"total": 596_000_000, "architecture": "qwen3", "context_length": 40960},
            }
            for number, name in enumerate(hub.repositories)
            if wanted in name.lower() and query.get("filter", ["gguf"]) == ["gguf"]
        ]
        return self._json(found[:limit])

    def _info(self, repository: str) -> None:
        hub = self.server.hub
        if hub.api_status or hub.api_body is not None:
            return self._api_fault()
        if repository not in hub.repositories:
            return self._refuse(401, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found"})
        siblings = []
        for name, content in hub.repositories[repository].items():
            size = hub.listed_sizes.get(name, len(content))
            entry: dict[str, Any] = {"rfilename": name, "size": size, "blobId": _git_name(content)}
            if name.endswith(".gguf") and not name.startswith("plain"):
                sha = hashlib.sha256(content).hexdigest()
                entry["lfs"] = {"size": size, "sha256": sha, "pointerSize": 134}
            siblings.append(entry)
        return self._json(
            {
                "id": repository,
                "sha": hub.revision(repository),
                "tags": hub.tags[repository],
                "gated": False,
                "siblings": siblings,
                "gguf": {"total": 596_000_000, "architecture": "qwen3", "context_length": 40960},
            }
        )

    def _resolve(self, repository: str, name: str) -> None:
        hub, faults = self.server.hub, self.server.hub.faults
        content = hub.repositories.get(repository, {}).get(name)
        if content is None:
            return self._refuse(404, {"X-Error-Code": "EntryNotFound"})
        self.send_response(302)
        target = f"/cdn/{repository}/{name}"
        self.send_header("Location", faults.redirect_to or target)
        self.send_header("X-Linked-Size", str(hub.listed_sizes.get(name, len(content))))
        if hub.linked_etag:
            self.send_header("X-Linked-ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("Content-Length", "0")
        self.end_headers()
        return None

    def _content(self, repository: str, name: str) -> None:
        hub, faults = self.server.hub, self.server.hub.faults
        if faults.status and faults.refusals > 0:
            faults.refusals -= 1
            self._note(0)
            return self._refuse(faults.status, {**faults.headers, **_code(faults.error_code)})
        if faults.html:
            self._note(0)
            return self._answer(200, b"<html>Please sign in to our hotel.</html>", "text/html; charset=utf-8")
        content = hub.repositories[repository][name]
        mark = f"-{len(hub.requests)}" if faults.unstable_etags else ""
        etag = f'"{hashlib.md5(content).hexdigest()}{mark}"'
        start = self._start(etag, len(content))
        if start is None:
            self._note(0)
            return self._refuse(416, {"Content-Range": f"bytes */{len(content)}"})
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("ETag", etag)
        self.send_header("Content-Type", "application/octet-stream")
        body = self._spoilt(content, start)
        if faults.endless:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(len(body) + faults.lie_about_length))
        self.end_headers()
        sent = 0
        try:
            sent = self._send(body)
        finally:
            self._note(sent)
        return None

    def _start(self, etag: str, size: int) -> int | None:
        """Where the answer begins; None when the range does not exist."""
        asked = self.headers.get("Range", "")
        if not asked or self.server.hub.faults.no_ranges:
            return 0
        if self.headers.get("If-Range", etag) != etag:
            return 0
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        return start if start < size else None

    def _spoilt(self, content: bytes, start: int) -> bytes:
        faults = self.server.hub.faults
        at = faults.corrupt_at
        if at is not None and start <= at < len(content) and faults.corruptions > 0:
            faults.corruptions -= 1
            content = content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]
        return content[start:]

    def _send(self, body: bytes) -> int:
        """How many bytes of the body left."""
        faults = self.server.hub.faults
        if faults.endless:
            while not self.server.hub.closing.is_set():
                piece = body[:SERVED_AT_ONCE] or b"x"
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        end = len(body)
        if faults.cut_after is not None and faults.cuts > 0:
            faults.cuts -= 1
            end = min(end, faults.cut_after)
        stop = end
        if faults.silent_after is not None and faults.silences > 0:
            faults.silences -= 1
            stop = min(end, faults.silent_after)
        sent = 0
        while sent < stop:
            piece = body[sent : min(stop, sent + SERVED_AT_ONCE)]
            self.wfile.write(piece)
            sent += len(piece)
            if faults.bytes_per_second:
                time.sleep(len(piece) / faults.bytes_per_second)
        self.wfile.flush()
        if stop < end:
            self.server.hub.closing.wait()
        if end < len(body) or faults.lie_about_length:
            self.close_connection = True
        return sent

    def _api_fault(self) -> None:
        hub = self.server.hub
        if hub.api_status:
            return self._refuse(hub.api_status, hub.api_headers)
        return self._answer(200, hub.api_body or b"", "text/html")

    def _json(self, value: object) -> None:
        self._answer(200, json.dumps(value).encode(), "application/json")

    def _refuse(self, status: int, headers: dict[str, str]) -> None:
        self._answer(status, b'{"error": "no"}', "application/json", headers)

    def _answer(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _note(self, sent: int) -> None:
        asked = self.headers.get("Range", "")
        self.server.hub.note(Request(unquote(self.path), asked, self.headers.get("Authorization", ""), sent))


def _git_name(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _code(word: str) -> dict[str, str]:
    return {"X-Error-Code": word} if word else {}
