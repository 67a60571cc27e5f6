"""Bands: the quantile against the printed tables, the formula by hand, the file, and what `expect` says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.classroom import bands, expect
from course_lib.classroom.bands import Band, prediction_band, read_bands, t_cdf, t_quantile, write_bands
from course_lib.common.errors import CourseError
from course_lib.common.profile import PROFILES


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [(1, 63.657), (2, 9.925), (3, 5.841), (4, 4.604), (5, 4.032), (9, 3.250), (10, 3.169), (29, 2.756), (120, 2.617)],
)
def test_quantiles_are_those_of_the_printed_table(freedom, quantile):
    assert t_quantile(0.995, freedom) == pytest.approx(quantile, abs=6e-4)


@given(st.floats(-30, 30), st.integers(1, 60))
def test_the_distribution_is_symmetric(t, freedom):
    assert t_cdf(t, freedom) + t_cdf(-t, freedom) == pytest.approx(1, abs=1e-12)


def test_the_distribution_is_scipys():
    stats = pytest.importorskip("scipy.stats")
    for freedom in range(1, 40):
        assert t_cdf(1.7, freedom) == pytest.approx(stats.t.cdf(1.7, freedom), abs=1e-12)


def test_a_band_by_hand():
    mean, low, high = prediction_band([1.0, 2.0, 3.0, 4.0, 5.0], "float32")
    half = 4.604095 * 2.5**0.5 * 1.2**0.5
    assert (mean, low, high) == pytest.approx((3, 3 - half, 3 + half), abs=1e-5)


def test_a_band_is_never_narrower_than_rounding():
    mean, low, high = prediction_band([8.0] * 5, "bfloat16")
    assert (mean, low, high) == (8, 8 - 8 / 256, 8 + 8 / 256)


@pytest.mark.parametrize("values", [[1.0] * 4, [1.0] * 4 + [float("nan")]])
def test_no_band_of_too_little_or_of_nan(values):
    with pytest.raises(ValueError, match="band"):
        prediction_band(values, "float32")


def band(**changes):
    """A band of loss 2 ± 0.1."""
    kept = {"key": "98.loss", "profile": "laptop", "dtype": "float32", "mean": 2.0, "low": 1.9, "high": 2.1, "n": 5,
            "machine": "a test", "date": "2030-01-01"}  # fmt: skip
    return Band(**{**kept, **changes})


def test_the_file_keeps_other_bands_and_replaces_the_same(data_folder):
    write_bands([band(), band(dtype="bfloat16"), band(key="97.x")])
    write_bands([band(mean=3.0)])
    assert [(b.key, b.dtype, b.mean) for b in read_bands()] == [
        ("97.x", "float32", 2.0),
        ("98.loss", "bfloat16", 2.0),
        ("98.loss", "float32", 3.0),
    ]
    assert (data_folder / "expected.toml").read_text().startswith("# Bands for")


def test_bands_are_computed_and_written(data_folder):
    (made,) = bands.bands({("98.loss", "laptop", "float32"): [1.0, 2.0, 3.0, 4.0, 5.0]}, 'a "fast" one')
    assert made.n == 5
    assert read_bands()[0].mean == 3
    assert read_bands()[0].machine == "a 'fast' one"


@pytest.fixture
def measured(data_folder, sample, monkeypatch):
    """One band, looked up on a laptop."""
    monkeypatch.setenv("COURSE_PROFILE", "laptop")
    monkeypatch.delenv("COURSE_STRICT", raising=False)
    write_bands([band()])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2.05, "✓ 98.loss = 2.05, as expected: 1.9 to 2.1 over 5 seeds"),
        (2.5, "✗ 98.loss = 2.5, expected 1.9 to 2.1. Was the rate changed?"),
        (1, "✗ 98.loss = 1, expected 1.9 to 2.1. Did the test set leak?"),
        (float("nan"), "✗ 98.loss = nan, expected 1.9 to 2.1. It is not a number"),
    ],
)
def test_expect_says_whether_it_is_ok(measured, capsys, value, message):
    expect("98.loss", value, dtype="float32")
    assert capsys.readouterr().out.startswith(message)


def test_no_band_is_no_verdict(measured, capsys, monkeypatch):
    expect("98.loss", 2.0, dtype="bfloat16")
    assert capsys.readouterr().out == "○ 98.loss = 2: no band has been measured for laptop, bfloat16\n"
    monkeypatch.setenv("COURSE_STRICT", "1")
    expect("98.loss", 2.0, dtype="bfloat16")
    with pytest.raises(CourseError, match="no band has been measured"):
        expect("98.other", 2.0, dtype="float32")


def test_strict_raises_outside(measured, monkeypatch):
    monkeypatch.setenv("COURSE_STRICT", "1")
    with pytest.raises(CourseError, match="Was the rate changed"):
        expect("98.loss", 2.5, dtype="float32")


def test_recording_writes_the_number_down(measured, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_RECORD", str(tmp_path / "recorded"))
    expect("98.loss", 2.5, dtype="float32")
    assert json.loads((tmp_path / "recorded").read_text()) == {
        "key": "98.loss", "profile": "laptop", "dtype": "float32", "value": 2.5,
    }  # fmt: skip


def test_every_shipped_band_is_whole():
    for shipped in read_bands():
        assert shipped.low <= shipped.mean <= shipped.high
        assert shipped.n >= bands.MIN_SEEDS
        assert shipped.profile in PROFILES
        assert shipped.dtype in bands.ROUNDING
