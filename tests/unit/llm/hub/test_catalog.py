from workbench.llm.fit import Fit, verdict
from workbench.llm.hub.catalog import recommended
from workbench.llm.hub.names import check_repository, is_safe, quantization_of
from workbench.llm.types import LoadConfig


def test_that_the_list_is_short_small_first_and_says_all_that_people_ask() -> None:
    models = recommended()
    assert 5 <= len(models) <= 10
    assert [model.size_bytes for model in models] == sorted(model.size_bytes for model in models)
    for model in models:
        assert check_repository(model.repository) == model.repository
        assert is_safe(model.file) and quantization_of(model.file) == model.quantization
        assert model.licence in {"apache-2.0", "mit"}
        assert model.good_for.endswith(".")
    assert len({model.repository for model in models}) == len(models)


def test_that_sizes_and_shapes_of_the_list_agree_with_each_other() -> None:
    """A slip of a digit in the data would show here: bits per weight, and heads that divide the width."""
    for model in recommended():
        bits = model.size_bytes * 8 / model.parameters
        low, high = (8.0, 11.5) if model.quantization == "Q8_0" else (4.3, 6.0)
        assert low <= bits <= high, (model.title, bits)
        assert model.head_count % model.head_count_kv == 0


def test_that_the_list_can_be_asked_for_its_fit() -> None:
    smallest, biggest = recommended()[0], recommended()[-1]
    load = LoadConfig(parallel_sequences=1)
    assert verdict(smallest.model, load, 4 * 10**9).fit is Fit.FITS
    assert verdict(biggest.model, load, 4 * 10**9).fit is Fit.WONT
