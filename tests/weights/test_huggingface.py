"""A folder in Hugging Face's layout as a model: transformers' logits for each family, and what is refused."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from course_lib.common.errors import CourseError
from course_lib.weights import convert_huggingface, load_huggingface, undo_rotary_order
from course_lib.weights.huggingface import read_config
from tests.weights.synthetic import SIZES, TOKEN_IDS, their_gpt2, their_llama, their_logits, their_qwen3

MAKERS = {"llama": their_llama, "qwen3": their_qwen3, "gpt2": their_gpt2}


@pytest.fixture(scope="module", params=[*MAKERS, "llama, untied", "qwen3, untied", "gpt2, untied"])
def saved(request, tmp_path_factory):
    family, _, untied = request.param.partition(", ")
    theirs, folder = MAKERS[family](tie_word_embeddings=not untied), tmp_path_factory.mktemp("model")
    theirs.save_pretrained(folder)
    return theirs, folder


@pytest.fixture
def folder(tmp_path):
    their_llama().save_pretrained(tmp_path)
    return tmp_path


def change(folder, **settings):
    path = folder / "config.json"
    content = json.loads(path.read_text()) | settings
    path.write_text(json.dumps({name: value for name, value in content.items() if value is not None}))


@torch.no_grad()
def our_logits(folder):
    return load_huggingface(folder)(TOKEN_IDS)


def test_logits_are_those_of_transformers(saved):
    theirs, folder = saved
    torch.testing.assert_close(our_logits(folder), their_logits(theirs), atol=2e-5, rtol=1e-5)


def test_weights_keep_the_files_number_format_until_they_are_built(saved, tmp_path):
    theirs, _ = saved
    tensors = {name: tensor.bfloat16() for name, tensor in load_file(saved[1] / "model.safetensors").items()}
    save_file(tensors, tmp_path / "model.safetensors")
    theirs.config.save_pretrained(tmp_path)
    _, state = convert_huggingface(tmp_path)
    assert {tensor.dtype for tensor in state.values()} == {torch.bfloat16}
    assert {weight.dtype for weight in load_huggingface(tmp_path).parameters()} == {torch.float32}
    assert {weight.dtype for weight in load_huggingface(tmp_path, dtype=torch.bfloat16).parameters()} == {
        torch.bfloat16
    }


@pytest.mark.parametrize("family", MAKERS)
def test_a_trunk_saved_without_its_head_and_older_files_with_buffers(family, tmp_path):
    theirs = MAKERS[family]()
    theirs.base_model.save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    assert not any(name.startswith(("model.", "transformer.")) for name in tensors)
    tensors |= {"h.0.attn.bias": torch.ones(1, 1, 64, 64), "layers.0.self_attn.rotary_emb.inv_freq": torch.ones(8)}
    save_file(tensors, tmp_path / "model.safetensors")
    torch.testing.assert_close(our_logits(tmp_path), their_logits(theirs), atol=2e-5, rtol=1e-5)


def test_a_model_in_several_files(saved, tmp_path):
    theirs, _ = saved
    theirs.save_pretrained(tmp_path, max_shard_size="100KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    torch.testing.assert_close(our_logits(tmp_path), their_logits(theirs), atol=2e-5, rtol=1e-5)
    next(tmp_path.glob("model-00002*")).unlink()
    with pytest.raises(CourseError, match="there is no model-00002-of-"):
        convert_huggingface(tmp_path)


def test_rotary_settings_of_transformers_4_and_5(folder):
    right = our_logits(folder)
    written = json.loads((folder / "config.json").read_text())
    assert written["rope_parameters"] == SIZES["rope_parameters"], "transformers 5 writes theta inside"
    change(folder, rope_parameters=None, rope_theta=2_000.0, rope_scaling=None)
    assert torch.equal(our_logits(folder), right)
    change(folder, rope_theta=10_000.0)
    assert (our_logits(folder) - right).abs().max() > 1e-2, "theta assumed instead of read"


def test_hugging_faces_order_is_left_as_it_is(folder):
    right = our_logits(folder)
    tensors = load_file(folder / "model.safetensors")
    name = "model.layers.0.self_attn.k_proj.weight"
    tensors[name] = undo_rotary_order(tensors[name], 2).contiguous()
    save_file(tensors, folder / "model.safetensors")
    assert (our_logits(folder) - right).abs().max() > 1e-2, "keys put back although they were never moved"


def test_gpt2s_layers_stand_the_other_way_round_and_fused(tmp_path):
    theirs = their_gpt2()
    theirs.save_pretrained(tmp_path)
    _, state = convert_huggingface(tmp_path)
    stored = load_file(tmp_path / "model.safetensors")
    fused = stored["transformer.h.1.attn.c_attn.weight"]
    assert fused.shape == (64, 3 * 64)
    for index, letter in enumerate("qkv"):
        part = state[f"blocks.1.attention.{letter}_proj.weight"]
        assert torch.equal(part, fused[:, 64 * index : 64 * (index + 1)].T)
    assert torch.equal(state["blocks.1.attention.o_proj.weight"], stored["transformer.h.1.attn.c_proj.weight"].T)
    assert not torch.equal(state["blocks.1.attention.o_proj.weight"], stored["transformer.h.1.attn.c_proj.weight"])


def test_a_head_that_is_stored_although_tied(folder):
    right, tensors = our_logits(folder), load_file(folder / "model.safetensors")
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].clone()
    save_file(tensors, folder / "model.safetensors")
    assert torch.equal(our_logits(folder), right)
    tensors["lm_head.weight"][0, 0] += 1
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(CourseError, match=r"lm_head.weight differs from the embedding, but its config.json ties"):
        convert_huggingface(folder)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"model_type": "mixtral"}, "architecture 'mixtral': this course's GPT reads llama, qwen3, gpt2"),
        ({"model_type": None}, "architecture None"),
        ({"hidden_size": None}, "does not say its 'hidden_size'"),
        ({"rope_parameters": {"rope_type": "llama3", "factor": 8.0}}, "has rotary positions scaled by 'llama3'"),
        ({"rope_parameters": None, "rope_scaling": {"type": "linear", "factor": 2.0}}, "scaled by 'linear'"),
        ({"rope_parameters": {"full_attention": {"rope_theta": 1e4}}}, "that differ from layer to layer"),
        ({"partial_rotary_factor": 0.5}, "heads of which a share of 0.5 turns"),
        ({"hidden_act": "gelu"}, "the activation 'gelu'"),
        ({"layer_types": ["full_attention", "sliding_attention"]}, "layers of sliding_attention"),
        ({"use_sliding_window": True}, "attention through a sliding window"),
        ({"attention_bias": True}, "biases in some of its layers alone"),
        ({"quantization_config": {"quant_method": "awq"}}, "weights packed by 'awq'"),
        ({"num_key_value_heads": 4}, r"k_proj.weight has shape \(32, 64\), the configuration makes .* \(64, 64\)"),
        ({"num_hidden_layers": 3}, "lacks model.layers.2.input_layernorm.weight, .* and 6 more"),
        ({"num_hidden_layers": 1}, "has model.layers.1.input_layernorm.weight, .* and 6 more, for which"),
        ({"tie_word_embeddings": False}, "lacks lm_head.weight: is it whole"),
    ],
)
def test_what_does_not_fit_is_named_in_one_line(folder, settings, says):
    change(folder, **settings)
    with pytest.raises(CourseError, match=says) as error:
        convert_huggingface(folder)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("setting", [{"scale_attn_weights": False}, {"scale_attn_by_inverse_layer_idx": True}])
def test_gpt2s_other_ways_to_scale_scores_are_refused(setting):
    sizes = {"model_type": "gpt2", "vocab_size": 9, "n_positions": 8, "n_layer": 1, "n_head": 1, "n_embd": 4}
    assert read_config(sizes, "here").tied_head
    with pytest.raises(CourseError, match="has scores that are not divided by √d_head alone"):
        read_config(sizes | setting, "here")


def test_damaged_and_missing_files_are_one_line(folder, tmp_path):
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    for n_bytes in (0, 5, 100, len(whole) // 2, len(whole) - 1):
        weights.write_bytes(whole[:n_bytes])
        with pytest.raises(CourseError, match=r"model.safetensors is damaged or cut short") as error:
            convert_huggingface(folder)
        assert "\n" not in str(error.value)
    weights.unlink()
    with pytest.raises(CourseError, match=r"there is no model.safetensors .* reads weights as safetensors alone"):
        convert_huggingface(folder)
    for content in ("", '{"model_type": "lla', "[]"):
        (folder / "config.json").write_text(content)
        with pytest.raises(CourseError, match=r"config.json is damaged or cut short"):
            convert_huggingface(folder)
    with pytest.raises(CourseError, match=r"cannot read .*absent.config.json: No such file"):
        convert_huggingface(tmp_path / "absent")
