"""The data card holds what the shipped files hold; learning-rate effects are what they say."""

import pytest

from sweep.card import README, filled, parts
from sweep.effects import effect
from sweep.files import PAIRS_FILE, SWEEP_FILE, read_records


def test_the_card_is_up_to_date():
    text = README.read_text()
    assert text.count("<!-- card:") >= 8
    assert filled(text, parts(read_records(SWEEP_FILE), read_records(PAIRS_FILE))) == text


def test_filling_replaces_old_figures_and_refuses_unknown_names():
    assert filled("a <!-- card:x -->\nold\n<!-- /card --> b", {"x": "new"}) == "a <!-- card:x -->\nnew\n<!-- /card --> b"
    with pytest.raises(KeyError):
        filled("<!-- card:y --><!-- /card -->", {"x": "new"})


def curve(*points):
    return {"points": [{"step": step, "tokens": 10 * step, "quality": quality, "testQuality": test} for step, quality, test in points]}


def test_an_effect_compares_test_scores_of_the_checkpoints_best_on_validation():
    base = curve((1, 0.3, 0.20), (2, 0.5, 0.40), (3, 0.4, 0.90), (4, 0.6, 0.55))
    branch = curve((1, 0.3, 0.20), (2, 0.5, 0.40), (3, 0.7, 0.60))
    found = effect(branch, base)
    assert found.same_step == pytest.approx(0.60 - 0.40)
    assert found.whole_run == pytest.approx(0.60 - 0.55)
    assert found.last == pytest.approx(0.7 - 0.4)
    assert found.saved == pytest.approx(1 - 3 / 4)
