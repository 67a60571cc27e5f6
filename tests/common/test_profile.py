"""Profiles predict: by hand from six operations per parameter and token, and with the right order among machines."""

import pytest

from course_lib.common.errors import CourseError
from course_lib.common.profile import PROFILES, current_profile, profile_for


def test_minutes_by_hand() -> None:
    laptop = PROFILES["laptop"]
    assert laptop.minutes(n_parameters=1_000_000, n_tokens=1_000_000) == pytest.approx(
        6e12 / laptop.training_flops / 60
    )


def test_the_forecast_agrees_with_the_time_that_the_base_model_takes() -> None:
    from course_lib.lineage.stages import STAGES
    from course_lib.transformer import count_parameters

    base = STAGES["base"]
    size = count_parameters(base.recipe.model), base.recipe.n_tokens
    assert PROFILES["laptop_amx"].minutes(*size) == pytest.approx(base.minutes, rel=0.5)
    assert PROFILES["laptop"].minutes(*size) == pytest.approx(base.minutes_without_amx, rel=0.5)


def test_larger_machines_are_faster_and_hold_more() -> None:
    speeds = [profile.training_flops for profile in PROFILES.values()]
    assert speeds == sorted(speeds)
    memories = [profile.memory_bytes for profile in PROFILES.values()]
    assert memories == sorted(memories)


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_trains_its_base_within_the_hour_and_its_memory(name: str) -> None:
    profile = PROFILES[name]
    assert profile.minutes(profile.base_parameters, profile.base_tokens) <= 60
    assert profile.fits(profile.base_parameters)


@pytest.mark.parametrize(
    ("device", "name", "has_amx", "expected"),
    [
        ("cpu", "Intel Xeon", True, "laptop_amx"),
        ("mps", "Apple M3", False, "laptop"),
        ("cuda", "Tesla T4", False, "t4"),
        ("cuda", "NVIDIA A100-SXM4-40GB", True, "a100"),
        ("cuda", "NVIDIA GeForce RTX 3060", False, "t4"),
    ],
)
def test_the_profile_of_a_machine(device: str, name: str, has_amx: bool, expected: str) -> None:
    assert profile_for(device, name, has_amx).name == expected


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_PROFILE", "h100")
    assert current_profile().name == "h100"
    monkeypatch.setenv("COURSE_PROFILE", "abacus")
    with pytest.raises(CourseError, match="abacus"):
        current_profile()
