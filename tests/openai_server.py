"""A server on this computer that speaks what the program uses of OpenAI's protocol, and can misbehave in every way.

`/v1/models`, `/v1/chat/completions` and `/v1/completions`, streamed or not. It answers with the words of `answer`.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE_SECONDS = 60.0


@dataclass
class Faults:
    """What goes wrong, until it is changed."""

    status: int = 0
    """Instead of an answer."""
    refusals: int = 1_000_000
    """How many requests have that status."""
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    """With the status."""
    cut_after: int | None = None
    """Pieces of the answer, then the connection is closed."""
    cuts: int = 1_000_000
    silent_after: int | None = None
    """Pieces of the answer, then nothing until the server closes."""
    garbage: bytes = b""
    """Instead of the stream."""
    content_type: str = ""
    content_encoding: str = ""
    after: int | None = None
    """`piece` is sent after so many pieces."""
    piece: bytes = b""


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    path: str
    authorization: str
    body: dict[str, Any]


def echo(body: dict[str, Any]) -> str:
    """What was asked last, with "You said:" before it."""
    return f"You said: {body['messages'][-1]['content'] if 'messages' in body else body['prompt']}"


class OpenAiServer:
    """Start with `serving()`. Everything may be changed at any time."""

    def __init__(self) -> None:
        self.models = ["small", "large"]
        self.key = ""
        """Needed for everything when set."""
        self.answer: Callable[[dict[str, Any]], str] = echo
        self.pieces: Callable[[str], list[str]] = lambda text: (
            [w + " " for w in text.split(" ")[:-1]] + [text.split(" ")[-1]]
        )
        self.tells_usage = True
        self.streams = True
        self.logprobs = False
        self.refused_fields: set[str] = set()
        """Answered with 400, naming the field."""
        self.wants_completion_tokens = False
        self.faults = Faults()
        self.asked: list[Asked] = []
        self.at_once = self.most_at_once = 0
        self.gone = threading.Event()
        """Set when a client closed the connection before it had everything."""
        self.gate = threading.Event()
        """Answers wait for it."""
        self.gate.set()
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.owner = self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def answered(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.path.endswith("completions")]

    def take(self, name: str) -> bool:
        """One of the faults that happen only so often."""
        with self.lock:
            left = int(getattr(self.faults, name))
            setattr(self.faults, name, left - 1)
            return left > 0

    @contextmanager
    def running(self) -> Iterator["OpenAiServer"]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self.gate.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join(5)


@contextmanager
def serving() -> Iterator[OpenAiServer]:
    with OpenAiServer().running() as server:
        yield server


class _Server(ThreadingHTTPServer):
    owner: OpenAiServer
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    @property
    def _owner(self) -> OpenAiServer:
        return self.server.owner

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: dict[str, Any]) -> None:
        owner = self._owner
        authorization = self.headers.get("Authorization", "")
        with owner.lock:
            owner.asked.append(Asked(self.path, authorization, body))
            owner.at_once += 1
            owner.most_at_once = max(owner.most_at_once, owner.at_once)
        try:
            owner.gate.wait(PATIENCE_SECONDS)
            self._decide(body, authorization)
        except (BrokenPipeError, ConnectionResetError):
            owner.gone.set()
            self.close_connection = True
        finally:
            with owner.lock:
                owner.at_once -= 1

    def _decide(self, body: dict[str, Any], authorization: str) -> None:
        owner, faults = self._owner, self._owner.faults
        if faults.status and owner.take("refusals"):
            said = {"error": {"message": f"refused with {faults.status}"}} if faults.body is None else faults.body
            return self._json(faults.status, said, faults.headers)
        if owner.key and authorization != f"Bearer {owner.key}":
            said = {"error": {"message": f"Incorrect API key provided: {authorization}", "code": "invalid_api_key"}}
            return self._json(401, said)
        if faults.garbage:
            return self._raw(faults)
        if self.path == "/v1/models":
            return self._json(200, {"object": "list", "data": [{"id": name} for name in owner.models]})
        if self.path not in {"/v1/chat/completions", "/v1/completions"}:
            return self._json(404, {"error": {"message": "nothing here"}})
        if body["model"] not in owner.models:
            said = {"error": {"message": f"The model {body['model']!r} does not exist", "code": "model_not_found"}}
            return self._json(404, said)
        if owner.wants_completion_tokens and "max_tokens" in body:
            return self._json(400, {"error": {"message": "Unsupported: max_tokens. Use 'max_completion_tokens'."}})
        if refused := owner.refused_fields & body.keys():
            return self._json(400, {"error": {"message": f"Unrecognized request argument: {min(refused)}"}})
        return self._complete(body)

    def _complete(self, body: dict[str, Any]) -> None:
        owner = self._owner
        pieces = owner.pieces(owner.answer(body))
        longest = body.get("max_tokens", body.get("max_completion_tokens", 1000))
        reason = "length" if len(pieces) > longest else "stop"
        pieces = pieces[:longest]
        usage = {"prompt_tokens": 11, "completion_tokens": len(pieces), "prompt_tokens_details": {"cached_tokens": 4}}
        if not owner.streams:
            choice = {"index": 0, "message": {"role": "assistant", "content": "".join(pieces)}, "finish_reason": reason}
            return self._json(200, {"choices": [choice], **({"usage": usage} if owner.tells_usage else {})})
        return self._stream(body, pieces, reason, usage)

    def _stream(self, body: dict[str, Any], pieces: list[str], reason: str, usage: dict[str, Any]) -> None:
        owner, faults = self._owner, self._owner.faults
        cuts = faults.cut_after is not None and owner.take("cuts")
        self._start(200, faults.content_type or "text/event-stream", {"Transfer-Encoding": "chunked"})
        self._chunk(b": hello\n\n")
        for number, piece in enumerate(pieces):
            if number == faults.after:
                self._chunk(faults.piece)
            if cuts and number == faults.cut_after:
                self._chunk(b'data: {"choices": [{"del')
                self.connection.close()
                raise BrokenPipeError
            if number == faults.silent_after:
                self._wait_until_gone()
            self._event(self._piece(body, piece))
        self._event({"choices": [{"index": 0, "delta": {}, "text": "", "finish_reason": reason}]})
        if owner.tells_usage and body.get("stream_options", {}).get("include_usage"):
            self._event({"choices": [], "usage": usage})
        self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _piece(self, body: dict[str, Any], text: str) -> dict[str, Any]:
        choice: dict[str, Any] = {"index": 0, "finish_reason": None}
        choice |= {"delta": {"content": text}} if "messages" in body else {"text": text}
        if self._owner.logprobs and body.get("logprobs"):
            top = [{"token": text, "logprob": -0.25}, {"token": "other", "logprob": -2.0}]
            choice["logprobs"] = {"content": [{"token": text, "logprob": -0.25, "top_logprobs": top}]}
        return {"choices": [choice]}

    def _wait_until_gone(self) -> None:
        """Until the client closes its end or the server ends."""
        self.connection.settimeout(0.05)
        end = time.monotonic() + PATIENCE_SECONDS
        while not self._owner.closing.is_set() and time.monotonic() < end:
            try:
                if self.connection.recv(1) == b"":
                    raise BrokenPipeError
            except TimeoutError:
                continue

    def _event(self, content: dict[str, Any]) -> None:
        self._chunk(f"data: {json.dumps(content)}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _raw(self, faults: Faults) -> None:
        headers = {"Content-Length": str(len(faults.garbage))}
        if faults.content_encoding:
            headers["Content-Encoding"] = faults.content_encoding
        self._start(200, faults.content_type or "text/event-stream", headers)
        self.wfile.write(faults.garbage)

    def _json(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        body = json.dumps(content).encode()
        self._start(status, "application/json", {"Content-Length": str(len(body)), **(headers or {})})
        self.wfile.write(body)

    def _start(self, status: int, content_type: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
