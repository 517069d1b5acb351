"""Connects the page "Questions" with what decides about it."""

from workbench.ui.compare.presenter import ComparePresenter
from workbench.ui.compare.questions_page import QuestionsPage


def wire(page: QuestionsPage, presenter: ComparePresenter) -> None:
    """Every signal of the page to the method that is named after it."""
    shown, editing, writing = presenter.questions, presenter.editing, presenter.writing
    head, form = page.head, page.form
    head.set_chosen.connect(shown.choose_set)
    head.new_requested.connect(shown.begin_set)
    head.save_requested.connect(shown.begin_saving)
    head.rename_requested.connect(shown.begin_renaming)
    head.named.connect(shown.name)
    head.naming_left.connect(shown.leave_naming)
    head.add_to_set_chosen.connect(shown.add_to_set)
    head.retrieval_set_chosen.connect(shown.take_retrieval_set)
    head.version_chosen.connect(shown.choose_version)
    head.delete_confirmed.connect(editing.delete_set)
    head.undo_requested.connect(editing.undo)
    head.write_requested.connect(writing.open)
    head.metric_requested.connect(presenter.scores.decide_by)
    page.folder_chosen.connect(presenter.open_file)
    page.export_chosen.connect(shown.export)
    page.searched.connect(shown.search)
    page.tag_chosen.connect(shown.choose_tag)
    page.listed_chosen.connect(shown.list_only)
    page.columns.column_chosen.connect(shown.choose_column)
    page.columns.read_requested.connect(shown.read_columns)
    page.columns.left.connect(shown.leave_columns)
    page.new_question_requested.connect(editing.begin_question)
    page.question_selected.connect(editing.select)
    page.accept_all_requested.connect(editing.accept_all)
    page.look_through_requested.connect(editing.look_through)
    page.removed.connect(editing.remove)
    page.tagged.connect(editing.tag)
    page.reviewed.connect(editing.review)
    page.undo_requested.connect(editing.undo)
    form.edited.connect(editing.edit)
    form.save_requested.connect(editing.save)
    form.accept_requested.connect(editing.accept)
    form.reject_requested.connect(editing.reject)
    form.left.connect(editing.leave)
    page.writing.chosen.connect(writing.choose)
    page.writing.write_requested.connect(writing.write)
    page.writing.stop_requested.connect(writing.stop)
    page.writing.left.connect(lambda: writing.open(False))
