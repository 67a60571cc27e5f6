"""Memory: how many bytes a model's weights and its key-value cache take, from the configuration alone."""

from course_lib.transformer.config import GPTConfig, count_parameters


def weight_bytes(config: GPTConfig, bits: int = 16) -> int:
    """Count the bytes of a model's weights, without building it.

    Args:
        config: The model's configuration.
        bits: Bits a number: 32, 16, 8 or 4. (Formats of 8 and 4 bits keep a scale for each block of numbers besides,
            a few per cent more, which is left out.)

    Returns:
        Bytes, rounded up.

    Raises:
        ValueError: `bits` is below 1 or above 64.

    Example:
        >>> config = GPTConfig(vocab_size=9, context_length=8, n_layers=2, n_heads=2, d_model=4)
        >>> weight_bytes(config, bits=32) == 4 * count_parameters(config)
        True
    """
    return _n_bytes(count_parameters(config), bits)


def cache_bytes(config: GPTConfig, n_tokens: int, batch_size: int = 1, bits: int = 16) -> int:
    """Count the bytes of the keys and values of every layer, head and token, without storing any.

    Args:
        config: The model's configuration: its layers, key-value heads and their width.
        n_tokens: Tokens kept of each sequence.
        batch_size: Sequences side by side.
        bits: Bits a number: 32, 16, 8 or 4.

    Returns:
        Bytes, rounded up.

    Raises:
        ValueError: `n_tokens` or `batch_size` is negative, or `bits` is below 1 or above 64.

    Example:
        Keys and values (2) of 2 layers, 1 key-value head of 2 numbers, 3 tokens, at 2 bytes each.

        >>> config = GPTConfig(vocab_size=9, context_length=8, n_layers=2, n_heads=2, n_kv_heads=1, d_model=4)
        >>> cache_bytes(config, n_tokens=3) == 2 * 2 * 1 * 2 * 3 * 2
        True

    Source: Shazeer 2019, section 2.3, arXiv 1911.02150; Ainslie et al. 2023 (fewer key-value heads), arXiv 2305.13245.
    """
    for name, value in (("n_tokens", n_tokens), ("batch_size", batch_size)):
        if value < 0:
            raise ValueError(f"{name}={value}: it counts something, so it is 0 or more")
    return _n_bytes(2 * config.n_layers * batch_size * config.n_kv_heads * n_tokens * config.d_head, bits)


def _n_bytes(n_numbers: int, bits: int) -> int:
    if not 1 <= bits <= 64:
        raise ValueError(f"bits={bits}: a number has 1 to 64 bits; is the value in bytes?")
    return -(-int(n_numbers) * bits // 8)
