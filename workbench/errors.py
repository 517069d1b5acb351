"""The one exception for problems that a person can understand and do something about."""


class WorkbenchError(Exception):
    """An expected problem, said in words for people.

    `message` says in one sentence what happened (naming the file or thing), `hint` what to do, `details` holds what a
    developer wants to see (shown only on request). `code` is a stable word for scripts and tests, like `disk_full`.
    """

    def __init__(self, message: str, *, hint: str = "", details: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details
        self.code = code

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
