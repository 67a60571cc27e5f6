"""The form of a notebook, rule by rule: what a reader can count on in every one of them."""

import ast
import json
import re
import symtable
from collections.abc import Callable, Iterator

from nbformat import NotebookNode

from course_lib.classroom.cleaning import WIDGET_VIEW, code_hash
from course_lib.classroom.setup_cell import badge, setup_source

MAX_CODE_LINES, MAX_SHOWPIECE_LINES = 15, 45
"""Lines of code in a cell, and in the one cell that may be longer."""

MAX_WORDS = 150
"""Words of a Markdown cell; recap and references may have twice as many."""

MAX_BYTES = 1_500_000
"""Size of the file, outputs included."""

MIN_CELLS, MAX_CELLS = 15, 70
"""Cells of a notebook."""

_ASKED = {
    "exercise": (2, re.compile(r'@exercise\("')),
    "predict": (1, re.compile(r'\bpredict\("')),
    "parity": (1, re.compile(r"\bparity\(")),
    "quiz": (1, re.compile(r'\bquiz\("')),
    "claim": (1, re.compile(r'\bclaim\("')),
}
_NOT_ASKED = {"00": {"exercise", "predict", "parity", "claim"}, "05": {"claim"}, "39": {"exercise", "parity"}}
_LITERAL_SEED = {"manual_seed", "default_rng", "Random", "RandomState"}
_DATA_SEED = {"generate", "make_world", "corpus"}
_NAMELESS = {"lambda", "listcomp", "setcomp", "dictcomp", "genexpr"}
_PICTOGRAPH = re.compile("[\U0001f300-\U0001faff\U00002600-\U000026ff]")

Rule = Callable[[NotebookNode, str], Iterator[str]]


def tags(cell: NotebookNode) -> list[str]:
    """A cell's tags."""
    return cell.metadata.get("tags", [])


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells that run."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def n_code_lines(source: str) -> int:
    """Lines that are not blank and not a comment alone.

    Example:
        >>> n_code_lines("# a remark\\n\\nx = 1\\ny = 2")
        2
    """
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in source.split("\n"))


def requires(notebook: NotebookNode) -> list[str]:
    """The numbers of the notebooks that this one builds on: its title cell says `Builds on: 05, 06` in a paragraph."""
    paragraph = next((each for each in notebook.cells[0].source.split("\n\n") if "builds on" in each.lower()), "")
    return re.findall(r"\b\d\d\b", paragraph.lower().split("builds on", 1)[-1])


def title(notebook: NotebookNode, name: str) -> Iterator[str]:
    """The first cell: title, badge, question, minutes, what it builds on."""
    first = notebook.cells[0]
    if first.cell_type != "markdown" or not first.source.startswith("# "):
        yield "the first cell must be Markdown and begin with the title, `# …`"
        return
    wanted = {
        badge(name): "the Colab badge (build writes it)",
        "?": "the notebook's question",
        "minutes": "how many minutes it takes",
        "uilds on": "what it builds on (`Builds on: 05, 06`, or `Builds on: nothing`)",
    }
    yield from (f"the title cell lacks {what}" for text, what in wanted.items() if text not in first.source)
    late = [number for number in requires(notebook) if number >= name[:2]]
    yield from (f"it says that it builds on {number}, which does not come before it" for number in late)


def set_up_cell(notebook: NotebookNode, _: str) -> Iterator[str]:
    """The first code cell is the standard one, and the only one of its kind."""
    cells = code_cells(notebook)
    if not cells or cells[0].id != "set-up" or tags(cells[0]) != ["set-up"] or cells[0].source != setup_source():
        yield "the first code cell must be the standard set-up cell (build writes it)"
    if sum("set-up" in tags(cell) for cell in cells) > 1:
        yield "there is more than one set-up cell"


def length(notebook: NotebookNode, _: str) -> Iterator[str]:
    """Cells that fit the eye: short code, one showpiece, short text."""
    if not MIN_CELLS <= len(notebook.cells) <= MAX_CELLS:
        yield f"it has {len(notebook.cells)} cells: {MIN_CELLS} to {MAX_CELLS} are asked for"
    lines = {cell.id: n_code_lines(cell.source) for cell in code_cells(notebook)}
    long = [cell_id for cell_id, n_lines in lines.items() if n_lines > MAX_CODE_LINES]
    if len(long) > 1:
        yield f"more than one cell is longer than {MAX_CODE_LINES} lines: {', '.join(long)}"
    for cell_id in long:
        if lines[cell_id] > MAX_SHOWPIECE_LINES:
            yield f"cell {cell_id} has {lines[cell_id]} lines: a showpiece has at most {MAX_SHOWPIECE_LINES}"
    for cell in notebook.cells:
        n_words = len(cell.source.split()) if cell.cell_type == "markdown" else 0
        is_closing = re.match(r"#+ .*(recap|references|papers|solution)", cell.source, re.IGNORECASE)
        if n_words > MAX_WORDS * (2 if is_closing else 1):
            yield f"cell {cell.id} has {n_words} words: at most {MAX_WORDS} are read"


def runs(notebook: NotebookNode, _: str) -> Iterator[str]:
    """A whole run of this very code from a fresh kernel: no error, checked cells with something to check."""
    if notebook.metadata.get("course", {}).get("code") != code_hash(notebook):
        yield "its stored run is not of the code that it holds: build the notebook"
    for place, cell in enumerate(code_cells(notebook), 1):
        if cell.execution_count != place:
            yield f"cell {cell.id} was run as number {cell.execution_count}, not {place}: build the notebook"
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"cell {cell.id} holds an error"
        if "nbval-check-output" not in tags(cell):
            continue
        if not cell.outputs:
            yield f"cell {cell.id} is checked but has no stored output"
        if any("image/png" in output.get("data", {}) for output in cell.outputs):
            yield f"cell {cell.id} is checked but draws: let it print only integers, shapes, text and rounded numbers"
        if re.search(r"\b(expect|claim)\(", cell.source):
            yield f"cell {cell.id} is checked but holds a trained number: expect and claim judge it themselves"


def clean_file(notebook: NotebookNode, _: str) -> Iterator[str]:
    """Nothing of the machine or of the moment in the file."""
    if len(json.dumps(notebook, ensure_ascii=False).encode()) > MAX_BYTES:
        yield f"it is larger than {MAX_BYTES / 1e6} MB"
    extra = set(notebook.metadata) - {"kernelspec", "language_info", "course"}
    if extra:
        yield f"its metadata holds {', '.join(sorted(extra))} (build drops it)"
    for cell in notebook.cells:
        if set(cell.metadata) - {"tags"}:
            yield f"cell {cell.id} has metadata besides tags: {', '.join(sorted(set(cell.metadata) - {'tags'}))}"
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", [])):
            yield f"cell {cell.id} holds widget state"


def names(notebook: NotebookNode, _: str) -> Iterator[str]:
    """Cell ids that mean something, each once."""
    ids = [cell.id for cell in notebook.cells]
    yield from (f"cell id {cell_id} is there twice" for cell_id in sorted(set(ids)) if ids.count(cell_id) > 1)
    yield from (f"cell id {cell_id} means nothing" for cell_id in ids if re.fullmatch(r"[0-9a-f]{8}(-.*)?", cell_id))


def asks(notebook: NotebookNode, name: str) -> Iterator[str]:
    """Something to do: exercises, predictions, parity, quiz, claims, a figure, a widget."""
    code = "\n".join(cell.source for cell in code_cells(notebook))
    for kind, (at_least, pattern) in _ASKED.items():
        found = len(pattern.findall(code))
        if found < at_least and kind not in _NOT_ASKED.get(name[:2], ()):
            yield f"it has {found} × {kind}: at least {at_least} is asked for"
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    if not any("image/png" in output.get("data", {}) for output in outputs):
        yield "it has no figure"
    if not any("widget" in tags(cell) for cell in code_cells(notebook)):
        yield "it has no cell tagged widget"


def closing(notebook: NotebookNode, _: str) -> Iterator[str]:
    """It ends with a recap, references and what comes next."""
    headings = " ".join(
        re.findall(
            r"^#+ .*", "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown"), re.MULTILINE
        )
    ).lower()
    yield from (
        f"it has no heading with the word {word}" for word in ("recap", "references", "next") if word not in headings
    )


def lasting_widgets(notebook: NotebookNode, _: str) -> Iterator[str]:
    """A widget still answers when all cells have run: what its functions read, no later cell assigns anew."""
    cells = [(cell, symtable.symtable(ast.unparse(_parsed(cell)), cell.id, "exec")) for cell in code_cells(notebook)]
    for place, (cell, table) in enumerate(cells):
        if "widget" not in tags(cell):
            continue
        functions = {each.get_name(): each for _, above in cells[: place + 1] for each in above.get_children()}
        pending = [functions[name] for name in table.get_identifiers() if name in functions] + _lambdas(table)
        reached = set()
        while pending:
            new = _globals_read(pending.pop()) - reached
            reached |= new
            pending += [functions[name] for name in new if name in functions]
        for later, below in cells[place + 1 :]:
            anew = {each.get_name() for each in below.get_symbols() if each.is_assigned() and not each.is_imported()}
            for name in sorted(reached & anew):
                yield f"cell {later.id} assigns {name}, which the widget of cell {cell.id} still reads: rename one"


def _lambdas(table: symtable.SymbolTable) -> list[symtable.SymbolTable]:
    """The lambdas of a cell, those of its functions left out."""
    inner = [each for each in table.get_children() if each.get_name() in _NAMELESS]
    return [each for each in inner if each.get_name() == "lambda"] + [one for each in inner for one in _lambdas(each)]


def _globals_read(table: symtable.SymbolTable) -> set[str]:
    """The notebook's names that a function reads when it is called."""
    own = {each.get_name() for each in table.get_symbols() if each.is_global()}
    return own.union(*map(_globals_read, table.get_children()))


def _parsed(cell: NotebookNode) -> ast.Module:
    return ast.parse(re.sub(r"^[%!].*", "pass", cell.source, flags=re.MULTILINE))


def seeds(notebook: NotebookNode, _: str) -> Iterator[str]:
    """No seed written into a cell: `seed()` reads `COURSE_SEED`, or no band could be measured."""
    for cell in code_cells(notebook):
        for node in ast.walk(_parsed(cell)):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            literal = [argument for argument in node.args if isinstance(argument, ast.Constant)]
            seeded = [word for word in node.keywords if word.arg == "seed" and isinstance(word.value, ast.Constant)]
            if (called in _LITERAL_SEED and literal) or (seeded and called not in _DATA_SEED):
                yield f"cell {cell.id} holds a literal seed, `{ast.unparse(node)}`: use seed()"


def tone(notebook: NotebookNode, _: str) -> Iterator[str]:
    """Plain text: no pictographs, nothing left to do."""
    for cell in notebook.cells:
        if _PICTOGRAPH.search(cell.source):
            yield f"cell {cell.id} holds a pictograph"
        if re.search(r"\b(TODO|FIXME|XXX)\b", cell.source):
            yield f"cell {cell.id} holds something left to do"


RULES: tuple[Rule, ...] = (
    title,
    set_up_cell,
    length,
    runs,
    clean_file,
    names,
    asks,
    closing,
    lasting_widgets,
    seeds,
    tone,
)
"""Every rule of form."""


def faults(notebook: NotebookNode, name: str) -> list[str]:
    """Everything that is against the form.

    Args:
        notebook: As read.
        name: Its file name.

    Returns:
        One line per fault; none for a notebook in form.
    """
    return [fault for rule in RULES for fault in rule(notebook, name)]
