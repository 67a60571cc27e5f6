"""Roll-outs: what was written, and that one padded pass finds it as probable as the one-by-one reading did."""

import pytest
import torch
from torch.nn import functional as F

from course_lib.alignment import Critic, reply_logits, rollout, token_log_probs
from course_lib.common.errors import CourseError
from course_lib.inference import Sampler

PROMPTS = [[1, 9, 8], [2], [3, 4, 5, 6, 7, 8, 9, 10], [11, 12]] * 4
STOP = 7


def wrote(model, **changes):
    settings = {"max_new_tokens": 12, "stop_token_id": STOP, "generator": torch.Generator().manual_seed(5)}
    return rollout(model, PROMPTS, **(settings | changes))


@pytest.fixture
def model(model):
    """A model that says the stop token now and then."""
    model.token_embedding.weight.data[STOP] *= 9
    return model


def test_prompts_and_replies_stand_where_they_should(model) -> None:
    rolled = wrote(model)
    assert rolled.n_prompt_tokens == 8
    for row, prompt in enumerate(PROMPTS):
        length = int(rolled.is_token[row].sum())
        assert rolled.token_ids[row, :8][rolled.is_token[row, :8]].tolist() == prompt
        assert rolled.positions[row][rolled.is_token[row]].tolist() == list(range(length))
        reply = rolled.reply_ids[row][rolled.is_reply[row]].tolist()
        assert STOP not in reply[:-1]
        assert rolled.has_ended[row].item() == (reply[-1] == STOP)
        assert rolled.has_ended[row] or len(reply) == 12
        assert rolled.replies()[row] == [token_id for token_id in reply if token_id != STOP]
    assert 0 < rolled.has_ended.float().mean() < 1


def test_log_probs_are_those_of_a_lone_unpadded_reading(model) -> None:
    rolled = wrote(model)
    with torch.no_grad():
        found = token_log_probs(model, rolled)
        for row, prompt in enumerate(PROMPTS):
            reply = rolled.reply_ids[row][rolled.is_reply[row]]
            alone = model(torch.tensor([[*prompt, *reply.tolist()]]))[0].log_softmax(-1)
            wanted = alone[len(prompt) - 1 : -1].gather(1, reply[:, None]).squeeze(1)
            torch.testing.assert_close(found[row][rolled.is_reply[row]], wanted, rtol=0, atol=1e-5)
    assert (found[~rolled.is_reply] == 0).all()


def test_log_probs_are_those_of_the_cached_generation(model) -> None:
    """A sampler that takes notes sees each distribution that a token was drawn from."""
    notes = []

    class Noting(Sampler):
        def choose(self, logits, generator=None):
            chosen = super().choose(logits, generator)
            notes.append(-F.cross_entropy(logits, chosen, reduction="none"))
            return chosen

    rolled = rollout(model, PROMPTS, max_new_tokens=12, stop_token_id=-1, sampler=Noting(), generator=torch.Generator())
    with torch.no_grad():
        torch.testing.assert_close(token_log_probs(model, rolled), torch.stack(notes, 1), rtol=0, atol=1e-5)


def test_rows_that_end_leave_the_others_as_they_were(model) -> None:
    greedy = Sampler(temperature=0)
    together = wrote(model, sampler=greedy)
    for row, prompt in enumerate(PROMPTS[:4]):
        alone = rollout(model, [prompt], max_new_tokens=12, stop_token_id=STOP, sampler=greedy)
        assert alone.replies()[0] == together.replies()[row]


def test_the_same_seed_writes_the_same(model) -> None:
    assert wrote(model).token_ids.equal(wrote(model).token_ids)


def test_chosen_rows_keep_their_columns(model) -> None:
    rolled = wrote(model)
    some = rolled.rows(torch.tensor([2, 0]))
    assert some.replies() == [rolled.replies()[2], rolled.replies()[0]]
    with torch.no_grad():
        torch.testing.assert_close(token_log_probs(model, some), token_log_probs(model, rolled)[[2, 0]])


def test_logits_come_reply_after_reply(model) -> None:
    rolled = wrote(model)
    with torch.no_grad():
        logits = reply_logits(model, rolled)
        assert logits.shape == (int(rolled.is_reply.sum()), model.config.vocab_size)
        assert token_log_probs(model, rolled, logits).equal(token_log_probs(model, rolled))


def test_the_critic_says_nothing_at_first_and_sees_no_later_token(model) -> None:
    rolled = wrote(model)
    critic = Critic(model)
    assert (critic(rolled) == 0).all()
    torch.nn.init.ones_(critic.head.weight)
    before = critic(rolled)
    assert (before != 0).equal(rolled.is_reply)
    rolled.token_ids[:, 10] = 13
    after = critic(rolled)
    assert after[:, :3].equal(before[:, :3])  # the value before the third token does not know it
    assert not after[:, 3:].equal(before[:, 3:])
    assert model.head.weight is model.token_embedding.weight  # the model that it copied is untouched


def test_no_room_for_a_reply_is_one_line(model) -> None:
    with pytest.raises(CourseError, match=r"64 tokens.*no room"):
        rollout(model, [[1] * 64], max_new_tokens=4, stop_token_id=STOP)
    with pytest.raises(CourseError, match="prompt is empty"):
        rollout(model, [[]], max_new_tokens=4, stop_token_id=STOP)
