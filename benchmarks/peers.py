"""The same shapes in the libraries that somebody might take instead: transformers, and x-transformers if it is here."""

import transformers
from torch import Tensor, nn

from course_lib.transformer import GPT, GPTConfig
from course_lib.weights.names import LLAMA_NAMES, module_names

try:
    import x_transformers
except ImportError:
    x_transformers = None

MISSING = "x-transformers is not installed, so it is left out: pip install -e '.[benchmarks]'"
"""Printed once where the optional peer is not there."""

TOLERANCE = 0.01
"""How far the numbers of parameters may lie apart, as a share: biases that one library has and the other has not."""


def llama(ours: GPT) -> nn.Module:
    """transformers' Llama with the same weights."""
    config: GPTConfig = ours.config
    rope = {"rope_type": "default", "rope_theta": config.rope_theta}
    theirs = transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.d_model,
            intermediate_size=config.d_ff,
            num_hidden_layers=config.n_layers,
            num_attention_heads=config.n_heads,
            num_key_value_heads=config.n_kv_heads,
            max_position_embeddings=config.context_length,
            rms_norm_eps=config.norm_eps,
            rope_parameters=rope,
            tie_word_embeddings=True,
            pad_token_id=None,
            eos_token_id=None,
        )
    )
    names = {mine: peer for peer, mine in module_names(LLAMA_NAMES, config.n_layers).items()}
    weights = ours.state_dict()
    theirs.load_state_dict({f"{names[name.rpartition('.')[0]]}.weight": weights[name] for name in weights})
    return theirs.to(next(ours.parameters()).dtype).eval()


def gpt2(config: GPTConfig) -> nn.Module:
    """transformers' GPT-2 of the same shape, without dropout, as ours."""
    return transformers.GPT2LMHeadModel(
        transformers.GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.d_model,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            use_cache=False,
            bos_token_id=None,
            eos_token_id=None,
        )
    )


def x_model(ours: GPT) -> nn.Module | None:
    """x-transformers' decoder of the same shape with fused attention, or None where the library is not there.

    GPT-2's GELU is the form with tanh, so it gets that one too: its own default, the exact GELU, is another formula,
    and quicker on a CPU.

    Raises:
        SystemExit: It has another number of parameters, so that its times would say nothing.
    """
    if x_transformers is None:
        return None
    config: GPTConfig = ours.config
    is_llama = config.positions == "rotary"
    variant = (
        {"rotary_pos_emb": True, "rotary_emb_dim": int(config.d_head), "use_rmsnorm": True, "ff_swish": True,
         "ff_glu": True, "ff_no_bias": True, "attn_kv_heads": int(config.n_kv_heads)}
        if is_llama
        else {"ff_custom_activation": nn.GELU(approximate="tanh")}
    )  # fmt: skip
    theirs = x_transformers.TransformerWrapper(
        num_tokens=config.vocab_size,
        max_seq_len=config.context_length,
        tie_embedding=config.tied_head,
        use_abs_pos_emb=not is_llama,
        attn_layers=x_transformers.Decoder(
            dim=config.d_model,
            depth=config.n_layers,
            heads=config.n_heads,
            attn_dim_head=int(config.d_head),
            attn_flash=True,
            ff_mult=config.d_ff / config.d_model,
            **variant,
        ),
    )
    mine, other = (sum(weight.numel() for weight in model.parameters()) for model in (ours, theirs))
    if abs(other / mine - 1) > TOLERANCE:
        raise SystemExit(f"x-transformers has {other:,} parameters, ours {mine:,}: the times would say nothing")
    return theirs.to(next(ours.parameters()).dtype)


def x_write(theirs: nn.Module, prompts: Tensor, n_tokens: int) -> Tensor:
    """Greedy continuations by x-transformers' own loop, with its cache."""
    wrapper = x_transformers.AutoregressiveWrapper(theirs.eval())
    return wrapper.generate(prompts, n_tokens, temperature=0.0, cache_kv=True)
