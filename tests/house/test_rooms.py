"""Every room hands out what its table of contents promises, and speaks the course's dialect."""

import ast
from importlib import import_module

import pytest

from tests.house.project import library

PACKAGES = sorted(
    name.removesuffix("/__init__.py").replace("/", ".") for name in library() if name.endswith("__init__.py")
)

OTHER_DIALECTS = {
    *("n_embd", "emb_dim", "embed_dim", "hidden_dim", "hidden_size", "dim", "block_size", "max_seq_len", "seq_len"),
    *("n_layer", "n_head", "num_layers", "num_heads", "head_dim", "head_size", "intermediate_size", "n_vocab"),
    *("c_attn", "c_proj", "c_fc", "wte", "wpe", "lm_head", "ln_f", "ln_1", "ln_2", "mlp"),
    *("idx", "tok", "att", "wei", "toks"),
}


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_can_be_imported(package: str) -> None:
    room = import_module(package)
    for name in getattr(room, "__all__", []):
        assert getattr(room, name) is not None


def defined_names(tree: ast.Module) -> set[str]:
    """Parameters, attributes, fields, functions and classes that a module defines in public."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if (isinstance(node, ast.FunctionDef) and not node.name.startswith("_")) or getattr(
            node, "name", ""
        ) == "__init__":
            names |= {argument.arg for argument in [*node.args.args, *node.args.kwonlyargs]}
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def test_one_dialect() -> None:
    speaking = {name: tree for name, tree in library().items() if not name.startswith("course_lib/weights/")}
    found = {name: defined_names(tree) & OTHER_DIALECTS for name, tree in speaking.items()}
    assert not {name: words for name, words in found.items() if words}
