"""Fine-tuning: what a batch holds, its order, resuming, and that twenty pairs are learned by heart."""

import pytest

from course_lib.alignment import ChatBatches, Turn, exchange, replies
from course_lib.common.errors import CourseError
from course_lib.training import OptimizerConfig, ScheduleConfig, TrainConfig, make_optimizer, train
from course_lib.training.loss import IGNORE

PAIRS = [exchange(f"Where is {n * 37}?", f"In {n % 7} and {n % 3}.") for n in range(20)]


def batches(tokenizer, **changes) -> ChatBatches:
    return ChatBatches(PAIRS, tokenizer, **({"batch_size": 6, "context_length": 64, "seed": 1} | changes))


def test_a_batch_by_hand(tokenizer) -> None:
    batch = ChatBatches([exchange("a", "b"), exchange("aaa", "c")], tokenizer, batch_size=2, context_length=9).batch_at(
        0
    )
    start, user, assistant, end = (
        tokenizer.special_tokens[f"<|{n}|>"] for n in ("endoftext", "user", "assistant", "end")
    )
    (a,), (b,), (c,) = map(tokenizer.encode, "abc")
    assert sorted(map(tuple, batch.token_ids.tolist())) == sorted(
        [(start, user, a, end, assistant, b, 0, 0), (start, user, a, a, a, end, assistant, c)]
    )
    short = batch.targets[batch.token_ids[:, 5] == b][0].tolist()
    assert short == [IGNORE] * 4 + [b, end] + [IGNORE] * 2


def test_every_conversation_once_an_epoch_in_an_order_of_its_own(tokenizer) -> None:
    source = batches(tokenizer, batch_size=5)
    epochs = []
    for _ in range(2):
        rows = [tuple(t for t in row if t) for _ in range(4) for row in next(source).token_ids.tolist()]
        assert len(set(rows)) == 20
        epochs.append(rows)
    assert epochs[0] != epochs[1]
    assert sorted(epochs[0]) == sorted(epochs[1])


def test_goes_on_where_it_was(tokenizer) -> None:
    first, second = batches(tokenizer), batches(tokenizer)
    for _ in range(5):
        next(first)
    second.load_state_dict(first.state_dict())
    for _ in range(3):
        assert next(first).token_ids.equal(next(second).token_ids)
    with pytest.raises(CourseError, match="seed was 1, now it is 2"):
        batches(tokenizer, seed=2).load_state_dict(first.state_dict())


def test_impossible_data_are_refused(tokenizer) -> None:
    with pytest.raises(CourseError, match="at most 8"):
        ChatBatches(PAIRS, tokenizer, batch_size=1, context_length=8)
    with pytest.raises(CourseError, match="none of 1 conversations"):
        ChatBatches([[Turn("user", "a")]], tokenizer, batch_size=1, context_length=8)


def test_learns_twenty_pairs_by_heart(model, tokenizer) -> None:
    settings = TrainConfig(schedule=ScheduleConfig(n_steps=120), precision="float32")
    reports = list(train(model, batches(tokenizer, batch_size=20), make_optimizer(model, OptimizerConfig()), settings))
    assert reports[-1].loss < 0.05 < 1 < reports[0].loss
    told, ended = replies(model.eval(), tokenizer, [pair[:1] for pair in PAIRS])
    assert told == [pair[1].text for pair in PAIRS]
    assert all(ended)
