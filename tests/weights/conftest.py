"""The real model, where it is in the cache or can be fetched; elsewhere what needs it is skipped, and says why."""

import os

import pytest

from course_lib.common.errors import CourseError
from course_lib.text import corpus
from course_lib.text.download import find
from course_lib.weights import load_smollm2, smollm2_path
from course_lib.weights.pretrained import SMOLLM2


@pytest.fixture(scope="session")
def smollm2_file():
    """The path of SmolLM2's GGUF file."""
    here = find(SMOLLM2) or find(corpus("smollm2").file)
    if os.environ.get("COURSE_OFFLINE") == "1" and not here:
        pytest.skip("COURSE_OFFLINE=1, and SmolLM2 is not in the cache")
    try:
        return smollm2_path()
    except CourseError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def smollm2(smollm2_file):
    """SmolLM2 in float32, and its tokenizer."""
    return load_smollm2()
