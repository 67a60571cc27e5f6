"""A docstring's form: a sentence for the reader; every parameter, or none to explain; an example or a source.

The rule for parameters is for functions with two or more: one parameter may be plain from its name. Modules of the
building blocks need at least one example that a person can check, or the place where it was first described.
"""

import ast
import re

from tests.house.project import library

BUILDING_BLOCKS = (
    "neuron",
    "text",
    "sequence",
    "transformer",
    "training",
    "inference",
    "evaluation",
    "adaptation",
    "alignment",
)
TESTS_SHOW_BETTER = {
    "checkpoint.py",
    "memory.py",
    "models.py",
    "tokenizer_json.py",
    "download.py",
}  # files and machines
Function = ast.FunctionDef | ast.AsyncFunctionDef


def public(tree: ast.Module) -> list[tuple[str, Function | ast.ClassDef]]:
    """Public functions, classes and their public methods, with their dotted names."""
    found = []
    for node in tree.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            found.append((node.name, node))
            if isinstance(node, ast.ClassDef):
                methods = (child for child in node.body if isinstance(child, Function))
                found += [(f"{node.name}.{child.name}", child) for child in methods if not child.name.startswith("_")]
    return found


def everything_public() -> list[tuple[str, Function | ast.ClassDef]]:
    return [(f"{path}: {name}", node) for path, tree in library().items() for name, node in public(tree)]


def test_the_first_line_is_a_sentence() -> None:
    def is_sentence(node: ast.AST) -> bool:
        first = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ")
        return (
            bool(first)
            and re.match(r"[A-Z`0-9(∂σ√\"']|[a-z_][a-z_0-9]*\b", first) is not None
            and first[-1] in ".?!:…)`"
        )

    def is_declaration(node: ast.AST) -> bool:
        return ast.unparse(node.body[-1]) == "..." and len(node.body) == 1  # of a protocol, or an overload

    wrong = [name for name, node in everything_public() if not is_declaration(node) and not is_sentence(node)]
    assert not wrong, "\n".join(wrong)


def explained(docstring: str) -> set[str]:
    """The names that the section `Args` explains; several may share a line."""
    section = re.search(r"^Args:\n((?:[ ]{4,}.*\n?|\n)*)", docstring, re.MULTILINE)
    lines = re.findall(r"^ {4}(\S[^:]*):", section[1], re.MULTILINE) if section else []
    return {name.strip(" `*") for line in lines for name in line.split(",")}


def test_args_explain_the_parameters_that_there_are() -> None:
    wrong = []
    for name, node in everything_public():
        if isinstance(node, ast.ClassDef):
            continue
        inputs = node.args
        listed = [*inputs.posonlyargs, *inputs.args, inputs.vararg, *inputs.kwonlyargs, inputs.kwarg]
        names = {argument.arg for argument in listed if argument} - {"self", "cls"}
        told = explained(ast.get_docstring(node) or "")
        if told - names:
            wrong.append(f"{name}: Args explains {', '.join(sorted(told - names))}, which is no parameter")
        if told and names - told:
            wrong.append(f"{name}: Args leaves out {', '.join(sorted(names - told))}")
    assert not wrong, "\n".join(wrong)


def test_every_field_of_a_configuration_has_a_line() -> None:
    wrong = []
    for name, node in everything_public():
        if not isinstance(node, ast.ClassDef) or not node.name.endswith("Config"):
            continue
        for field, after in zip(node.body, [*node.body[1:], None], strict=True):
            documented = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            if isinstance(field, ast.AnnAssign) and not documented:
                wrong.append(f"{name}.{field.target.id}")
    assert not wrong, "\n".join(wrong)


def test_building_blocks_have_an_example_or_a_source() -> None:
    wrong = []
    for path, tree in library().items():
        room = path.split("/")[1] if path.startswith("course_lib/") else ""
        texts = [ast.get_docstring(tree) or "", *(ast.get_docstring(node) or "" for _, node in public(tree))]
        told = re.search(r">>> |arXiv|et al|Source:|doi", "\n".join(texts))
        if room in BUILDING_BLOCKS and path.split("/")[-1] not in TESTS_SHOW_BETTER and public(tree) and not told:
            wrong.append(path)
    assert not wrong, "\n".join(wrong)
