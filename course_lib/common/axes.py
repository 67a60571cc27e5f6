"""The one legend of axis names, shared by shape annotations (jaxtyping) and rearrangements (einops)."""

AXES: dict[str, str] = {
    "batch": "independent sequences side by side",
    "token": "places in a sequence, in reading order",
    "query": "the tokens that look",
    "key": "the tokens that are looked at",
    "vocab": "entries of the vocabulary",
    "head": "attention heads (query heads)",
    "kv_head": "key and value heads; several query heads may share one",
    "group": "query heads that share one key-value head",
    "d_model": "width of the residual stream",
    "d_head": "width of one head",
    "d_ff": "width inside the feed-forward layer",
    "layer": "blocks, from the embedding upwards",
    "example": "rows of a data set that are not sequences",
    "feature": "inputs of a neuron or a layer",
    "unit": "neurons of a layer",
    "trial": "independent repetitions of an experiment",
    "half_d_head": "pairs of features that rotate together",
}
"""Axis name → what one step along it means."""
