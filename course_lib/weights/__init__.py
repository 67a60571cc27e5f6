"""Weights that others trained, in this course's GPT: read strictly, or refused in one line.

- `names`: what other files call the parts of a GPT (`GGUF_NAMES`, `GPT2_NAMES`, `LLAMA_NAMES`)
- `strict`: nothing missing, nothing left over, nothing of another shape (`match`, `build`)
- `gguf`: the file format of llama.cpp: header, metadata, tensors in blocks (`GGUFFile`, `GGUFTensor`, `read_gguf`)
- `gguf_model`: a GGUF file as configuration and weights (`convert_gguf`, `undo_rotary_order`, `to_rotary_order`)
- `gguf_tokenizer`: the tokenizer inside a GGUF file (`gguf_tokenizer`)
- `huggingface`: a folder of safetensors and a config.json (`convert_huggingface`, `load_huggingface`)
- `chatml`: the template around the turns of a chat (`render_chatml`, `encode_chatml`)
- `pretrained`: SmolLM2, fetched, converted and cached (`load_smollm2`, `load_gguf`, `smollm2_path`)
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "GGUF_NAMES": "names",
        "GPT2_NAMES": "names",
        "LLAMA_NAMES": "names",
        "build": "strict",
        "match": "strict",
        "GGUFFile": "gguf",
        "GGUFTensor": "gguf",
        "read_gguf": "gguf",
        "convert_gguf": "gguf_model",
        "to_rotary_order": "gguf_model",
        "undo_rotary_order": "gguf_model",
        "gguf_tokenizer": "gguf_tokenizer",
        "convert_huggingface": "huggingface",
        "load_huggingface": "huggingface",
        "SMOLLM2_SYSTEM_PROMPT": "chatml",
        "encode_chatml": "chatml",
        "render_chatml": "chatml",
        "load_gguf": "pretrained",
        "load_smollm2": "pretrained",
        "smollm2_path": "pretrained",
    },
)
