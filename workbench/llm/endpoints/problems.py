"""What went wrong between here and a server, in a sentence for people. A key never stands in one."""

import json
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from workbench.errors import WorkbenchError
from workbench.llm.endpoints.types import Endpoint

_RETRIED = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529}
_NO_MONEY = ("insufficient_quota", "billing", "payment")
_TOO_LONG = ("context_length", "context length", "context size", "context window", "maximum context", "too long")
_LONGEST_SAID = 300


class EndpointProblem(WorkbenchError):
    """A WorkbenchError that knows whether asking again could help."""

    def __init__(
        self, message: str, *, hint: str, code: str, details: str = "", may_retry: bool = False, wait: float = 0.0
    ) -> None:
        super().__init__(message, hint=hint, details=details, code=code)
        self.may_retry = may_retry
        self.wait_seconds = wait
        """What the server asks for; 0 when it does not say."""


def scrubbed(text: str, key: str) -> str:
    """What a server said, short, on one line, and without the key that it may repeat."""
    if key:
        text = text.replace(key, "…")
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_SAID else line[: _LONGEST_SAID - 1] + "…"


def said_by(body: bytes) -> str:
    """The server's own words in the body of a refusal; "" when there are none."""
    try:
        content = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return ""
    return said_in(content)


def said_in(content: Any) -> str:
    """`{"error": {"message", "code", "type"}}` and the forms that other servers give it."""
    if isinstance(content, str):
        return content
    if not isinstance(content, dict):
        return ""
    inner = content.get("error", content)
    if isinstance(inner, dict):
        parts = [inner.get(name) for name in ("message", "detail", "code", "type", "param")]
        return " ".join(str(part) for part in parts if isinstance(part, str | int) and str(part))
    return inner if isinstance(inner, str) else ""


def of_status(endpoint: Endpoint, status: int, headers: Mapping[str, str], said: str, *, key: str) -> EndpointProblem:
    """The sentence for an HTTP status. `said`: the server's own words."""
    host, said = endpoint.host, scrubbed(said, key)
    lower = said.casefold()
    details = f"HTTP {status}. {said}".strip()
    match status:
        case 401 if key:
            text, hint = f"{host} does not accept the key.", f"Give {endpoint.name} another key."
            return EndpointProblem(text, hint=hint, code="endpoint_bad_key", details=details)
        case 401 | 403 if not key:
            text, hint = f"{host} answers only with a key.", f"Give {endpoint.name} a key."
            return EndpointProblem(text, hint=hint, code="endpoint_bad_key", details=details)
        case 403:
            text = f"{host} does not allow this key to use {endpoint.model}."
            hint = "Choose another model, or ask for access on the page of the server."
            return EndpointProblem(text, hint=hint, code="endpoint_forbidden", details=details)
        case 402 | 429 if status == 402 or any(word in lower for word in _NO_MONEY):
            text = f"{host} answers no more: the account has no credit or its limit is reached."
            return EndpointProblem(text, hint="See the page of the server.", code="endpoint_no_credit", details=details)
        case 404 | 405:
            return _not_found(endpoint, lower, details)
        case 429:
            wait = retry_after(headers)
            text = f"{host} answers no more for now: too many requests."
            hint = f"It asks to wait {wait:.0f} seconds." if wait else "Wait a while, or send fewer requests at once."
            return EndpointProblem(
                text, hint=hint, code="endpoint_busy", details=details, may_retry=True, wait=retry_after(headers)
            )
        case 400 | 413 | 422 if any(words in lower for words in _TOO_LONG):
            text = f"The prompt is too long for {endpoint.model} on {host}: {said}"
            hint = "Shorten it, or use fewer passages or examples."
            return EndpointProblem(text, hint=hint, code="prompt_too_long", details=details)
        case _ if 300 <= status < 400:
            text = f"{host} sends on to another address, where nothing is sent."
            hint = "Write the address to which it leads, if you know and trust it."
            return EndpointProblem(text, hint=hint, code="endpoint_redirect", details=details)
        case _ if status in _RETRIED or status >= 500:
            text, hint = f"{host} has a problem of its own (HTTP {status}).", "Try again later."
            return EndpointProblem(
                text,
                hint=hint,
                code="endpoint_down",
                details=details,
                may_retry=status in _RETRIED,
                wait=retry_after(headers),
            )
        case _:
            quoted = f": {said}" if said else "."
            text = f"{host} refuses the request (HTTP {status}){quoted}"
            hint = "Change the settings of the answer, or choose another model."
            return EndpointProblem(text, hint=hint, code="endpoint_refused", details=details)


def _not_found(endpoint: Endpoint, said: str, details: str) -> EndpointProblem:
    if "model" in said or endpoint.model.casefold() in said:
        text = f"{endpoint.host} has no model {endpoint.model!r}."
        hint = f"`workbench endpoints test {endpoint.name}` and the test in the window list what it has."
        return EndpointProblem(text, hint=hint, code="endpoint_no_model", details=details)
    text = f"{endpoint.host} has nothing at {endpoint.base_url}."
    hint = "Check the address; it usually ends in /v1."
    return EndpointProblem(text, hint=hint, code="endpoint_not_found", details=details)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the server asks us to wait, said as a number or as a date; 0 when it does not say."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        seconds = _seconds_until(value)
    return seconds if 0 < seconds < 1e6 else 0.0


def _seconds_until(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, OverflowError):
        return 0.0


def unreachable(endpoint: Endpoint, why: BaseException, *, key: str) -> EndpointProblem:
    """No connection came about."""
    details = scrubbed(f"{type(why).__name__}: {why}", key)
    if _is_about_trust(why):
        text = f"The encrypted connection to {endpoint.host} cannot be trusted."
        hint = "The server's certificate is not valid for it. Check the address; nothing was sent."
        return EndpointProblem(text, hint=hint, code="endpoint_not_trusted", details=details)
    hint = "Check the address and whether the server runs"
    hint += "." if endpoint.is_on_this_computer else ", and the connection to it."
    text = f"{endpoint.host} cannot be reached."
    return EndpointProblem(text, hint=hint, code="endpoint_unreachable", details=details, may_retry=True)


def silent(endpoint: Endpoint, seconds: float) -> EndpointProblem:
    text = f"{endpoint.host} said nothing for {seconds:.0f} seconds."
    return EndpointProblem(text, hint="Try again later.", code="endpoint_silent", may_retry=True)


def cut(endpoint: Endpoint, why: str = "", *, key: str = "") -> EndpointProblem:
    """The connection broke before the answer was over."""
    text = f"The connection to {endpoint.host} broke before the answer was complete."
    return EndpointProblem(text, hint="Ask again.", code="endpoint_cut", details=scrubbed(why, key), may_retry=True)


def strange(endpoint: Endpoint, what: str, *, body: str = "", key: str = "") -> EndpointProblem:
    """It answered, but not in this protocol. `what` completes "It sent ..."."""
    text = f"{endpoint.host} does not answer as an OpenAI-compatible server does: it sent {what}."
    hint = "Check the address; it usually ends in /v1."
    return EndpointProblem(text, hint=hint, code="endpoint_strange", details=scrubbed(body, key))


def said_in_stream(endpoint: Endpoint, content: Any, *, key: str) -> EndpointProblem:
    """An error where a piece of the answer should have come."""
    said = scrubbed(said_in(content), key)
    text = f"{endpoint.host} broke off the answer{f': {said}' if said else '.'}"
    return EndpointProblem(text, hint="Ask again.", code="endpoint_broke_off", may_retry=True)


def not_offered(endpoint: Endpoint, what: str, hint: str) -> EndpointProblem:
    """Something that the protocol has no word for."""
    return EndpointProblem(
        f"{endpoint.name} is a server, which cannot be asked for {what}.", hint=hint, code="not_offered"
    )


def _is_about_trust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
