"""SmolLM2 on this course's code: transformers' logits, its perplexity on a page of ours, and what mistakes cost."""

from dataclasses import replace

import gguf
import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

from course_lib.common.paths import DATA
from course_lib.inference import Sampler, generate
from course_lib.transformer import SMOLLM2_135M, count_parameters
from course_lib.weights import build, encode_chatml, read_gguf, to_rotary_order
from tests.weights.synthetic import permute_like_llama_cpp
from tests.weights.test_chatml import TEMPLATE
from tests.weights.test_gguf_tokenizer import theirs_of

GREEDY = Sampler(temperature=0)
PERPLEXITY = 20.42
"""On data/tides.txt, with the weights rounded to bfloat16 as the cache keeps them (20.45 with the file's own)."""

TEXTS = [
    "The capital of France is",
    "In 1984, it's 22:30;  two  spaces   7 and\n\n\n 12½ x² ٣",
    "naïve café 🙂 日本語 Ελληνικά \t tab\r\nline",
    "def f(x):\n    return x**2  # 10_000\n",
    "<|im_start|>user\nI'll go; they've gone<|im_end|>\n",
    "x" * 300 + " " * 40 + "9" * 30,
]


@pytest.fixture(scope="module")
def file(smollm2_file):
    return read_gguf(smollm2_file)


@pytest.fixture(scope="module")
def page(smollm2):
    return torch.tensor([smollm2[1].encode((DATA / "tides.txt").read_text(encoding="utf-8"))])


@torch.no_grad()
def perplexity(model, ids):
    logits = model(ids[:, :-1])
    return torch.nn.functional.cross_entropy(logits[0], ids[0, 1:]).exp().item()


def their_names(state):
    """The same tensors by transformers' names, through another table than the library's."""
    modules = {
        "token_embedding": "model.embed_tokens",
        "final_norm": "model.norm",
        "head": "lm_head",
        "attention_norm": "input_layernorm",
        "feed_forward_norm": "post_attention_layernorm",
    }
    modules |= {f"attention.{each}_proj": f"self_attn.{each}_proj" for each in "qkvo"}
    modules |= {f"feed_forward.{each}_proj": f"mlp.{each}_proj" for each in ("gate", "up", "down")}
    renamed = {}
    for name, tensor in state.items():
        module, _, kind = name.rpartition(".")
        if module.startswith("blocks."):
            _, layer, part = module.split(".", 2)
            renamed[f"model.layers.{layer}.{modules[part]}.{kind}"] = tensor
        else:
            renamed[f"{modules[module]}.{kind}"] = tensor
    return renamed


def test_its_configuration_is_the_published_one(smollm2):
    model, tokenizer = smollm2
    assert replace(model.config, norm_eps=1e-5) == SMOLLM2_135M
    assert model.config.norm_eps == pytest.approx(1e-5)
    assert count_parameters(model.config) == 134_515_008
    assert tokenizer.vocab_size == model.config.vocab_size


def test_tensors_are_those_that_the_gguf_package_unpacks(smollm2, file):
    state = smollm2[0].state_dict()
    for layer in (0, 29):
        for our_name, their_name, n_heads in (
            ("attention.q_proj", "attn_q", 9),
            ("attention.k_proj", "attn_k", 3),
            ("attention.v_proj", "attn_v", None),
            ("attention.o_proj", "attn_output", None),
            ("feed_forward.down_proj", "ffn_down", None),
        ):
            tensor = file.tensors[f"blk.{layer}.{their_name}.weight"]
            stored = torch.tensor(gguf.dequantize(tensor.raw, gguf.GGMLQuantizationType.Q4_1)).bfloat16().float()
            ours = state[f"blocks.{layer}.{our_name}.weight"].numpy()
            assert np.array_equal(ours if n_heads is None else permute_like_llama_cpp(ours, n_heads), stored)


def test_logits_are_those_of_transformers(smollm2, page):
    model, _ = smollm2
    sizes = {
        "vocab_size": 49_152,
        "hidden_size": 576,
        "intermediate_size": 1_536,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
        "max_position_embeddings": 8_192,
    }
    rope = {"rope_type": "default", "rope_theta": 100_000.0}
    theirs = LlamaForCausalLM(LlamaConfig(**sizes, rms_norm_eps=1e-5, rope_parameters=rope, tie_word_embeddings=True))
    theirs.load_state_dict(their_names(model.state_dict()))
    with torch.no_grad():
        torch.testing.assert_close(model(page), theirs.eval()(page).logits, atol=1e-4, rtol=0)


def test_perplexity_on_our_page(smollm2, page):
    assert page.shape[1] == 447
    assert perplexity(smollm2[0], page) == pytest.approx(PERPLEXITY, abs=0.05)


def test_what_the_two_great_traps_would_cost(smollm2, page):
    """Queries and keys left as the file has them: nonsense. Theta 10,000: fluent, and quietly worse."""
    model, _ = smollm2
    state = model.state_dict()
    as_in_the_file = {
        name: to_rotary_order(weight, 9 if ".q_proj." in name else 3)
        if "q_proj" in name or "k_proj" in name
        else weight
        for name, weight in state.items()
    }
    assert perplexity(build(model.config, as_in_the_file), page) == pytest.approx(154, rel=0.05)
    assert perplexity(build(replace(model.config, rope_theta=10_000.0), state), page) == pytest.approx(23.3, rel=0.02)


@pytest.mark.parametrize("text", TEXTS)
def test_ids_are_those_of_the_library(smollm2, file, text):
    _, tokenizer = smollm2
    theirs: Tokenizer = theirs_of(file)
    assert tokenizer.encode(text, allow_special=True) == theirs.encode(text).ids
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_its_template_is_the_one_that_chatml_was_held_against(file):
    assert file.metadata["tokenizer.chat_template"] == TEMPLATE


def test_it_knows_the_capital_of_france(smollm2):
    """The distribution, not a sentence: what a small model says first in a chat is nearly a tie."""
    model, tokenizer = smollm2
    prompt = tokenizer.encode("The capital of France is")
    (paris,) = tokenizer.encode(" Paris")
    with torch.no_grad():
        shares = model(torch.tensor([prompt]))[0, -1].softmax(dim=-1)
    assert shares.argmax() == paris
    assert shares[paris] > 0.5
    assert generate(model, [prompt], max_new_tokens=1, sampler=GREEDY) == [[paris]]
    chat = [{"role": "user", "content": "What is the capital of France?"}]
    end = tokenizer.special_tokens["<|im_end|>"]
    (reply,) = generate(
        model, [encode_chatml(chat, tokenizer)], max_new_tokens=40, sampler=GREEDY, stop_token_ids=[end]
    )
    assert reply[-1] == end
    assert "Paris" in tokenizer.decode(reply)
