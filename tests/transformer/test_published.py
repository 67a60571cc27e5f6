"""Published configurations have the published number of parameters: to the last one where the weights are public."""

import pytest
import torch
import transformers

from course_lib.transformer import GPT, PUBLISHED, count_parameters

RELEASED = {
    "GPT-2": 124_439_808,
    "GPT-2 medium": 354_823_168,
    "GPT-2 large": 774_030_080,
    "GPT-2 XL": 1_557_611_200,
    "Llama 2 7B": 6_738_415_616,
    "Llama 2 13B": 13_015_864_320,
    "Llama 2 70B": 68_976_648_192,
    "Llama 3 8B": 8_030_261_248,
    "Llama 3 70B": 70_553_706_496,
    "Llama 3.1 405B": 405_853_388_800,
    "SmolLM2 135M": 134_515_008,
    "SmolLM2 360M": 361_821_120,
    "SmolLM2 1.7B": 1_711_376_384,
}


@pytest.mark.parametrize("name", RELEASED)
def test_the_count_is_that_of_the_released_weights(name):
    assert count_parameters(PUBLISHED[name]) == RELEASED[name]


def test_gpt3_rounds_to_what_its_paper_says_and_no_other_depth_would():
    assert round(count_parameters(PUBLISHED["GPT-3"]) / 1e9) == 175


@pytest.mark.parametrize("name", ["GPT-2 medium", "SmolLM2 360M"])
def test_the_count_is_that_of_a_model_that_is_built(name):
    with torch.device("meta"):
        model = GPT(PUBLISHED[name])
    assert sum(weight.numel() for weight in model.parameters()) == count_parameters(PUBLISHED[name])


def test_transformers_counts_the_same_for_llama_2_70b():
    config = PUBLISHED["Llama 2 70B"]
    with torch.device("meta"):
        theirs = transformers.LlamaForCausalLM(
            transformers.LlamaConfig(
                vocab_size=config.vocab_size,
                hidden_size=config.d_model,
                intermediate_size=int(config.d_ff),
                num_hidden_layers=2,
                num_attention_heads=config.n_heads,
                num_key_value_heads=int(config.n_kv_heads),
                tie_word_embeddings=False,
            )
        )
    two = sum(weight.numel() for weight in theirs.parameters())
    outside = sum(w.numel() for name, w in theirs.named_parameters() if ".layers." not in name)
    assert outside + (two - outside) // 2 * config.n_layers == count_parameters(config)
