"""Schema of the database, version by version (alembic). Never edit a version that was released: add one."""

from pathlib import Path

import sqlalchemy as sa

from workbench.errors import WorkbenchError


def upgrade(engine: sa.Engine, path: Path) -> None:
    """Run the versions that the file lacks, in one transaction each."""
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with engine.begin() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in known:
            raise WorkbenchError(
                f"{path} was written by a newer version of LLM Workbench.",
                hint="Install that version, or name another folder in WORKBENCH_HOME.",
                details=f"schema revision {current}",
                code="newer_database",
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
