"""Reading the learner's code: its source, its syntax tree, and whether it has been written yet."""

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator, Sequence

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _code_of(candidate: Callable) -> object | None:
    """The code object of a function, or of the first method of a class."""
    candidate = inspect.unwrap(candidate)
    if inspect.isclass(candidate):
        methods = (getattr(value, "__func__", value) for value in vars(candidate).values())
        qualname = candidate.__qualname__ + "."
        own = (method for method in methods if getattr(method, "__qualname__", "").startswith(qualname))
        codes = (getattr(inspect.unwrap(method), "__code__", None) for method in own)
        return next((code for code in codes if code is not None), None)
    return getattr(candidate, "__code__", None)


def source_of(candidate: Callable) -> str | None:
    """The source of a function or class, without its decorators.

    It reads the cell that defined it, which works for classes in a notebook too, where `inspect.getsource` fails.

    Args:
        candidate: A function or class.

    Returns:
        The dedented source, or None where there is none to read.

    Example:
        >>> print(source_of(blanks).splitlines()[0])
        def blanks(tree: ast.AST) -> list[int]:
    """
    code = _code_of(candidate)
    if code is None:
        return None
    lines = linecache.getlines(code.co_filename)
    try:
        tree = ast.parse("".join(lines))
    except SyntaxError:
        return None
    name = getattr(candidate, "__name__", None)
    for node in ast.walk(tree):
        first = min((part.lineno for part in getattr(node, "decorator_list", [])), default=getattr(node, "lineno", 0))
        if isinstance(node, Definition) and node.name == name and first <= code.co_firstlineno <= node.end_lineno:
            return textwrap.dedent("".join(lines[node.lineno - 1 : node.end_lineno]))
    return None


def definition(source: str) -> Definition:
    """The last function or class that a piece of source defines.

    Raises:
        ValueError: If it defines none.
    """
    nodes = [node for node in ast.parse(textwrap.dedent(source)).body if isinstance(node, Definition)]
    if not nodes:
        raise ValueError(f"this source defines no function or class: {source[:60]!r}")
    return nodes[-1]


def body_without_docstring(node: Definition) -> list[ast.stmt]:
    """The statements of a definition that do something."""
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body


def _is_stub(node: Definition) -> bool:
    return all(
        isinstance(statement, ast.Pass)
        or (isinstance(statement, ast.Expr) and getattr(statement.value, "value", None) is Ellipsis)
        for statement in body_without_docstring(node)
    )


def is_untouched(source: str, methods: Sequence[str] = (), broken: str | None = None) -> bool:
    """Whether a definition is still as the notebook gave it.

    Args:
        source: The learner's source.
        methods: For a class, the methods to write; all but `__init__` if empty.
        broken: For a repair exercise, the source of the version to mend.

    Example:
        >>> is_untouched("def double(x):\\n    '''Twice x.'''\\n    ...")
        True
        >>> is_untouched("def double(x):\\n    return x + x")
        False
    """
    node = definition(source)
    if broken is not None:
        return same_code(source, broken)
    if not isinstance(node, ast.ClassDef):
        return _is_stub(node)
    own = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
    wanted = [part for part in own if (part.name in methods if methods else part.name != "__init__")]
    return all(_is_stub(part) for part in wanted)


def _outside_subscripts(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below, except what stands in square brackets, where `...` has a meaning of its own."""
    yield node
    for name, value in ast.iter_fields(node):
        if isinstance(node, ast.Subscript) and name == "slice":
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _outside_subscripts(child)


def blanks(tree: ast.AST) -> list[int]:
    """Lines on which a `...` waits to be filled in (`x[..., 0]` is no blank).

    Example:
        >>> blanks(ast.parse("a = x[..., 0]\\nb = ..."))
        [2]
    """
    return [
        node.lineno
        for node in _outside_subscripts(tree)
        if getattr(node, "value", None) is Ellipsis and isinstance(node, ast.Constant)
    ]


def bare(source: str) -> ast.AST:
    """The tree of a definition without decorators and docstrings: what it does, whatever it says."""
    node = definition(source)
    for part in ast.walk(node):
        if isinstance(part, Definition):
            part.decorator_list = []
            part.body = body_without_docstring(part) or [ast.Pass()]
    return node


def same_code(one: str, other: str) -> bool:
    """Whether two definitions have the same syntax tree, apart from decorators, docstrings, comments and layout.

    Example:
        >>> same_code("def f(x): return x+1", "def f(x):\\n    # add one\\n    return x + 1")
        True
    """
    return ast.dump(bare(one)) == ast.dump(bare(other))
