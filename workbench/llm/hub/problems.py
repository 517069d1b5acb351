"""What an answer of the hub that is not the file means for people."""

from collections.abc import Mapping

from workbench.errors import WorkbenchError
from workbench.llm.hub.access import host_of

RETRIED = {408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524}
_MAX_RETRY_AFTER = 300.0
_TOKEN_HINT = (
    "Sign in on the hub, accept the terms on the page of the model, and name an access token in HF_TOKEN "
    "(or run `hf auth login`)."
)


def problem_of(
    status: int, headers: Mapping[str, str], subject: str, hub: str, *, has_token: bool, details: str = ""
) -> WorkbenchError:
    """The sentence for an HTTP status. `subject` is what was asked for: "Qwen/Qwen3-0.6B-GGUF"."""
    host = host_of(hub)
    match headers.get("x-error-code", ""), status:
        case ("GatedRepo", _):
            if has_token:
                text = f"{subject} is given only to people who accepted its terms, and your access token did not."
            else:
                text = f"{subject} is given only to people who accepted its terms on {host} and sign in."
            return WorkbenchError(text, hint=_TOKEN_HINT, details=details, code="hub_gated")
        case ("RepoNotFound" | "EntryNotFound" | "RevisionNotFound", _) | (_, 404 | 410):
            hint = "Check the name; a private one needs an access token in HF_TOKEN."
            return WorkbenchError(f"{host} has no {subject}.", hint=hint, details=details, code="hub_not_found")
        case (_, 401) if has_token:
            hint = "It may have expired: make a new one on the hub and name it in HF_TOKEN (or run `hf auth login`)."
            text = f"{host} does not accept your access token."
            return WorkbenchError(text, hint=hint, details=details, code="hub_bad_token")
        case (_, 401 | 403):
            text = f"{host} gives {subject} only to people who sign in."
            return WorkbenchError(text, hint=_TOKEN_HINT, details=details, code="hub_gated")
        case (_, 429):
            hint = "Wait a few minutes, then go on; with an access token in HF_TOKEN more is allowed."
            text = f"{host} answers no more for now: too many requests came from your address."
            return WorkbenchError(text, hint=hint, details=details, code="hub_busy")
        case (_, _) if status >= 500:
            text = f"{host} has a problem of its own (HTTP {status})."
            return WorkbenchError(text, hint="Try again later.", details=details, code="hub_down")
        case _:
            text = f"{host} did not give {subject} (HTTP {status})."
            return WorkbenchError(text, hint="Try again later.", details=details, code="hub_refused")


def unreachable(hub: str, why: Exception) -> WorkbenchError:
    """No answer at all."""
    host, details = host_of(hub), f"{type(why).__name__}: {why}"
    if "CERTIFICATE" in details.upper():
        return WorkbenchError(
            f"The connection to {host} is not safe: its certificate cannot be checked.",
            hint="The clock of this computer may be wrong, or the network (a company's, a virus scanner) looks inside.",
            details=details,
            code="hub_not_safe",
        )
    if type(why).__name__ == "ProxyError":
        return WorkbenchError(
            f"The proxy of this network did not lead to {host}.",
            hint="Check the variable HTTPS_PROXY.",
            details=details,
            code="hub_proxy",
        )
    return WorkbenchError(
        f"{host} cannot be reached.",
        hint="Check the connection to the internet; everything on this computer works without it.",
        details=details,
        code="hub_unreachable",
    )


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that the server asks us to wait, at most five minutes; 0 when it does not say."""
    value = headers.get("retry-after", "").strip()
    return min(float(value), _MAX_RETRY_AFTER) if value.isdecimal() else 0.0
