"""The `tokenizer.json` file: one format for this course's tokenizers and the `tokenizers` library's."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.common.errors import CourseError
from course_lib.common.paths import atomic_write
from course_lib.text.pretokenize import from_visible, to_visible

if TYPE_CHECKING:
    from course_lib.text.bpe import BPETokenizer


def _byte_level(use_regex: bool = True) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": use_regex}


_PRE_TOKENIZERS: dict[str, dict[str, Any]] = {
    "gpt2": _byte_level(),
    "single_digits": {
        "type": "Sequence",
        "pretokenizers": [{"type": "Digits", "individual_digits": True}, _byte_level()],
    },
}


def save(tokenizer: "BPETokenizer", path: Path | str) -> None:
    """Write a tokenizer as `tokenizer.json`.

    Args:
        tokenizer: What to write.
        path: Where; the file is whole or not there.
    """
    special_ids = set(tokenizer.special_tokens.values())
    tokens = [token.decode() if i in special_ids else to_visible(token) for i, token in enumerate(tokenizer.vocabulary)]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    content = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, "content": text, **flags} for text, i in tokenizer.special_tokens.items()],
        "normalizer": None,
        "pre_tokenizer": _PRE_TOKENIZERS[tokenizer.pattern],
        "post_processor": None,
        "decoder": _byte_level(),
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": {token: i for i, token in enumerate(tokens)},
            "merges": [[tokens[left], tokens[right]] for left, right in tokenizer.merges],
        },
    }
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(path: Path | str) -> "BPETokenizer":
    """Read a `tokenizer.json` of a byte-level BPE: this course's, GPT-2's, SmolLM2's, one that `tokenizers` trained.

    Args:
        path: The file.

    Returns:
        The tokenizer, with the file's ids.

    Raises:
        CourseError: The file is missing, damaged or of another kind.
    """
    from course_lib.text.bpe import BPETokenizer

    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(f"cannot read the tokenizer {path}: {error.strerror}") from None
    except ValueError:
        raise CourseError(f"{path} is not a tokenizer.json: it is damaged or cut short") from None
    try:
        pattern = _pattern(content, path)
        return BPETokenizer(*_tables(content), pattern)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CourseError(f"{path} is not a byte-level BPE tokenizer.json: {error!r} is missing or odd") from None


def _pattern(content: dict[str, Any], path: Path | str) -> str:
    """The name of the file's way to cut text; an error if it does what this course's tokenizer does not."""
    model = content["model"]
    if model["type"] != "BPE" or model.get("ignore_merges") or model.get("byte_fallback") or content.get("normalizer"):
        kind = "with a normalizer" if content.get("normalizer") else f"of type {model['type']}"
        raise CourseError(f"{path} is a tokenizer {kind}: this course reads plain byte-level BPE")
    steps = content["pre_tokenizer"].get("pretokenizers", [content["pre_tokenizer"]])
    *digits, last = steps
    if last["type"] == "ByteLevel" and not last["add_prefix_space"] and last.get("use_regex", True):
        if not digits:
            return "gpt2"
        if [step["type"] for step in digits] == ["Digits"] and digits[0]["individual_digits"]:
            return "single_digits"
    raise CourseError(f"{path} cuts text in another way than GPT-2 or SmolLM2: {[step['type'] for step in steps]}")


def _tables(content: dict[str, Any]) -> tuple[list[bytes], list[tuple[int, int]], dict[str, int]]:
    """Vocabulary, merges and special tokens."""
    ids: dict[str, int] = content["model"]["vocab"]
    special = {token["content"]: token["id"] for token in content["added_tokens"]}
    tokens = {i: token for token, i in ids.items()} | {i: token for token, i in special.items()}
    special_ids = set(special.values())
    if sorted(tokens) != list(range(len(tokens))):
        raise ValueError("an id")
    vocabulary = [tokens[i].encode() if i in special_ids else from_visible(tokens[i]) for i in range(len(tokens))]
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in content["model"]["merges"]]
    return vocabulary, [(ids[left], ids[right]) for left, right in pairs], special
