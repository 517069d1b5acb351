from workbench.naming import numbered


def test_that_a_free_name_stays_and_a_taken_one_gets_the_first_free_number() -> None:
    taken = {"rules", "rules 2", "rules 4"}
    assert numbered("letters", taken.__contains__) == "letters"
    assert numbered("rules", taken.__contains__) == "rules 3"
