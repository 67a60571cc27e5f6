"""One world and one slice of its corpus, shared by the tests of the room."""

import pytest

from course_lib.world import Page, World
from course_lib.world.prose import pages


@pytest.fixture(scope="session")
def world() -> World:
    return World.generate(seed=0)


@pytest.fixture(scope="session")
def some_pages(world: World) -> list[Page]:
    return list(pages(world, 80_000))
