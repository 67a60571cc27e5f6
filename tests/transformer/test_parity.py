"""The same weights in transformers' GPT-2, Llama and Qwen3: the same logits and the same gradients."""

from dataclasses import replace

import pytest
import torch
import transformers
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.transformer import GPT, GPT2, GPT_TINY, LLAMA_TINY, SMOLLM2_135M, GPTConfig

GPT2_NAMES = {
    "wte": "token_embedding",
    "wpe": "position_embedding",
    "h": "blocks",
    "ln_1": "attention_norm",
    "ln_2": "feed_forward_norm",
    "attn": "attention",
    "c_proj": "o_proj",
    "mlp": "feed_forward",
    "c_fc": "up_proj",
    "ln_f": "final_norm",
    "lm_head": "head",
}
LLAMA_NAMES = {
    "embed_tokens": "token_embedding",
    "layers": "blocks",
    "input_layernorm": "attention_norm",
    "post_attention_layernorm": "feed_forward_norm",
    "self_attn": "attention",
    "mlp": "feed_forward",
    "norm": "final_norm",
    "lm_head": "head",
}


def from_gpt2(tensors: dict) -> dict:
    """GPT-2's Conv1D matrices transposed, its fused query-key-value matrix cut in three."""
    renamed = {}
    for name, tensor in tensors.items():
        path = [GPT2_NAMES.get(word, word) for word in name.removeprefix("transformer.").split(".")]
        if path[-1] == "weight" and path[-2] in ("c_attn", "o_proj", "up_proj"):
            tensor = tensor.T
        if path[-2] == "c_attn":
            for projection, part in zip(("q_proj", "k_proj", "v_proj"), tensor.chunk(3), strict=True):
                renamed[".".join([*path[:-2], projection, path[-1]])] = part
        else:
            renamed[".".join(path).replace("feed_forward.o_proj", "feed_forward.down_proj")] = tensor
    return renamed


def from_llama(tensors: dict) -> dict:
    """Llama's and Qwen3's names."""
    return {
        ".".join(LLAMA_NAMES.get(word, word) for word in name.removeprefix("model.").split(".")): tensor
        for name, tensor in tensors.items()
    }


def their_gpt2(config: GPTConfig) -> transformers.PreTrainedModel:
    return transformers.GPT2LMHeadModel(
        transformers.GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.d_model,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            n_inner=int(config.d_ff),
            layer_norm_epsilon=config.norm_eps,
            tie_word_embeddings=config.tied_head,
        )
    )


def their_llama(config: GPTConfig) -> transformers.PreTrainedModel:
    kind = ("Qwen3Config", "Qwen3ForCausalLM") if config.qk_norm else ("LlamaConfig", "LlamaForCausalLM")
    make_config, make_model = (getattr(transformers, name) for name in kind)
    return make_model(
        make_config(
            vocab_size=config.vocab_size,
            max_position_embeddings=config.context_length,
            hidden_size=config.d_model,
            intermediate_size=int(config.d_ff),
            num_hidden_layers=config.n_layers,
            num_attention_heads=config.n_heads,
            num_key_value_heads=int(config.n_kv_heads),
            head_dim=int(config.d_head),
            rms_norm_eps=config.norm_eps,
            rope_parameters={"rope_type": "default", "rope_theta": config.rope_theta},
            attention_bias=config.bias,
            mlp_bias=config.bias,
            tie_word_embeddings=config.tied_head,
        )
    )


GPT_SMALL = replace(GPT_TINY, vocab_size=37, context_length=24, n_layers=2, d_model=32)
LLAMA_SMALL = replace(LLAMA_TINY, vocab_size=37, context_length=24, n_layers=2, d_model=32, d_ff=44)
CASES = {
    "gpt2": (GPT_SMALL, their_gpt2, from_gpt2),
    "gpt2 untied, narrow": (replace(GPT_SMALL, tied_head=False, d_ff=20, norm_eps=1e-3), their_gpt2, from_gpt2),
    "llama grouped": (LLAMA_SMALL, their_llama, from_llama),
    "llama one key head, untied": (replace(LLAMA_SMALL, n_kv_heads=1, tied_head=False), their_llama, from_llama),
    "llama biases, wide heads": (
        replace(LLAMA_SMALL, bias=True, d_head=12, rope_theta=100_000.0, n_kv_heads=4),
        their_llama,
        from_llama,
    ),
    "qwen3 query-key norm": (replace(LLAMA_SMALL, qk_norm=True, d_head=6, norm_eps=1e-6), their_llama, from_llama),
}


def check_parity(config: GPTConfig, make, rename, token_ids: torch.Tensor) -> None:
    """The same logits and the same gradients, for weights large enough for mistakes to show."""
    torch.manual_seed(0)
    theirs = make(config).eval()
    for name, weight in theirs.named_parameters():
        torch.nn.init.normal_(weight, mean=float("norm" in name or "ln_" in name), std=0.2)
    ours = GPT(config).eval()
    ours.load_state_dict(rename(theirs.state_dict()))
    logits, expected = ours(token_ids), theirs(token_ids).logits
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=1e-5)

    direction = torch.randn_like(logits) / logits.numel()
    (logits * direction).sum().backward()
    (expected * direction).sum().backward()
    gradients = rename({name: weight.grad for name, weight in theirs.named_parameters()})
    for name, weight in ours.named_parameters():
        torch.testing.assert_close(weight.grad, gradients[name], atol=1e-5, rtol=1e-5, msg=name)


@pytest.mark.parametrize("attention", ["naive", "fused"])
@pytest.mark.parametrize("case", CASES)
def test_logits_and_gradients(case, attention):
    config, make, rename = CASES[case]
    check_parity(replace(config, attention=attention), make, rename, torch.randint(0, 37, (2, 19)))


@pytest.mark.parametrize(("preset", "make"), [(GPT2, their_gpt2), (SMOLLM2_135M, their_llama)])
def test_presets_have_the_shapes_of_the_published_models(preset, make):
    with torch.device("meta"):
        theirs, ours = make(preset), GPT(preset)
    rename = from_gpt2 if make is their_gpt2 else from_llama
    shapes = {name: tensor.shape for name, tensor in rename(theirs.state_dict()).items()}
    assert shapes == {name: tensor.shape for name, tensor in ours.state_dict().items()}


@st.composite
def random_config(draw, family: str) -> GPTConfig:
    """A small configuration of a family, whatever fits together."""
    group, n_kv_heads = (1, draw(st.integers(1, 4))) if family == "gpt2" else (
        draw(st.integers(1, 3)), draw(st.integers(1, 3)))  # fmt: skip
    n_heads, d_head = group * n_kv_heads, 2 * draw(st.integers(1, 6))
    own_width = family != "gpt2" and draw(st.booleans())
    return replace(
        GPT_SMALL if family == "gpt2" else LLAMA_SMALL,
        n_layers=draw(st.integers(1, 3)),
        n_heads=n_heads,
        n_kv_heads=n_kv_heads,
        d_head=d_head if own_width else None,
        d_model=n_heads * (draw(st.integers(1, 8)) if own_width else d_head),  # theirs must divide into heads
        d_ff=draw(st.integers(1, 40)),
        tied_head=draw(st.booleans()),
        norm_eps=draw(st.sampled_from([1e-3, 1e-5, 1e-6])),
        rope_theta=draw(st.sampled_from([100.0, 10_000.0, 1e6])),
        qk_norm=family == "qwen3",
    )


@pytest.mark.parametrize("family", ["gpt2", "llama", "qwen3"])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_configuration_of_a_family(family, data):
    config = data.draw(random_config(family))
    make, rename = (their_gpt2, from_gpt2) if family == "gpt2" else (their_llama, from_llama)
    check_parity(config, make, rename, torch.randint(0, 37, (2, data.draw(st.integers(1, 24)))))
