"""Which parts of a final prompt are a person's or a document's text, in which nothing may act as a control token."""

from collections.abc import Iterator, Sequence

from workbench.errors import WorkbenchError


def plain_parts(text: str, contents: Sequence[str], control_texts: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """`text` in pieces, each with whether it is plain: the messages' `contents`, in order, as the template put them.

    Only messages that hold one of `control_texts` are cut out: all others cannot do harm, and tokens may join across
    their edges as the model learned it. Raises WorkbenchError when the template rewrote such a message.
    """
    position = 0
    for content in contents:
        found = next((control for control in control_texts if control in content), "")
        for written in (content, content.strip()):
            start = text.find(written, position) if written else -1
            if start >= 0:
                break
        if start < 0:
            if found:
                raise WorkbenchError(
                    f"The text holds {found!r}, which this model takes for a command, and its chat template rewrites "
                    "the message that holds it.",
                    hint="Remove it from the text, or choose another model.",
                    code="control_token",
                )
            continue
        if found:
            if start > position:
                yield text[position:start], False
            yield written, True
            position = start + len(written)
    if position < len(text):
        yield text[position:], False
