"""The learner's parts take the place of the library's, whichever attention the configuration names."""

from dataclasses import replace

import pytest
import torch

from course_lib.transformer import GPT, LLAMA_TINY, Attention, Block, FeedForward, Parts, RMSNorm, apply_rotary
from course_lib.transformer import causal_mask as library_mask

SMALL = replace(LLAMA_TINY, d_model=16, n_heads=4, n_kv_heads=2, n_layers=2)


def spread(model):
    """Weights large enough for a wrong part to show."""
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    return model


def my_mask(n_tokens):
    return torch.arange(n_tokens)[:, None] >= torch.arange(n_tokens)


def my_attention_formula(query, key, value, mask=None):
    scores = query @ key.mT / query.shape[-1] ** 0.5
    if mask is not None:
        scores = torch.where(mask, scores, float("-inf"))
    return torch.softmax(scores, dim=-1) @ value


class MyNorm(RMSNorm):
    """A norm of one's own."""


class MyFeedForward(FeedForward):
    """A feed-forward layer of one's own."""


class MyAttention(Attention):
    """An attention layer of one's own."""


class MyBlock(Block):
    """A block of one's own."""


MINE = {
    "mask": my_mask,
    "scaled_dot_product": my_attention_formula,
    "positions": lambda features, cos, sin: apply_rotary(features, cos, sin),
    "norm": lambda config, size: MyNorm(size, config.norm_eps),
    "feed_forward": MyFeedForward,
    "attention": MyAttention,
    "block": MyBlock,
}


@pytest.mark.parametrize("kind", ["naive", "fused"])
@pytest.mark.parametrize("chosen", [*([name] for name in MINE), list(MINE)], ids=lambda names: "+".join(names))
def test_right_parts_change_nothing(kind, chosen):
    theirs = spread(GPT(replace(SMALL, attention=kind)))
    mine = GPT(replace(SMALL, attention=kind), Parts(**{name: MINE[name] for name in chosen}))
    mine.load_state_dict(theirs.state_dict())
    token_ids = torch.randint(0, 512, (2, 9))
    torch.testing.assert_close(mine(token_ids), theirs(token_ids), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", ["naive", "fused"])
@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("mask", lambda n_tokens: library_mask(n_tokens).T),
        ("scaled_dot_product", lambda query, key, value, mask=None: value),
        ("positions", lambda features, cos, sin: features),
        ("norm", lambda config, size: torch.nn.Identity()),
        ("feed_forward", lambda config: torch.nn.Identity()),
    ],
)
def test_a_wrong_part_is_really_used(kind, name, wrong):
    theirs = spread(GPT(replace(SMALL, attention=kind)))
    mine = GPT(replace(SMALL, attention=kind), Parts(**{name: wrong}))
    mine.load_state_dict(theirs.state_dict(), strict=False)
    token_ids = torch.randint(0, 512, (2, 9))
    assert (mine(token_ids) - theirs(token_ids)).abs().max() > 1e-3


def test_modules_are_the_learners():
    model = GPT(SMALL, Parts(**MINE))
    assert all(isinstance(block, MyBlock) for block in model.blocks)
    assert isinstance(model.final_norm, MyNorm)
    assert isinstance(model.blocks[1].attention, MyAttention)
    assert model.blocks[1].attention.layer_index == 1
