"""Mail with its attachments: as sent, as a mailbox, as Outlook keeps it."""

import email.policy
from email.message import EmailMessage

import pytest

from tests.unit.rag.documents import pdf_bytes
from tests.unit.rag.loaders.files import archive_of, msg_bytes
from workbench.rag.loaders import load
from workbench.rag.loaders.outlook import unpacked_rtf
from workbench.rag.loaders.parsed import Allowance, Reading


def mail(subject: str, text: str, *, html: str = "", attachments: "dict[str, bytes] | None" = None) -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Ana Ruiz <ana@x.example>"
    message["To"] = "team@x.example"
    message["Date"] = "Mon, 06 May 2024 09:08:00 +0200"
    message["Subject"] = subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in (attachments or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def test_that_a_mail_shows_its_head_and_text() -> None:
    parsed = load(mail("Überstunden – Ответ", "Bitte bis Freitag.").as_bytes(), "a.txt")
    assert parsed.file_type == "Mail"
    assert parsed.title == "Überstunden – Ответ"
    assert parsed.pages[0].text == (
        "# Überstunden – Ответ\n\nFrom: Ana Ruiz <ana@x.example>\nTo: team@x.example\nDate: 2024-05-06 09:08+02:00\n\n"
        "Bitte bis Freitag."
    )


def test_that_attachments_are_pages_and_what_cannot_be_read_is_named() -> None:
    attachments = {
        "fees.pdf": pdf_bytes(["The fee is 12 euros."]),
        "logo.png": b"\x89PNG\r\n\x1a\n\0",
        "n.md": b"# N\n\n# M",
    }
    parsed = load(mail("Fees", "See below.", attachments=attachments).as_bytes(), "fees.eml")
    assert [page.text for page in parsed.pages[1:]] == ["# fees.pdf\n\nThe fee is 12 euros.", "# n.md\n\n## N\n\n## M"]
    assert parsed.warnings == ("Left out: logo.png is a picture, not a document with text.",)


def test_that_html_alone_and_old_encodings_are_read() -> None:
    head = "From: a@x.example\r\nSubject: =?koi8-r?B?8NLJ18XU?=\r\nMIME-Version: 1.0\r\n"
    body = "<p>Срок – три <b>месяца</b>.</p>".replace("–", "-").encode("koi8-r")
    parsed = load(head.encode() + b"Content-Type: text/html; charset=koi8-r\r\n\r\n" + body, "m.eml")
    assert parsed.title == "Привет"
    assert "Срок - три **месяца**." in parsed.pages[0].text


def test_that_every_message_of_a_mailbox_is_a_page() -> None:
    one, two = mail("One", "First."), mail("Two", "Second.\n>From here.")
    start = b"From ana@x.example Mon May  6 09:08:00 2024\n"
    data = b"".join(start + m.as_bytes().replace(b"\r\n", b"\n") + b"\n" for m in (one, two))
    parsed = load(data, "inbox")
    assert (parsed.file_type, [page.text.split("\n")[0] for page in parsed.pages]) == ("Mailbox", ["# One", "# Two"])
    assert parsed.pages[1].text.endswith("Second.\nFrom here.")


def test_that_of_a_mailbox_that_is_too_long_the_first_messages_are_read() -> None:
    start = b"From ana@x.example Mon May  6 09:08:00 2024\n"
    data = b"".join(start + mail(f"No {n}", "Text.").as_bytes().replace(b"\r\n", b"\n") + b"\n" for n in range(5))
    parsed = load(data, "inbox", Reading(allowance=Allowance(files=3)))
    assert len(parsed.pages) == 3
    assert parsed.warnings[0].startswith("It holds 5 messages; only the first 3 were read")


def test_that_an_outlook_message_is_read_with_its_attachments() -> None:
    parsed = load(msg_bytes("Miete für Mai", "Die Miete ist fällig.", {"a.txt": b"Konto 7\n" * 600}), "m.msg")
    assert parsed.pages[0].text == (
        "# Miete für Mai\n\nFrom: Ana Ruiz\nTo: team@x.example\nDate: 2024-05-06 07:08 UTC\n\nDie Miete ist fällig."
    )
    assert parsed.pages[1].text.startswith("# a.txt\n\nKonto 7\nKonto 7")


def test_that_a_text_that_looks_like_a_heading_in_a_mail_is_none() -> None:
    parsed = load(mail("S", "# not a heading\n```\nnor a fence").as_bytes(), "m.eml")
    assert parsed.pages[0].text.endswith("\\# not a heading\n\\```\nnor a fence")


def test_that_prose_about_mail_is_no_mail() -> None:
    assert load(b"From: the beginning\n\nSubject: a word.\n", "note.txt").file_type == "Text"


def test_that_a_document_in_an_archive_in_a_mail_is_read_and_no_deeper() -> None:
    deep = archive_of({"deep.zip": archive_of({"deepest.txt": "unseen"}), "seen.txt": "seen"})
    parsed = load(mail("S", "t", attachments={"a.zip": deep}).as_bytes(), "m.eml")
    assert parsed.pages[1].text == "# a.zip\n\n## seen.txt\n\nseen"
    assert any("deep.zip is an archive that lies 2 files deep" in warning for warning in parsed.warnings)


@pytest.mark.parametrize(
    ("packed", "text"),
    [
        # The examples of [MS-OXRTFCP] 4.1 and 4.2.
        (
            "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0",
            b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
        ),
        ("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0", b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"),
    ],
)
def test_that_packed_rich_text_is_unpacked(packed: str, text: bytes) -> None:
    assert unpacked_rtf(bytes.fromhex(packed)) == text
