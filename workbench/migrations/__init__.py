"""Schema of the database, version by version (alembic). Never edit a version that was released: add one."""

from pathlib import Path

import sqlalchemy as sa

from workbench.errors import WorkbenchError

HEAD = "0021"
"""The newest version. Known here, so that a start with an up-to-date file does without alembic."""


def upgrade(engine: sa.Engine, path: Path) -> None:
    """Run the versions that the file lacks, in one transaction each. Raises WorkbenchError for a newer file."""
    with engine.begin() as connection:
        current = _stored_revision(connection)
        if current != HEAD:
            _run_versions(connection, current, path)


def _stored_revision(connection: sa.Connection) -> str | None:
    """What alembic wrote down; None in a new file."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return revision


def _run_versions(connection: sa.Connection, current: str | None, path: Path) -> None:
    from alembic import command  # slower than all the rest of opening the database
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise WorkbenchError(
            f"{path} was written by a newer version of LLM Workbench.",
            hint="Install that version, or name another folder in WORKBENCH_HOME.",
            details=f"schema revision {current}",
            code="newer_database",
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
