"""What a purge of documents removes outside their collection: rooms that collections know nothing of quote them."""

from typing import TYPE_CHECKING

from workbench.paths import WorkbenchPaths

if TYPE_CHECKING:
    from workbench.database import Database
    from workbench.rag.purged import ForgetElsewhere, Purged


def forgets_elsewhere(database: "Database", paths: WorkbenchPaths) -> "ForgetElsewhere":
    """Removes what comparisons and conversations of the playground keep of purged documents."""

    def forget(purged: "Purged", collection_folder: str) -> None:
        from workbench.compare.quoted import forget_quoted
        from workbench.playground import quoted

        forget_quoted(database, paths, purged, collection_folder)
        quoted.forget_quoted(database, purged.is_of)

    return forget
