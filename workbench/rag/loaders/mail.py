"""Mail as it is sent and kept: one message (.eml), or many in one file (.mbox), a page for each."""

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import partial

from workbench.errors import WorkbenchError
from workbench.rag.loaders.decoding import decode
from workbench.rag.loaders.nested import Load, Members, as_markdown
from workbench.rag.loaders.office import to_markdown
from workbench.rag.loaders.parsed import Parsed, Reading, plain
from workbench.rag.loaders.text import clean
from workbench.rag.members import named_below
from workbench.rag.types import PageText

_HEADERS = (
    rb"(?:from|to|cc|subject|date|sender|reply-to|received|return-path|message-id|mime-version|delivered-to"
    rb"|content-type|x-[\w-]+|arc-[\w-]+|dkim-signature|in-reply-to|references|list-[\w-]+)"
)
_FIRST = re.compile(rb"\A\s*" + _HEADERS + rb":[ \t]?\S", re.IGNORECASE)
_ANY = re.compile(rb"^([a-z-]+):", re.IGNORECASE | re.MULTILINE)
_MBOX = re.compile(rb"^From \S+ .*\d{4}\r?\n(?=[\w-]+: )", re.MULTILINE)
_PLACE = re.compile(r" \(mail (\d+)\)$")
_TELLING = {b"from", b"to", b"subject", b"date", b"message-id", b"received", b"mime-version", b"content-type"}

MAILBOX = "Mailbox"


@dataclass(frozen=True, slots=True)
class Message:
    """A mail's head and text."""

    subject: str = ""
    sender: str = ""
    to: str = ""
    copy: str = ""
    date: str = ""
    body: str = ""

    def as_page(self) -> str:
        head = {"From": self.sender, "To": self.to, "Cc": self.copy, "Date": self.date}
        lines = "\n".join(f"{word}: {plain_line(value)}" for word, value in head.items() if value)
        return f"# {self.heading}\n\n{lines}\n\n{as_markdown(self.body.strip())}".strip()

    @property
    def heading(self) -> str:
        """Its subject."""
        return plain(self.subject) or "(no subject)"

    def as_name(self, position: int) -> str:
        """What it is called in its mailbox, from its place there: "Offer (mail 12)"; not a path."""
        return f"{self.heading.replace('/', '-')} (mail {position})"


def plain_line(text: str) -> str:
    """A header's value on one line."""
    return " ".join(text.replace("\0", "").split())


def is_mail(data: bytes) -> bool:
    """Whether it begins with the head of a message: known fields, three of them at least."""
    head = re.split(rb"\r?\n\r?\n", data[:16_384].lstrip(), maxsplit=1)[0]
    names = {found.lower() for found in _ANY.findall(head)}
    return bool(_FIRST.match(data[:512])) and len(names & _TELLING) >= 3


def is_mbox(data: bytes) -> bool:
    """Whether it begins with the line that parts messages in a mailbox, and a head below it."""
    return bool(_MBOX.match(data[:2048].lstrip()))


def load_mail(data: bytes, name: str, how: Reading, load: Load) -> Parsed:
    """One message; attachments that can be read follow as pages of their own."""
    message, members = _read(data, name, how, load)
    return as_parsed([message], [members], "Mail")


def load_mbox(data: bytes, name: str, how: Reading, load: Load) -> Parsed:
    """Every message of a mailbox, in its order."""
    starts = [found.start() for found in _MBOX.finditer(data)]
    if how.wanted is not None:
        return _load_one(data, starts, name, how, load)
    pairs: list[tuple[Message, Members]] = []
    notes: tuple[str, ...] = ()
    for part in _parts(data, starts):
        message, members = _read(part, name, how, load)
        try:
            how.allowance.take(len(part))
            how.allowance.take_text(len(message.body))
        except WorkbenchError as problem:
            notes = (f"It holds {len(starts)} messages; only the first {len(pairs)} were read: {problem.message}",)
            break
        pairs.append((message, members))
    parsed = as_parsed([message for message, _ in pairs], [members for _, members in pairs], MAILBOX)
    return parsed.model_copy(update={"warnings": (*parsed.warnings, *notes)})


def _load_one(data: bytes, starts: Sequence[int], name: str, how: Reading, load: Load) -> Parsed:
    """The one message in which lies what is wanted. Its place is in its name; the others are not looked at."""
    mail, _, inside = (how.wanted or "").partition("/")
    found = _PLACE.search(mail)
    position = int(found[1]) if found else 0
    if not 1 <= position <= len(starts):
        return Parsed(pages=(), file_type=MAILBOX)
    part = next(_parts(data, starts[position - 1 :]))
    message, members = _read(part, name, replace(how, wanted=inside), load)
    return as_parsed([message], [members], "Mail")


def _parts(data: bytes, starts: Sequence[int]) -> Iterator[bytes]:
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        message = data[start:end].split(b"\n", 1)[1]
        yield re.sub(rb"^>(>*From )", rb"\1", message, flags=re.MULTILINE)


def as_parsed(messages: Sequence[Message], attached: Sequence[Members], file_type: str) -> Parsed:
    """Messages as pages, each followed by its attachments."""
    pages: list[PageText] = []
    warnings: list[str] = []
    for position, (message, members) in enumerate(zip(messages, attached, strict=True), 1):
        member = message.as_name(position) if file_type == MAILBOX else ""
        text, notes = clean(message.as_page())
        pages.append(PageText(number=len(pages) + 1, text=text, member=member))
        pages += [
            page.model_copy(update={"number": len(pages) + number, "member": named_below(member, page.member)})
            for number, page in enumerate(members.pages, 1)
        ]
        warnings += [f"{member}: {note}" if member else note for note in (*notes, *members.told())]
    title = plain(messages[0].subject) if len(messages) == 1 else ""
    return Parsed(pages=tuple(pages), title=title, warnings=tuple(warnings), file_type=file_type, is_markdown=True)


def _read(data: bytes, name: str, how: Reading, load: Load) -> tuple[Message, Members]:
    mail = email.message_from_bytes(data.lstrip(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    members = Members(how, load, name)
    body = mail.get_body(("plain", "html"))
    message = Message(
        subject=_header(mail, "subject"),
        sender=_header(mail, "from"),
        to=_header(mail, "to"),
        copy=_header(mail, "cc"),
        date=_date(_header(mail, "date")),
        body=_body(body, name) if isinstance(body, EmailMessage) else "",
    )
    for part in _attachments(mail):
        content = _content(part)
        if not members.add(part.get_filename() or _name_of(part), partial(bytes, content), len(content)):
            break
    return message, members


def _attachments(mail: EmailMessage) -> Iterator[EmailMessage]:
    for part in mail.iter_attachments():
        if isinstance(part, EmailMessage) and not (part.get_content_maintype() == "image" and part["content-id"]):
            yield part  # pictures that the text shows are no documents


def _name_of(part: EmailMessage) -> str:
    return "message.eml" if part.get_content_type() == "message/rfc822" else "attachment"


def _content(part: EmailMessage) -> bytes:
    if part.get_content_maintype() == "message":
        inner = part.get_payload(0) if part.is_multipart() else None
        return inner.as_bytes() if isinstance(inner, EmailMessage) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _header(mail: EmailMessage, field: str) -> str:
    try:
        return str(mail[field] or "")
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):  # the parser of headers trips over some
        raw = dict(mail.raw_items()).get(field.title(), "")
        return str(raw)


def _date(written: str) -> str:
    """ISO 8601 with its offset; as it was written where it is no date."""
    try:
        return parsedate_to_datetime(written).isoformat(" ", "minutes")
    except (ValueError, TypeError, IndexError):
        return written


def _body(part: EmailMessage, name: str) -> str:
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    if not data.strip():
        return ""
    try:
        text = decode(data, name, declared=part.get_content_charset("")).text
    except WorkbenchError:
        text = data.decode("latin-1")
    if part.get_content_subtype() == "html":
        return to_markdown(text.encode("utf-8", "replace"), "html", name)[0]
    return text
