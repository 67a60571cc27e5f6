"""LayerNorm and RMSNorm against their formulas in float64, torch's modules and each other."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from course_lib.transformer import GPT2, LLAMA_TINY, LayerNorm, RMSNorm, make_norm


def formula(norm, features):
    """The papers' formulas, written out."""
    features, weight = features.double(), norm.weight.double()
    if isinstance(norm, LayerNorm):
        centred = features - features.mean(-1, keepdim=True)
        return centred / (centred.square().mean(-1, keepdim=True) + norm.eps).sqrt() * weight + norm.bias.double()
    return features / (features.square().mean(-1, keepdim=True) + norm.eps).sqrt() * weight


@pytest.mark.parametrize("kind", [LayerNorm, RMSNorm])
def test_formula_and_gradient(kind):
    norm, features = kind(6), torch.randn(2, 5, 6, requires_grad=True)
    for weight in norm.parameters():
        nn.init.normal_(weight)
    torch.testing.assert_close(norm(features).double(), formula(norm, features), atol=1e-5, rtol=1e-5)
    direction = torch.randn(2, 5, 6)
    (mine,) = torch.autograd.grad((norm(features) * direction).sum(), features)
    (truth,) = torch.autograd.grad((formula(norm, features) * direction).sum(), features)
    torch.testing.assert_close(mine, truth, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("kind", "theirs"), [(LayerNorm, nn.LayerNorm), (RMSNorm, nn.RMSNorm)])
def test_torch_agrees(kind, theirs):
    features = torch.randn(3, 6)
    torch.testing.assert_close(kind(6, eps=1e-3)(features), theirs(6, eps=1e-3)(features))


def test_size_of_the_input_does_not_matter():
    features = torch.randn(4, 8)
    torch.testing.assert_close(RMSNorm(8)(100 * features), RMSNorm(8)(features), atol=1e-4, rtol=1e-4)


def test_layer_norm_is_blind_to_a_shift_and_rms_norm_is_not():
    features = torch.randn(4, 8)
    torch.testing.assert_close(LayerNorm(8)(features + 3), LayerNorm(8)(features), atol=1e-4, rtol=1e-4)
    assert not torch.allclose(RMSNorm(8)(features + 3), RMSNorm(8)(features), atol=0.1)


def test_the_configuration_chooses():
    assert isinstance(make_norm(LLAMA_TINY, 4), RMSNorm)
    assert make_norm(GPT2, 4).bias is not None
    assert make_norm(replace(GPT2, bias=False), 4).bias is None
