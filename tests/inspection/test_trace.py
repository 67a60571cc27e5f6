"""A trace tells what the model did: its steps, its shapes, its sums against torch's own counter, its values."""

from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from course_lib.common.axes import AXES
from course_lib.inspection import attention_patterns, stream_writes, trace
from course_lib.lineage import load
from course_lib.transformer import GPT, GPT_TINY, LLAMA_TINY, FeedForward, Parts, count_parameters, scaled_dot_product
from tests.weights.conftest import smollm2, smollm2_file  # noqa: F401  (fixtures)

TOKEN_IDS = [3, 1, 4, 1, 5, 9, 2]
QWEN = replace(LLAMA_TINY, qk_norm=True, tied_head=False, d_head=48, n_kv_heads=1)
FAMILIES = {"gpt2": GPT_TINY, "llama": LLAMA_TINY, "qwen3": QWEN}


@pytest.fixture(params=FAMILIES)
def model(request) -> GPT:
    torch.manual_seed(0)
    return GPT(FAMILIES[request.param])


def test_every_block_keeps_the_shape(model):
    steps = trace(model, TOKEN_IDS)
    for layer in range(model.config.n_layers):
        assert steps[f"blocks.{layer}"].shape == (7, 128)
    assert steps["head"].shape == (7, 512)
    assert steps["head"].n_bytes == 7 * 512 * 4


def test_steps_stand_in_the_order_of_work_and_parts_inside_their_whole(model):
    steps = trace(model, TOKEN_IDS)
    block = [step.name.removeprefix("blocks.0").lstrip(".") for step in steps.within("blocks.0")]
    assert block[:3] == ["", "attention_norm", "attention"]
    assert [name.split(".")[-1] for name in block if name.endswith(("_proj", "pattern"))][:5] == [
        "q_proj", "k_proj", "v_proj", "attention_pattern", "o_proj"
    ]  # fmt: skip
    assert [steps[name].depth for name in ("head", "blocks.1", "blocks.1.attention", "blocks.1.attention.q_proj")] == [
        0, 0, 1, 2
    ]  # fmt: skip
    assert len(steps.within("blocks.1")) == len(block), "and not those of blocks.10"
    assert [step.name for step in steps if step.role == "block"] == [f"blocks.{layer}" for layer in range(4)]


def test_flops_agree_with_torchs_counter(model):
    model = GPT(replace(model.config, attention="naive"))  # torch does not count its fused kernel on a CPU
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.tensor([TOKEN_IDS]))
    assert trace(model, TOKEN_IDS).n_flops == counter.get_total_flops()


def test_flops_are_two_for_each_weight_of_a_matrix_and_token_and_the_pairs_of_tokens(model):
    config, n_tokens = model.config, len(TOKEN_IDS)
    matrices = sum(module.weight.numel() for module in model.modules() if isinstance(module, nn.Linear))
    pairs = 4 * n_tokens**2 * config.n_heads * config.d_head * config.n_layers
    assert trace(model, TOKEN_IDS).n_flops == 2 * matrices * n_tokens + pairs


def test_parameters_add_up_to_the_model(model):
    steps = trace(model, TOKEN_IDS)
    assert steps.n_parameters == count_parameters(model.config) == sum(w.numel() for w in model.parameters())
    assert steps["head"].is_tied == model.config.tied_head


def test_axes_are_the_legends_and_as_long_as_the_tensors(model):
    steps = trace(model, TOKEN_IDS)
    sizes = {**steps.sizes, "query": 7, "key": 7}
    for step in steps:
        for axes, shape in ((step.axes_in, step.shape_in), (step.axes, step.shape)):
            assert set(axes.replace("(", "").replace(")", "").split()) <= set(AXES), step.name
            merged = axes.replace("(head d_head)", "heads").replace("(kv_head d_head)", "kv_heads").split()
            widths = {**sizes, "heads": sizes["head"] * sizes["d_head"], "kv_heads": sizes["kv_head"] * sizes["d_head"]}
            assert tuple(widths[axis] for axis in merged) == shape, step.name


def test_bytes_by_hand():
    config = replace(LLAMA_TINY, vocab_size=9, d_model=8, n_heads=2, n_kv_heads=1, d_ff=6, n_layers=1)  # d_head 4
    steps, number = trace(GPT(config), [1, 2, 3]), 4  # 3 tokens, 4 bytes a number
    expected = {
        "token_embedding": (3 * 8, 3 * 8),
        "blocks.0.attention_norm": (3 * 8 + 8, 3 * 8),
        "blocks.0.attention.k_proj": (3 * 8 + 8 * 4, 3 * 4),
        "blocks.0.attention.attention_pattern": (3 * 8 + 3 * 4, 2 * 3 * 3),
        "blocks.0.attention": (2 * 3 * 3 + 3 * 4, 3 * 8),
        "blocks.0.feed_forward": (2 * 3 * 6, 3 * 6),
        "blocks.0": (2 * 2 * 3 * 8, 2 * 3 * 8),
        "head": (3 * 8 + 9 * 8, 3 * 9),
    }
    found = {name: (steps[name].bytes_read, steps[name].bytes_written) for name in expected}
    assert found == {name: (number * read, number * written) for name, (read, written) in expected.items()}
    assert steps.bytes_read == sum(step.bytes_read for step in steps)


def test_values_are_the_models_and_the_model_is_left_as_it_was(model):
    model.train()
    steps = trace(model, torch.tensor(TOKEN_IDS).tolist())
    torch.testing.assert_close(steps[-1].values, model(torch.tensor([TOKEN_IDS]))[0])
    torch.testing.assert_close(
        steps["blocks.2.attention.attention_pattern"].values, attention_patterns(model, TOKEN_IDS)[2]
    )
    assert model.training
    assert all(block.attention.is_fused for block in model.blocks)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in model.modules())


class Bare(nn.Module):
    """A feed-forward layer as a learner might write it."""

    def __init__(self, config):
        super().__init__()
        self.inside = nn.Sequential(nn.Linear(config.d_model, 32), nn.ReLU(), nn.Linear(32, config.d_model))

    def forward(self, residual):
        return self.inside(residual)


def test_a_learners_parts_are_traced_too():
    parts = Parts(feed_forward=Bare, scaled_dot_product=lambda q, k, v, mask: scaled_dot_product(q, k, v, mask))
    model = GPT(LLAMA_TINY, parts=parts)
    steps = trace(model, TOKEN_IDS)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.tensor([TOKEN_IDS]))
    assert steps.n_flops == counter.get_total_flops(), "its own formula forms no pattern that a hook could see"
    assert steps.n_parameters == sum(weight.numel() for weight in model.parameters())
    assert steps["blocks.0.feed_forward"].formula == "Bare(x)"
    assert steps["blocks.0.feed_forward.inside.0"].axes == "token feature"
    assert not isinstance(model.blocks[0].feed_forward, FeedForward)


def test_the_table_has_each_kind_of_step_and_sums(model):
    steps = trace(model, TOKEN_IDS)
    text, html = str(steps), steps._repr_html_()
    assert f"{steps.n_flops:,}" in text.splitlines()[-1]
    assert f"{steps.n_flops:,}" in html
    assert sum(int(row[4].replace(",", "")) for row in steps.rows()[:-1]) == steps.n_flops
    assert "\n    q_proj " in text
    assert f"{len(steps.within('blocks.1'))} steps, as in blocks.0" in text
    assert max(map(len, text.splitlines())) <= 130
    assert (f"{512 * 128:,}*" in text) == model.config.tied_head


def test_steps_are_found_by_place_name_and_slice():
    steps = trace(GPT(LLAMA_TINY), TOKEN_IDS)
    assert steps[0].name == "token_embedding"
    assert [step.name for step in steps[-2:]] == ["final_norm", "head"]
    assert steps["final_norm"] is steps[-2]
    with pytest.raises(ValueError, match=r"no step is called 'blocks\.9'"):
        steps["blocks.9"]


@pytest.mark.parametrize("token_ids", [[], ()])
def test_no_token_is_one_line(token_ids):
    with pytest.raises(ValueError, match="there is no token to read"):
        trace(GPT(LLAMA_TINY), token_ids)


def test_the_residual_stream_is_the_sum_of_what_was_written(model):
    steps = trace(model, TOKEN_IDS)
    writes = stream_writes(steps)
    assert [write.part for write in writes] == ["embedding", *["attention", "feed_forward"] * 4]
    for write in writes[2::2]:
        torch.testing.assert_close(write.stream, steps[f"blocks.{write.layer}"].values.norm(dim=-1))
    first, second = writes[0], writes[1]  # the law of cosines
    squared = first.stream**2 + second.written**2 + 2 * first.stream * second.written * second.along
    torch.testing.assert_close(second.stream, squared.sqrt())
    with pytest.raises(ValueError, match="give the whole trace"):
        stream_writes(steps[3:])


def test_a_real_model(smollm2):  # noqa: F811  (the fixture)
    model, tokenizer = smollm2
    steps = trace(model, tokenizer.encode("The capital of France is"))
    assert steps.n_parameters == count_parameters(model.config)
    assert len(steps) == 3 + 30 * 13
    assert steps["blocks.29.attention.attention_pattern"].shape == (9, 5, 5)
    assert "silu(gate)" in str(steps)


def test_the_courses_base_model():
    model, tokenizer, _ = load("base")
    steps = trace(model, tokenizer.encode("The baker lives in"))
    assert steps.n_parameters == sum(weight.numel() for weight in model.parameters())
    assert steps["blocks.0.feed_forward"].formula == "down(relu(up)²)"
    torch.testing.assert_close(
        stream_writes(steps)[-1].stream, steps[f"blocks.{model.config.n_layers - 1}"].values.norm(dim=-1)
    )
