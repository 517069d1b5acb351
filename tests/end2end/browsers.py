"""A real browser without a window, where one is installed: what a page says in it, and what it asks for."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")

_QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-extensions", "--disable-background-networking", "--disable-sync", "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--virtual-time-budget=2000",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """A page after it was loaded."""

    document: str
    """The document as the browser holds it, as HTML."""
    console: tuple[str, ...]
    """What it wrote to the console: errors, violations of the policy."""
    requests: tuple[str, ...]
    """Addresses that it asked for; files beside it do not count, the console tells of those."""


def find_browser() -> str | None:
    """A browser that can be driven from the command line."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def look_at(browser: str, page: Path, folder: Path, *, width: int = 1280, more: tuple[str, ...] = ()) -> Seen:
    """Load a file in a fresh profile and wait until it is there."""
    log = folder / "net.json"
    done = subprocess.run(
        [browser, *_QUIET, *_alone(folder, log), f"--window-size={width},900", *more, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    console = tuple(line for line in done.stderr.splitlines() if ":CONSOLE" in line)
    return Seen(done.stdout, console, _requests(log))


def _alone(folder: Path, log: Path) -> tuple[str, ...]:
    return f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}"


def _requests(log: Path) -> tuple[str, ...]:
    """What the page asked for, by the network log; what the browser asks for itself has no page as its initiator."""
    text = log.read_text(encoding="utf-8", errors="replace")
    try:
        events = json.loads(text)["events"]
    except ValueError:  # the last line is missing where the browser ended early
        events = json.loads(text.rstrip().rstrip(",") + "]}")["events"]
    asked = [event["params"] for event in events if "initiator" in event.get("params", {})]
    return tuple(sorted({str(each["url"]) for each in asked if each["initiator"] != "not an origin"}))
