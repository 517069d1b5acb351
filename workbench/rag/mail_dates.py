"""The day on which a mail was sent, from the head with which its text begins."""

import re
from datetime import date, datetime

_MAIL = re.compile(r"( \(mail \d+\)|\.(eml|msg)( \(\d+\))?)$", re.IGNORECASE)
_HEAD = re.compile(r"\A(?:#+ [^\n]*\n\n)+(?:(?:From|To|Cc): [^\n]*\n)*Date: ([^\n]+)")


def is_mail(member: str) -> bool:
    """Whether what lies in a file is a mail, by its name there: in a mailbox, or attached, or in an archive."""
    return bool(_MAIL.search(member))


def sent_on(text: str) -> date | None:
    """In local time; None where its head names no date that can be understood."""
    head = _HEAD.match(text)
    if head is None:
        return None
    try:
        return datetime.fromisoformat(head[1].replace(" UTC", "+00:00")).astimezone().date()
    except (ValueError, OverflowError, OSError):  # the last two: no such time on this computer
        return None


def day_of(member: str, known: dict[str, date]) -> date | None:
    """The day of what lies in a file: its own, or that of the mail to which it is attached."""
    parts = member.split("/")
    above = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((known[name] for name in above if name in known), None)
