"""Kept memory: the same blocks are used again without asking the system."""

import pytest
import torch

from course_lib.training import keep_freed_memory


def page_faults_of_a_megabyte_tensor() -> int:
    resource = pytest.importorskip("resource", reason="only Unix counts page faults")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        torch.ones(1 << 18)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_the_same_memory_is_used_again() -> None:
    if not keep_freed_memory():
        pytest.skip("not glibc: nothing is promised")
    page_faults_of_a_megabyte_tensor()  # the first may still have to ask
    assert page_faults_of_a_megabyte_tensor() < 20  # a megabyte asked for anew is 256 pages
