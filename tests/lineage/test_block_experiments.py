"""The experiments on the block: models of one size, tasks that ask what they say, stacks begun as told."""

import math

import pytest
import torch

from course_lib.lineage.experiments import b2_without_feed_forward as without
from course_lib.lineage.experiments import b3_depth, bends
from course_lib.transformer import ARRANGEMENTS


def n_parameters(model):
    return sum(weights.numel() for weights in model.parameters())


def test_attention_alone_has_as_many_parameters_as_whole_blocks():
    whole, alone = without.make_model(True), without.make_model(False)
    assert n_parameters(whole) == pytest.approx(n_parameters(alone), rel=0.01)
    assert not any("feed_forward" in name for name, _ in alone.named_parameters())


@pytest.mark.parametrize("task", without.TASKS)
def test_the_marked_numbers_alone_tell_the_answer(task):
    token_ids, answers = without.make_examples(300, task, torch.Generator().manual_seed(0))
    assert token_ids.shape == (300, 9)
    assert (token_ids[:, -1] == 30).all()
    first = torch.tensor([[each - 10 for each in row if 10 <= each < 20] for row in token_ids.tolist()])
    second = torch.tensor([[each - 20 for each in row if 20 <= each < 30] for row in token_ids.tolist()])
    assert first.shape == second.shape == (300, 1)
    known = {"copy": first, "add": (first + second) % 10}
    assert answers.equal(known[task][:, 0])


def test_whole_blocks_learn_to_copy():
    assert without.measure(0, feed_forward=True, task="copy", n_steps=60)["accuracy"] > 0.9


def test_a_shallow_stack_learns_to_name_and_one_that_overflows_scores_nothing():
    torch.manual_seed(0)
    stack = b3_depth.make_stack("pre-norm", n_blocks=2)
    assert b3_depth.learn_to_name(stack, 40, torch.Generator().manual_seed(0)) > 0.9
    loud = b3_depth.make_stack("residual only", n_blocks=24, loudness=100.0)
    assert b3_depth.learn_to_name(loud, 2, torch.Generator().manual_seed(0)) == 0.0


def test_the_scaled_start_writes_softly():
    sizes = {}
    for start in b3_depth.STARTS:
        torch.manual_seed(0)
        weight = b3_depth.make_stack("pre-norm", 8, b3_depth.loudness(start, 8)).blocks[0].attention.o_proj.weight
        sizes[start] = weight.square().mean().sqrt().item()
    assert sizes["scaled"] / sizes["even"] == pytest.approx(0.25)


def test_a_stack_is_measured_before_it_is_trained():
    found = b3_depth.measure(0, arrangement="neither", start="even", n_blocks=6, n_steps=0)
    assert found["gradient"] < 0.1
    assert found["size"] < 0.1
    assert math.isnan(found["accuracy"])


def test_every_stack_is_compared_from_both_starts():
    settings = b3_depth.EXPERIMENT.settings_of("full")
    assert {(each["arrangement"], each["start"]) for each in settings} == {
        (arrangement, start) for arrangement in ARRANGEMENTS for start in b3_depth.STARTS
    }


def test_bends_have_models_of_one_size():
    sizes = {bend: n_parameters(bends.make_model(bend, "rms_norm")) for bend in (*bends.BENDS, "swiglu")}
    assert max(sizes.values()) / min(sizes.values()) < 1.01


def test_without_a_bend_the_layer_is_one_matrix():
    layer = bends.make_model("none", "rms_norm").blocks[0].feed_forward
    features = torch.randn(3, 64)
    torch.testing.assert_close(
        layer(features), features @ (layer.down_proj.weight @ layer.up_proj.weight).T, atol=1e-5, rtol=1e-4
    )


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: without.make_examples(1, "divide", torch.Generator()), "task is 'divide': choose from copy"),
        (lambda: b3_depth.loudness("cold", 1), "start is 'cold': choose from even"),
        (lambda: b3_depth.make_stack("sideways", 1), "arrangement is 'sideways'"),
        (lambda: bends.make_model("elbow", "rms_norm"), "bend is 'elbow': choose from none"),
    ],
)
def test_what_there_is_not_is_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()
