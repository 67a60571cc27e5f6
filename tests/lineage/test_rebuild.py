"""Rebuilding makes what is out of date, in order, once; an interrupt loses nothing that was finished."""

import pytest

from course_lib.lineage.rebuild import Step, rebuild, stamped, steps


def test_models_come_before_results_and_results_before_notebooks():
    kinds = [step.name.split()[0] for step in steps()]
    order = ["model", "result", "bands", "notebook"]
    first = [kinds.index(kind) for kind in order if kind in kinds]
    assert first == sorted(first)
    names = [step.name for step in steps()]
    assert names.index("model tokenizer") < names.index("model base") < names.index("result R1")


def test_only_what_is_out_of_date_is_made(capsys):
    made = []
    todo = [
        Step(name="old", is_done=lambda: False, make=lambda: made.append("old")),
        Step(name="new", is_done=lambda: True, make=lambda: made.append("new")),
    ]
    rebuild(todo)
    assert made == ["old"]
    assert capsys.readouterr().out == "old: making it\nnew: up to date\n"


def test_a_notebook_is_built_once_until_its_cells_change(tmp_path):
    notebook, stamps, built = tmp_path / "01_x.ipynb", tmp_path / "stamps.json", []
    notebook.write_text('{"cells": [{"cell_type": "code", "source": ["1 + 1"]}]}')
    step = stamped("notebook 01_x.ipynb", notebook, stamps, built.append)
    rebuild([step, step])
    assert built == [notebook]
    notebook.write_text('{"cells": [{"cell_type": "code", "source": ["1 + 1"], "outputs": [2]}]}')
    rebuild([step])
    assert built == [notebook]
    notebook.write_text('{"cells": [{"cell_type": "code", "source": ["1 + 2"]}]}')
    rebuild([step])
    assert built == [notebook] * 2
    stamps.write_text("damaged")
    rebuild([step])
    assert built == [notebook] * 3


def test_a_failure_leaves_the_step_undone(tmp_path):
    notebook, stamps = tmp_path / "01_x.ipynb", tmp_path / "stamps.json"
    notebook.write_text('{"cells": []}')

    def fail(path):
        raise KeyboardInterrupt

    step = stamped("notebook 01_x.ipynb", notebook, stamps, fail)
    with pytest.raises(KeyboardInterrupt):
        rebuild([step])
    assert not step.is_done()
