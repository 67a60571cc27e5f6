"""The whole GPT: causality, independence, padding, number formats, its errors, and that it learns."""

import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from course_lib.common.errors import CourseError
from course_lib.transformer import GPT, GPT_TINY, LLAMA_TINY

GPT_SMALL = replace(GPT_TINY, vocab_size=29, context_length=16, d_model=32, n_layers=2)
LLAMA_SMALL = replace(LLAMA_TINY, vocab_size=29, context_length=16, d_model=32, n_layers=2)
MODERN = replace(LLAMA_SMALL, qk_norm=True, feed_forward="squared_relu", tied_head=False)
FAMILIES = {
    "gpt": GPT_SMALL,
    "llama": LLAMA_SMALL,
    "modern": MODERN,
    "naive": replace(MODERN, attention="naive"),
    "no_positions": replace(GPT_SMALL, positions="none"),
}


@pytest.fixture(params=FAMILIES, scope="module")
def model(request):
    """A model whose weights are large enough for mistakes to show."""
    torch.manual_seed(0)
    model = GPT(FAMILIES[request.param]).eval()
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.2)
    return model


@settings(max_examples=15, deadline=None)
@given(token_ids=st.lists(st.integers(0, 28), min_size=2, max_size=16), data=st.data())
def test_a_later_token_never_changes_earlier_logits(model, token_ids, data):
    place = data.draw(st.integers(1, len(token_ids) - 1))
    changed = [*token_ids[:place], (token_ids[place] + 1) % 29, *token_ids[place + 1 :]]
    before, after = model(torch.tensor([token_ids])), model(torch.tensor([changed]))
    torch.testing.assert_close(after[:, :place], before[:, :place], atol=1e-5, rtol=1e-5)
    assert (after[:, place] - before[:, place]).abs().max() > 1e-4


@settings(max_examples=15, deadline=None)
@given(n_rows=st.integers(1, 5), n_tokens=st.integers(1, 16), data=st.data())
def test_sequences_of_a_batch_do_not_meet(model, n_rows, n_tokens, data):
    token_ids = torch.tensor(data.draw(st.lists(st.lists(st.integers(0, 28), min_size=n_tokens, max_size=n_tokens),
                                                min_size=n_rows, max_size=n_rows)))  # fmt: skip
    together = model(token_ids)
    for row, alone in zip(together, token_ids, strict=True):
        torch.testing.assert_close(row, model(alone[None])[0], atol=1e-5, rtol=1e-5)
    order = torch.tensor(data.draw(st.permutations(range(n_rows))))
    torch.testing.assert_close(model(token_ids[order]), together[order], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("is_explicit", [False, True])
def test_left_padding_changes_nothing(model, is_explicit):
    short, long = torch.randint(0, 29, (1, 4)), torch.randint(0, 29, (1, 9))
    token_ids = torch.cat((F.pad(short, (5, 0)), long))
    attention_mask = torch.ones(2, 9, dtype=torch.long)
    attention_mask[0, :5] = 0
    positions = torch.stack((torch.tensor([0] * 5 + [0, 1, 2, 3]), torch.arange(9))) if is_explicit else None
    together = model(token_ids, positions=positions, attention_mask=attention_mask)
    torch.testing.assert_close(together[:1, 5:], model(short), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(together[1:], model(long), atol=1e-5, rtol=1e-5)


def test_right_padding_changes_nothing(model):
    token_ids = torch.randint(0, 29, (1, 6))
    attention_mask = torch.tensor([[1] * 6 + [0] * 4])
    padded = model(F.pad(token_ids, (0, 4)), attention_mask=attention_mask)
    torch.testing.assert_close(padded[:, :6], model(token_ids), atol=1e-5, rtol=1e-5)


def test_last_only_is_the_last_row(model):
    token_ids = torch.randint(0, 29, (3, 6))
    torch.testing.assert_close(model(token_ids, last_only=True), model(token_ids)[:, -1:], atol=1e-5, rtol=1e-5)
    assert torch.equal(model.head(model.hidden_states(token_ids)), model(token_ids))


def test_bfloat16_stays_near_float32():
    torch.manual_seed(0)
    model, token_ids = GPT(MODERN), torch.randint(0, 29, (2, 16))
    exact = model(token_ids)
    rough = model.bfloat16()(token_ids)
    assert rough.dtype == torch.bfloat16
    assert F.cosine_similarity(exact.flatten(), rough.float().flatten(), dim=0) > 0.999


def test_a_fresh_model_knows_nothing():
    torch.manual_seed(0)
    token_ids = torch.randint(0, 512, (4, 65))
    for config in (GPT_TINY, LLAMA_TINY, replace(LLAMA_TINY, zero_init_projections=True, tied_head=False)):
        loss = F.cross_entropy(GPT(config)(token_ids[:, :-1]).flatten(0, 1), token_ids[:, 1:].flatten())
        assert abs(loss.item() - torch.tensor(512.0).log().item()) < 0.15


@pytest.mark.parametrize("family", FAMILIES)
def test_it_learns_one_batch_by_heart(family):
    torch.manual_seed(0)
    model, token_ids = GPT(FAMILIES[family]), torch.randint(0, 29, (4, 17))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(60):
        loss = F.cross_entropy(model(token_ids[:, :-1]).flatten(0, 1), token_ids[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.2


def test_a_tied_head_is_the_embedding():
    tied, untied = GPT(LLAMA_SMALL), GPT(replace(LLAMA_SMALL, tied_head=False))
    assert tied.head.weight is tied.token_embedding.weight
    assert untied.head.weight is not untied.token_embedding.weight


def test_deep_stacks_start_in_range():
    torch.manual_seed(0)
    stream = []
    model = GPT(replace(GPT_SMALL, n_layers=48))
    model.blocks[-1].register_forward_hook(lambda module, inputs, residual: stream.append(residual))
    model(torch.randint(0, 29, (2, 16)))
    assert 0.01 < stream[0].std() < 1


@pytest.mark.parametrize("wrong", [-1, 29])
def test_an_id_out_of_range_is_one_line(wrong):
    with pytest.raises(CourseError, match=rf"token id {wrong} is not in the vocabulary, 0 to 28: .*tokenizer\?$"):
        GPT(LLAMA_SMALL)(torch.tensor([[3, wrong]]))


@pytest.mark.parametrize("config", [GPT_SMALL, LLAMA_SMALL])
def test_a_sequence_over_the_context_is_one_line(config):
    with pytest.raises(CourseError, match="the sequence has 17 tokens, the model reads at most 16: shorten it"):
        GPT(config)(torch.zeros(1, 17, dtype=torch.long))
    with pytest.raises(CourseError, match="the sequence has 21 tokens"):
        GPT(config)(torch.zeros(1, 1, dtype=torch.long), positions=torch.tensor([[20]]))


def test_interpolated_positions_read_beyond_the_context():
    model, positions = GPT(LLAMA_SMALL), torch.arange(32)[None] / 2
    assert model(torch.zeros(1, 32, dtype=torch.long), positions=positions).isfinite().all()


COMPILED = """
import torch
from dataclasses import replace
from course_lib.transformer import GPT, GPT_TINY, LLAMA_TINY

modern = replace(LLAMA_TINY, n_layers=2, qk_norm=True, feed_forward="squared_relu", tied_head=False)
for config in (replace(GPT_TINY, n_layers=2), modern):
    torch.manual_seed(0)
    model, token_ids = GPT(config), torch.randint(0, 512, (2, 16))
    torch.testing.assert_close(torch.compile(model)(token_ids), model(token_ids), atol=1e-5, rtol=1e-5)
"""


@pytest.mark.slow
def test_compiled_equals_eager():
    """In a process of its own: the run-time shape checks of the tests cannot be compiled."""
    process = subprocess.run([sys.executable, "-c", COMPILED], capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
