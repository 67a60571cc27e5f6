"""Each rule of form finds the fault that it is for; the ledgers find theirs."""

import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.classroom import form
from course_lib.classroom.cleaning import WIDGET_VIEW, code_hash
from course_lib.classroom.ledgers import claim_faults, term_faults
from course_lib.classroom.setup_cell import badge, setup_source

NAME = "98_sample.ipynb"
FIGURE = new_output("display_data", {"image/png": "AA=="})


@pytest.fixture
def good():
    """A notebook in form."""
    heading = f"# 98 · Sample\n\n{badge(NAME)}\n\nWhat is it? 20 minutes. Builds on: 05, 06."
    code = {
        "set-up": (setup_source(), ["set-up"], []),
        "stubs": ('@exercise("98.a")\ndef a(): ...\n@exercise("98.b")\ndef b(): ...', [], []),
        "asked": ('predict("98.1")\nparity(a, b)\nquiz("98")\nclaim("Z8")', [], [FIGURE]),
        "checked": ("print(1)", ["nbval-check-output"], [new_output("stream", name="stdout", text="1\n")]),
        "slider": ("1", ["widget"], []),
    }
    cells = [new_markdown_cell(heading, id="title")]
    for place, (name, (source, tags, outputs)) in enumerate(code.items(), 1):
        metadata = {"tags": tags} if tags else {}
        cells.append(new_code_cell(source, id=name, metadata=metadata, outputs=outputs, execution_count=place))
    cells += [new_markdown_cell(f"Text {i}", id=f"text-{i}") for i in range(8)]
    cells += [new_markdown_cell(f"## {word}", id=word.lower()) for word in ("Recap", "References", "Next")]
    notebook = new_notebook(cells=cells)
    notebook.metadata["course"] = {"code": code_hash(notebook)}
    return notebook


def test_a_notebook_in_form_has_no_faults(good):
    assert form.faults(good, NAME) == []
    assert form.requires(good) == ["05", "06"]


def cell(notebook, cell_id):
    """The cell of that id."""
    return next(cell for cell in notebook.cells if cell.id == cell_id)


SPOILED = {
    "title cell lacks the notebook's question": lambda n: n.cells[0].update(source=n.cells[0].source.replace("?", ".")),
    "title cell lacks the Colab badge": lambda n: n.cells[0].update(source="# 98\n\nWhat? 2 minutes. Builds on: 05"),
    "builds on 99, which does not come before": lambda n: n.cells[0].update(
        source=n.cells[0].source.replace("06", "99")
    ),
    "must be the standard set-up cell": lambda n: cell(n, "set-up").update(source="import torch"),
    "is not of the code that it holds": lambda n: cell(n, "slider").update(source="2"),
    "was run as number 9, not 4": lambda n: cell(n, "checked").update(execution_count=9),
    "checked but has no stored output": lambda n: cell(n, "checked").update(outputs=[]),
    "checked but draws": lambda n: cell(n, "checked").outputs.append(FIGURE),
    "checked but holds a trained number": lambda n: cell(n, "checked").update(source='expect("98.x", 1)'),
    "holds an error": lambda n: cell(n, "stubs").outputs.append(new_output("error", ename="E", evalue="")),
    "holds widget state": lambda n: cell(n, "slider").outputs.append(new_output("display_data", {WIDGET_VIEW: {}})),
    "its metadata holds widgets": lambda n: n.metadata.update(widgets={}),
    "metadata besides tags: execution": lambda n: cell(n, "slider").metadata.update(execution={}),
    "has 151 words": lambda n: cell(n, "text-1").update(source="word " * 151),
    "has 46 lines": lambda n: cell(n, "slider").update(source="x = 1\n" * 46),
    "cell id text-2 is there twice": lambda n: cell(n, "text-1").update(id="text-2"),
    "cell id 0123abcd means nothing": lambda n: cell(n, "text-1").update(id="0123abcd"),
    "it has 0 × quiz": lambda n: cell(n, "asked").update(source='predict("98.1")\nparity(a, b)\nclaim("Z8")'),
    "it has no figure": lambda n: cell(n, "asked").update(outputs=[]),
    "no cell tagged widget": lambda n: cell(n, "slider").metadata.pop("tags"),
    "no heading with the word recap": lambda n: cell(n, "recap").update(source="## The end"),
    "literal seed, `torch.manual_seed(3)`": lambda n: cell(n, "slider").update(source="torch.manual_seed(3)"),
    "literal seed, `train(seed=1)`": lambda n: cell(n, "slider").update(source="train(seed=1)"),
    "holds a pictograph": lambda n: cell(n, "text-1").update(source="Well done \U0001f389"),
    "it has 5 cells": lambda n: n.update(cells=n.cells[:5]),
    "larger than 1.5 MB": lambda n: cell(n, "text-1").update(source="x" * 1_600_000),
}


@pytest.mark.parametrize(("message", "spoil"), SPOILED.items(), ids=list(SPOILED))
def test_each_fault_is_found(good, message, spoil):
    spoiled = copy.deepcopy(good)
    spoil(spoiled)
    assert any(message in fault for fault in form.faults(spoiled, NAME)), form.faults(spoiled, NAME)


def test_two_long_cells_are_one_too_many(good):
    for name in ("slider", "asked"):
        cell(good, name).source += "\nx = 1" * 16
    assert any("more than one cell is longer than 15 lines" in fault for fault in form.length(good, NAME))


@pytest.mark.parametrize("below", ["places = 3", "for places in (): pass", "def helper(): ..."])
def test_a_widget_that_a_later_cell_would_kill_is_found(good, below):
    cell(good, "asked").source = "places = 2\ndef helper(x): return x * places\ndef draw(x): return helper(x)"
    cell(good, "slider").source = "explore(draw)"
    good.cells[6].update(new_code_cell(below, id="late"))
    name = "helper" if "helper" in below else "places"
    assert list(form.lasting_widgets(good, NAME)) == [
        f"cell late assigns {name}, which the widget of cell slider still reads: rename one"
    ]


@pytest.mark.parametrize("below", ["x = 3", "import places", "def other():\n    places = 1", "places = 2"])
def test_what_a_widget_does_not_read_again_may_be_reused(good, below):
    cell(good, "slider").source = "explore(lambda x: [x for x in range(x)])\nfor places in range(3): print(places)"
    good.cells[6].update(new_code_cell(below, id="late"))
    assert list(form.lasting_widgets(good, NAME)) == []


def test_the_worlds_seed_may_be_literal(good):
    cell(good, "slider").source = "World.generate(seed=0)\nseed(1)"
    assert list(form.seeds(good, NAME)) == []


def test_a_claim_must_be_printed_as_the_ledger_has_it(good):
    entry = {"notebook": "98_sample", "cell": "checked", "text": "It is so.", "rule": "if 1", "verdict": "holds"}
    assert len(list(claim_faults("Z8", entry, good))) == 3
    cell(good, "checked").outputs[0].text = "Claim Z8: It is so.\nRule: if 1\n  a  1\nVerdict: holds\n"
    assert list(claim_faults("Z8", entry, good)) == []
    assert "no cell 'gone'" in next(claim_faults("Z8", {**entry, "cell": "gone"}, good))


def test_a_term_is_used_after_it_is_introduced():
    early = new_notebook(cells=[new_markdown_cell("# softmax may be named in a title"), new_markdown_cell("`softmax`")])
    late = new_notebook(cells=[new_markdown_cell("# 06"), new_markdown_cell("## 1 · Odds"),
                               new_markdown_cell("## 2 · Shares\n\nThis is **softmax**.")])  # fmt: skip
    assert list(term_faults({"softmax": "06.2"}, {"05": early, "06": late})) == []
    early.cells.append(new_markdown_cell("Softmax gives shares", id="hasty"))
    late.cells[1].source += "\n\nTwo softmaxes"
    faults = list(term_faults({"softmax": "06.2", "share": "06.1"}, {"05": early, "06": late}))
    assert len(faults) == 4
    assert faults[0] == "softmax: used in notebook 05, cell hasty, before 06.2 introduces it"
    assert "share: section 1 of notebook 06 does not introduce it" in faults
