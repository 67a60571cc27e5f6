"""Text into numbers: where text comes from, how it becomes token ids, and how ids become batches.

- `corpora`: the texts of the course by name (`corpus`, `corpora`, `fetch`, `verify`, `Corpus`).
- `download`: a file from a package index or an address: resumed, checked, whole or absent (`download`, `RemoteFile`).
- `characters`: one token a character (`CharacterTokenizer`).
- `pretokenize`: where text is cut before merging (`split`, `BYTE_ORDER`, `PATTERNS`, `to_visible`, `from_visible`).
- `merging`: how byte-pair merges are learned and applied (`learn_merges`, `merge_word`, `replace_pair`).
- `bpe`: byte-level byte-pair encoding (`BPETokenizer`, `END_OF_TEXT`).
- `tokenizer_json`: the file format that the `tokenizers` library shares.
- `parallel`: the same sentences in languages of many scripts (`PARALLEL`, `parallel_text`).
- `errors`: what all of these raise for what cannot be used (`TextError`).
- `batches`: one row of ids, and windows of it (`pack`, `open_ids`, `Batches`, `Batch`, `windows`).
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "BYTE_ORDER": "pretokenize",
        "PARALLEL": "parallel",
        "PATTERNS": "pretokenize",
        "END_OF_TEXT": "bpe",
        "BPETokenizer": "bpe",
        "Batch": "batches",
        "Batches": "batches",
        "CharacterTokenizer": "characters",
        "Corpus": "corpora",
        "RemoteFile": "download",
        "TextError": "errors",
        "corpora": "corpora",
        "corpus": "corpora",
        "download": "download",
        "fetch": "corpora",
        "from_visible": "pretokenize",
        "learn_merges": "merging",
        "merge_word": "merging",
        "open_ids": "batches",
        "parallel_text": "parallel",
        "pack": "batches",
        "replace_pair": "merging",
        "split": "pretokenize",
        "to_visible": "pretokenize",
        "verify": "corpora",
        "windows": "batches",
    },
)
