"""Tests check every annotated shape at run time, and treat a warning as an error."""

import os

import pytest
from jaxtyping import install_import_hook

install_import_hook("course_lib", "beartype.beartype")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine cannot run: GPU tests without one, network tests where COURSE_OFFLINE=1."""
    offline = os.environ.get("COURSE_OFFLINE") == "1"
    marked_gpu = [item for item in items if "gpu" in item.keywords]
    if marked_gpu:
        import torch

        if not torch.cuda.is_available():
            for item in marked_gpu:
                item.add_marker(pytest.mark.skip(reason="no CUDA device here"))
    for item in items:
        if offline and "network" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="COURSE_OFFLINE=1"))
