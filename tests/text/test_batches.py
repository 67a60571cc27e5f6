"""Packing and batches: nothing lost, nothing repeated, the same again after a resume."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.common.errors import CourseError
from course_lib.text import Batches, BPETokenizer, CharacterTokenizer, open_ids, pack, windows

TOKENIZER = BPETokenizer.train("one two three " * 10, vocab_size=270)


def test_packing_by_hand(tmp_path):
    tokenizer = CharacterTokenizer("abc", special_tokens=("|",))
    ids = pack(["ab", "", "c"], tokenizer, tmp_path / "ids.npy")
    assert ids.tolist() == [0, 1, 2, 0, 0, 3, 0]
    assert isinstance(ids, np.memmap)
    assert ids.dtype == np.uint16


def test_packed_documents_decode_to_themselves(tmp_path):
    documents = [f"document {i}: naïve 🙂" for i in range(50)]
    pack(iter(documents), TOKENIZER, tmp_path / "ids.npy")
    text = TOKENIZER.decode(open_ids(tmp_path / "ids.npy").tolist())
    assert text == "<|endoftext|>" + "".join(f"{document}<|endoftext|>" for document in documents)


def test_a_large_vocabulary_takes_four_bytes(tmp_path):
    tokenizer = CharacterTokenizer("".join(map(chr, range(0x10000, 0x10000 + 2**16 + 1))))
    ids = pack([chr(0x10000 + 2**16)], tokenizer, tmp_path / "ids.npy")
    assert ids.dtype == np.uint32
    assert ids.tolist() == [2**16]


def test_an_interrupted_packing_leaves_nothing(tmp_path):
    def documents():
        yield "one"
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        pack(documents(), TOKENIZER, tmp_path / "ids.npy")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 4), st.integers(1, 9), st.integers(60, 120), st.integers(0, 5))
def test_an_epoch_shows_a_token_at_most_once_as_a_target(batch_size, context_length, n_ids, seed):
    batches = Batches(np.arange(n_ids), batch_size, context_length, seed)
    for epoch in range(2):
        steps = range(epoch * batches.batches_per_epoch, (epoch + 1) * batches.batches_per_epoch)
        targets = torch.cat([batches.batch_at(step).targets.flatten() for step in steps]).tolist()
        assert len(targets) == len(set(targets)) == batches.batches_per_epoch * batch_size * context_length
        assert len(targets) >= n_ids - (batch_size + 1) * context_length


def test_resuming_gives_the_batches_that_would_have_come():
    through = Batches(np.arange(200), batch_size=2, context_length=8, seed=3)
    for _ in range(17):  # into the second epoch
        next(through)
    resumed = Batches(np.arange(200), batch_size=2, context_length=8, seed=3)
    resumed.load_state_dict(through.state_dict())
    for _ in range(20):
        left, right = next(through), next(resumed)
        assert torch.equal(left.token_ids, right.token_ids)
        assert torch.equal(left.targets, right.targets)


def test_epochs_and_seeds_differ():
    first = Batches(np.arange(400), 4, 8, seed=0)
    other = Batches(np.arange(400), 4, 8, seed=1)
    assert not torch.equal(first.batch_at(0).token_ids, other.batch_at(0).token_ids)
    assert not torch.equal(first.batch_at(0).token_ids, first.batch_at(first.batches_per_epoch).token_ids)


def test_a_state_from_elsewhere_is_refused():
    batches = Batches(np.arange(200), 2, 8, seed=3)
    with pytest.raises(CourseError, match="seed was 4, now it is 3"):
        batches.load_state_dict(Batches(np.arange(200), 2, 8, seed=4).state_dict())


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 5), st.integers(1, 9), st.integers(2, 60))
def test_windows_make_every_token_a_target_once(batch_size, context_length, n_ids):
    batches = list(windows(np.arange(n_ids), batch_size, context_length))
    assert torch.cat([batch.targets.flatten() for batch in batches]).tolist() == list(range(1, n_ids))
    assert all(torch.equal(batch.targets, batch.token_ids + 1) for batch in batches)


def test_too_little_text_is_one_line():
    with pytest.raises(CourseError, match="10 token ids do not fill a batch of 4 windows of 8"):
        Batches(np.arange(10), 4, 8)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Batches(np.arange(100), 0, 8), "batch_size 0, context_length 8"),
        (lambda: Batches(np.arange(100), 2, 0), "both must be 1 or more"),
        (lambda: Batches(np.arange(100), 2, 8).batch_at(-1), "step is -1"),
        (lambda: Batches(np.arange(100), 2, 8).load_state_dict({"step": 3}), "the state lacks batch_size"),
        (lambda: next(windows(np.arange(10), 0, 4)), "batch_size 0"),
        (lambda: next(windows(np.arange(10), 2, -4)), "context_length -4"),
    ],
)
def test_sizes_that_make_no_sense_are_value_errors(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_a_truncated_file_is_refused(tmp_path):
    path = tmp_path / "ids.npy"
    pack(["one two three"], TOKENIZER, path)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(CourseError, match="damaged or cut short"):
        open_ids(path)
    with pytest.raises(CourseError, match="run pack"):
        open_ids(tmp_path / "none.npy")
