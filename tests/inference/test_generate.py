"""Generation: cached equals uncached, a batch equals its sequences alone, stops, streams, limits, and transformers."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F
from transformers import LlamaConfig, LlamaForCausalLM

from course_lib.common.errors import CourseError
from course_lib.inference import Sampler, generate, stream
from course_lib.transformer import GPT, GPT_TINY, LLAMA_TINY

GREEDY = Sampler(temperature=0)
LLAMA_SMALL = replace(LLAMA_TINY, vocab_size=29, context_length=24, d_model=32, n_layers=2)


def spread(model: GPT) -> GPT:
    """Weights large enough that the next token is no tie."""
    torch.manual_seed(0)
    for weight in model.parameters():
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.3)
    return model.eval()


@pytest.fixture(params=["llama", "gpt", "naive"], scope="module")
def model(request):
    gpt = replace(GPT_TINY, vocab_size=29, context_length=24, d_model=32, n_layers=2)
    naive = replace(LLAMA_SMALL, attention="naive", qk_norm=True)
    return spread(GPT({"llama": LLAMA_SMALL, "gpt": gpt, "naive": naive}[request.param]))


def by_hand(model, prompt, n_tokens):
    """Greedy generation in its simplest form."""
    token_ids = list(prompt)
    for _ in range(n_tokens):
        token_ids.append(model(torch.tensor([token_ids]))[0, -1].argmax().item())
    return token_ids[len(prompt) :]


prompts_of_any_length = st.lists(st.lists(st.integers(0, 28), min_size=1, max_size=14), min_size=1, max_size=5)


@settings(max_examples=10, deadline=None)
@given(prompts=prompts_of_any_length, use_cache=st.booleans(), batch_size=st.integers(1, 5))
def test_a_batch_with_padding_equals_each_prompt_by_hand(model, prompts, use_cache, batch_size):
    new = generate(model, prompts, max_new_tokens=6, sampler=GREEDY, use_cache=use_cache, batch_size=batch_size)
    assert new == [by_hand(model, prompt, 6) for prompt in prompts]


def test_cached_sampling_equals_uncached(model):
    prompts = [[1, 2, 3], [4, 5, 6, 7, 8], [9]]
    runs = [
        generate(
            model,
            prompts,
            max_new_tokens=8,
            sampler=Sampler(temperature=0.8, top_p=0.9),
            generator=torch.Generator().manual_seed(1),
            use_cache=use_cache,
        )
        for use_cache in (True, False)
    ]
    assert runs[0] == runs[1]


def test_the_stop_token_comes_last_and_ends_its_sequence_alone(model):
    prompts = [[1, 2, 3], [4, 5], [6]]
    free = generate(model, prompts, max_new_tokens=8, sampler=GREEDY)
    stop = free[0][2]
    stopped = generate(model, prompts, max_new_tokens=8, sampler=GREEDY, stop_token_ids=[stop])
    for whole, short in zip(free, stopped, strict=True):
        assert short == (whole[: whole.index(stop) + 1] if stop in whole else whole)


def test_stream_yields_what_generate_returns(model):
    (whole,) = generate(model, [[1, 2, 3]], max_new_tokens=8, sampler=GREEDY)
    tokens = stream(model, [1, 2, 3], max_new_tokens=8, sampler=GREEDY)
    assert next(tokens) == whole[0]
    assert list(tokens) == whole[1:]
    until = stream(model, [1, 2, 3], max_new_tokens=8, sampler=GREEDY, stop_token_ids=[whole[3]])
    assert list(until) == whole[: whole.index(whole[3]) + 1]


def test_each_sequence_may_fill_its_own_context(model):
    prompts = [[1] * 24, [2] * 20, [3]]
    new = generate(model, prompts, max_new_tokens=30, sampler=GREEDY)
    assert [len(each) for each in new] == [1, 5, 24]  # the last token chosen is never read
    assert new == [by_hand(model, prompt, len(each)) for prompt, each in zip(prompts, new, strict=True)]


def test_nothing_asked_nothing_given(model):
    assert generate(model, [], max_new_tokens=5) == []
    assert generate(model, [[1]], max_new_tokens=0) == [[]]
    assert list(stream(model, [1], max_new_tokens=0)) == []


@pytest.mark.parametrize(
    ("prompt", "says"),
    [
        ([], "the prompt is empty: "),
        ([1] * 25, "the prompt has 25 tokens, the model reads at most 24: shorten it"),
        ([1, 29], "token id 29 is not in the vocabulary, 0 to 28: "),
        ([-1], "token id -1 is not in the vocabulary"),
    ],
)
def test_what_cannot_be_read_is_one_line(model, prompt, says):
    with pytest.raises(CourseError, match=says) as caught:
        generate(model, [[1], prompt], max_new_tokens=2)
    assert "\n" not in str(caught.value)
    with pytest.raises(CourseError, match=says):
        stream(model, prompt, max_new_tokens=2)


def test_dropout_rests_while_generating_and_comes_back():
    model = spread(GPT(replace(LLAMA_SMALL, dropout=0.5))).train()
    assert generate(model, [[1, 2]], max_new_tokens=6, sampler=GREEDY) == [by_hand(model.eval(), [1, 2], 6)]
    model.train()
    next(tokens := stream(model, [1, 2], max_new_tokens=2))
    assert model.training
    tokens.close()


def test_bfloat16_models_generate():
    model = spread(GPT(LLAMA_SMALL)).bfloat16()
    assert [len(new) for new in generate(model, [[1], [2, 3]], max_new_tokens=4)] == [4, 4]


def test_transformers_generates_the_same():
    torch.manual_seed(0)
    theirs = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=29,
            max_position_embeddings=24,
            hidden_size=32,
            intermediate_size=344,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            initializer_range=0.3,
            rms_norm_eps=1e-5,
            tie_word_embeddings=True,
            rope_parameters={"rope_type": "default", "rope_theta": 10_000.0},
            pad_token_id=None,
            eos_token_id=None,
        )
    ).eval()
    names = {
        "model.": "",
        "embed_tokens": "token_embedding",
        "layers": "blocks",
        "input_layernorm": "attention_norm",
        "post_attention_layernorm": "feed_forward_norm",
        "self_attn": "attention",
        "mlp": "feed_forward",
        "lm_head": "head",
    }
    tensors = theirs.state_dict()
    for their_name, our_name in names.items():
        tensors = {name.replace(their_name, our_name): tensor for name, tensor in tensors.items()}
    ours = GPT(LLAMA_SMALL)
    ours.load_state_dict({("final_norm.weight" if name == "norm.weight" else name): t for name, t in tensors.items()})
    prompt = [3, 1, 4, 1, 5]
    expected = theirs.generate(torch.tensor([prompt]), max_new_tokens=12, do_sample=False)[0, 5:].tolist()
    assert generate(ours, [prompt], max_new_tokens=12, sampler=GREEDY) == [expected]


def test_a_trained_model_says_what_it_learned():
    torch.manual_seed(0)
    model, song = GPT(LLAMA_SMALL), torch.tensor([[7, 3, 9, 3, 7, 5, 11, 2, 9, 0]])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(40):
        loss = F.cross_entropy(model(song[:, :-1]).flatten(0, 1), song[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert generate(model, [[7, 3], [7]], max_new_tokens=20, sampler=GREEDY, stop_token_ids=[0]) == [
        [9, 3, 7, 5, 11, 2, 9, 0],
        [3, 9, 3, 7, 5, 11, 2, 9, 0],
    ]
