"""One list of dependencies: pyproject.toml. The tested versions, conda's file and the imports follow it."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml

from course_lib.commands.environment import release, requirements
from course_lib.common.paths import ROOT
from tests.house.project import library, text_files

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
COLAB = {"torch": "2.11", "ipywidgets": "7.7", "matplotlib": "3.10", "numpy": "2.1"}


def floors(*extras: str) -> dict[str, str]:
    """Name → lowest version, as in `name>=version`."""
    return {line.split(">=")[0]: line.split(">=")[1] for line in requirements(extras)}


def test_every_requirement_is_a_name_and_a_floor() -> None:
    assert not [
        line for line in requirements(("dev", "docs")) if not re.fullmatch(r"[A-Za-z0-9_-]+>=\d+(\.\d+)*", line)
    ]


def test_tested_versions_cover_the_list() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    for name, floor in floors("dev").items():
        version = pinned.get(name.lower())
        assert version, f"constraints.txt says nothing of {name}"
        assert release(version) >= release(floor), f"constraints.txt tests {name} {version}, below the floor {floor}"


def test_conda_creates_the_same() -> None:
    written = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert written["name"] == PROJECT["name"]
    *packages, pip_section = written["dependencies"]
    assert packages[0].startswith("python" + PROJECT["requires-python"])
    assert packages[1:] == ["pip"]
    assert pip_section == {"pip": ["--constraint constraints.txt", "--editable .[dev]"]}


@pytest.mark.parametrize("name", COLAB)
def test_what_colab_has_is_enough(name: str) -> None:
    assert release(floors()[name]) <= release(COLAB[name])
    assert "nbval" not in floors()


def test_the_library_imports_only_what_is_listed() -> None:
    owners = packages_distributions()
    listed = {name.lower().replace("_", "-") for name in floors("dev")}
    unlisted = set()
    for path, tree in library().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            else:
                continue
            for top in {module.split(".")[0] for module in modules} - set(sys.stdlib_module_names) - {"course_lib"}:
                if not listed & {owner.lower().replace("_", "-") for owner in owners.get(top, [top])}:
                    unlisted.add(f"{path}: {top}")
    assert not unlisted, "\n".join(sorted(unlisted))


def test_the_public_address_stands_once() -> None:
    address = PROJECT["urls"]["Repository"]
    owner_and_name = address.removeprefix("https://github.com/")
    name = owner_and_name.split("/")[1]
    generated = re.compile(r"README\.md|notebooks/.*\.ipynb|pyproject\.toml")
    for path, text in text_files():
        found = set(re.findall(rf"(?:github\.com|/github)/([\w.-]+/{name})\b", text))
        assert found <= {owner_and_name}, f"{path} has another address than pyproject.toml: {found}"
        assert not found or generated.fullmatch(path), f"{path} repeats the address of pyproject.toml"
