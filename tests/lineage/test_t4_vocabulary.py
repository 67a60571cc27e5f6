"""T4 by itself: what a budget buys, text that is not trained on, and its smallest rung."""

import pytest

from course_lib.lineage.experiments.t4_vocabulary import EXPERIMENT, plan, texts
from course_lib.transformer import GPTConfig, count_parameters

CONFIG = GPTConfig(vocab_size=257, context_length=64, n_layers=1, n_heads=1, d_model=8)


def test_a_budget_of_text_buys_more_steps_with_short_tokens():
    assert plan(CONFIG, 1.0, budget="text", amount=51_200) == 100
    assert plan(CONFIG, 4.0, budget="text", amount=51_200) == 25


def test_a_budget_of_compute_does_not_ask_how_long_tokens_are():
    operations = 6 * count_parameters(CONFIG) * 512 * 30
    assert plan(CONFIG, 1.0, budget="compute", amount=operations) == plan(
        CONFIG, 4.0, budget="compute", amount=operations
    )
    assert plan(CONFIG, 1.0, budget="compute", amount=operations) == 30
    with pytest.raises(ValueError, match="choose text or compute"):
        plan(CONFIG, 1.0, budget="money", amount=1.0)


def test_scored_text_is_not_trained_on():
    seen, unseen = texts("world")
    assert len(unseen) == 20_000
    assert unseen[:2000] not in seen


def test_the_smallest_rung_compares_two_vocabularies():
    few, many = EXPERIMENT.run(0, "small")
    assert many["bytes_per_token"] > few["bytes_per_token"]
    assert many["n_steps"] < few["n_steps"]
    assert all(1 < row["bits_per_byte"] < 8.1 for row in (few, many))
    assert abs(few["bytes_read"] - many["bytes_read"]) < 0.1 * few["bytes_read"]
