"""`expect`: is my number OK? It lies in the band measured over seeds, or here is what is likely the matter."""

import json
import math
import os

from course_lib.classroom import checks
from course_lib.classroom.bands import Band, read_bands
from course_lib.common.errors import CourseError


def profile_name() -> str:
    """The profile that bands are looked up for; processors with and without AMX differ in the dtype alone."""
    from course_lib.common.profile import current_profile

    return current_profile().name.removesuffix("_amx")


def _training_dtype_name() -> str:
    from course_lib.common.device import training_dtype

    return str(training_dtype()).removeprefix("torch.")


def _find(key: str, profile: str, dtype: str) -> Band | None:
    return next((band for band in read_bands() if (band.key, band.profile, band.dtype) == (key, profile, dtype)), None)


def _diagnosis(key: str, value: float, band: Band) -> str:
    known = checks.find_diagnosis(key)
    if math.isnan(value):
        return "It is not a number: a division by zero, a logarithm of zero, or a run that diverged."
    if known is not None:
        return known.above if value > band.high else known.below
    side = "high" if value > band.high else "low"
    return f"That is too {side}: did a cell above change, or run twice? Restart and run all; then compare settings."


def expect(key: str, value: float | int, *, dtype: str | None = None) -> None:
    """Compare a number with the band measured over seeds, and say what is likely the matter outside it.

    Args:
        key: As in `16.val_loss`.
        value: The number of this run.
        dtype: The format it was computed in (`"float32"`), where that is not the machine's training format.

    Raises:
        CourseError: If it lies outside, or has no band, and `COURSE_STRICT=1`.
    """
    value, profile, dtype = float(value), profile_name(), dtype or _training_dtype_name()
    if recording := os.environ.get("COURSE_RECORD"):
        with open(recording, "a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "profile": profile, "dtype": dtype, "value": value}) + "\n")
        print(f"recorded {key} = {value:.4g}")
        return
    band, strict = _find(key, profile, dtype), os.environ.get("COURSE_STRICT") == "1"
    if band is None:
        message = f"{key} = {value:.4g}: no band has been measured for {profile}, {dtype}"
        if strict and not any(other.key == key for other in read_bands()):
            raise CourseError(message)
        print(f"○ {message}")
    elif band.low <= value <= band.high:
        print(f"✓ {key} = {value:.4g}, as expected: {band.low:.4g} to {band.high:.4g} over {band.n} seeds")
    else:
        message = f"{key} = {value:.4g}, expected {band.low:.4g} to {band.high:.4g}. {_diagnosis(key, value, band)}"
        if strict:
            raise CourseError(message)
        print(f"✗ {message}")
