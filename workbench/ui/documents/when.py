"""Times for people. No Qt."""

from datetime import UTC, datetime


def ago(at: str, now: datetime | None = None) -> str:
    """ "just now", "5 minutes ago", "2026-11-26": of an ISO 8601 time in UTC. Empty for an empty one."""
    if not at:
        return ""
    then = datetime.fromisoformat(at)
    seconds = ((now or datetime.now(UTC)) - then).total_seconds()
    if seconds < 60:
        return "just now"
    for unit, length, limit in (("minute", 60, 3600), ("hour", 3600, 86400), ("day", 86400, 14 * 86400)):
        if seconds < limit:
            count = int(seconds // length)
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return then.date().isoformat()
