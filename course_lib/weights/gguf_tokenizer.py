"""The tokenizer inside a GGUF file: vocabulary, merges, special tokens, and how text is cut."""

from course_lib.common.errors import CourseError
from course_lib.text import BPETokenizer, from_visible
from course_lib.weights.gguf import GGUFFile

CUTS = {"gpt-2": "gpt2", "smollm": "single_digits"}
"""llama.cpp's name for a way to cut text → this course's."""

CONTROL = 3
"""Type of the tokens that stand for something outside the text."""


def gguf_tokenizer(file: GGUFFile) -> BPETokenizer:
    """Read a byte-level BPE tokenizer from a GGUF file, with the file's ids.

    Args:
        file: An opened file.

    Returns:
        The tokenizer. It knows the file's special tokens, and takes them only from text that is allowed to hold them.

    Raises:
        CourseError: The tokenizer is of another kind (Llama's sentencepiece, say), or incomplete.
    """
    kind, cut = (file.metadata.get(f"tokenizer.ggml.{name}") for name in ("model", "pre"))
    if kind != "gpt2" or cut not in CUTS:
        raise CourseError(
            f"{file.path.name} has a tokenizer of kind {kind!r} that cuts text like {cut!r}: this course reads "
            f"byte-level BPE ('gpt2') that cuts like {' or '.join(map(repr, CUTS))}"
        )
    try:
        tokens, types, merges = (file.metadata[f"tokenizer.ggml.{name}"] for name in ("tokens", "token_type", "merges"))
        special = {token: i for i, (token, each) in enumerate(zip(tokens, types, strict=True)) if each == CONTROL}
        ids = {token: i for i, token in enumerate(tokens)}
        vocabulary = [token.encode() if token in special else from_visible(token) for token in tokens]
        pairs = [tuple(ids[half] for half in merge.split(" ")) for merge in merges]
        return BPETokenizer(vocabulary, pairs, special, CUTS[cut])
    except (KeyError, ValueError) as error:
        raise CourseError(f"{file.path.name} has an incomplete tokenizer: {error} is missing or odd") from None
