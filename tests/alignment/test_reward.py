"""The reward model: its loss, what it reads, that padding is nothing, that it learns what is liked, its file."""

import random

import pytest
import torch

from course_lib.alignment import (
    PairBatches,
    Preference,
    RewardModel,
    bradley_terry_loss,
    encode_replies,
    load_reward_model,
    pair_accuracy,
    pair_loss,
    preference_probabilities,
    read_pairs,
    read_reply,
    reliability,
    save_reward_model,
    stack_replies,
)
from course_lib.alignment.reward import READING
from course_lib.common.errors import CourseError
from course_lib.training import ScheduleConfig, TrainConfig, train


def shorter_is_better(n: int, seed: int) -> list[Preference]:
    rng = random.Random(seed)
    found = []
    for _ in range(n):
        short = rng.randrange(1, 7)
        sizes = short, short + rng.randrange(2, 7)
        brief, long = ("".join(rng.choice("abc ") for _ in range(size)) for size in sizes)
        found.append(Preference("What?", "x" + brief, "x" + long))
    return found


def trained(model, tokenizer, n_steps: int = 200) -> RewardModel:
    reward = RewardModel(model)
    settings = TrainConfig(schedule=ScheduleConfig(n_steps=n_steps), precision="float32")
    chosen, rejected = read_pairs(reward, shorter_is_better(300, 1), tokenizer)
    reward.standardise(torch.cat((chosen, rejected)))
    batches = PairBatches(chosen, rejected, batch_size=64)
    for _ in train(reward, batches, torch.optim.AdamW(reward.head.parameters(), lr=0.01), settings, pair_loss):
        pass
    return reward.eval()


def test_the_loss_is_bradley_and_terry_gradients_too() -> None:
    chosen, rejected = (
        torch.tensor(scores).double().requires_grad_() for scores in ([1.0, -2.0, 40.0], [0.5, 1.0, 0.0])
    )
    strength = [score.exp() for score in (chosen, rejected)]
    wanted = -(strength[0] / (strength[0] + strength[1])).log()
    found = bradley_terry_loss(chosen, rejected)
    torch.testing.assert_close(found, wanted)
    gradients = [torch.autograd.grad(loss.sum(), (chosen, rejected)) for loss in (found, wanted)]
    torch.testing.assert_close(*gradients)


def test_what_the_reader_tells_is_what_it_says_token_by_token(model) -> None:
    token_ids, is_reply = torch.tensor([[3, 9, 8, 7], [5, 4, 6, 0]]), torch.tensor([[0, 0, 1, 1], [0, 0, 1, 0]]).bool()
    found = read_reply(model, token_ids, is_reply)
    for row, (prompt, reply) in enumerate((([3, 9], [8, 7]), ([5, 4], [6]))):
        taken, best = [], []
        for index, token_id in enumerate(prompt[1:] + reply, start=1):
            log_probs = model(torch.tensor([(prompt + reply)[:index]]))[0, -1].log_softmax(-1)
            taken.append(log_probs[token_id].item())
            best.append(log_probs.max().item())
        asked, taken, best = taken[: len(prompt) - 1], taken[len(prompt) - 1 :], best[len(prompt) - 1 :]
        beside = [one - other for one, other in zip(taken, best, strict=True)]
        n = len(reply)
        wanted = [sum(taken) / n, sum(taken) / 10, min(taken), min(beside), sum(beside) / n]
        wanted += [sum(asked) / len(asked), sum(asked) / 10, n / 10]
        assert found[row, : len(READING)].tolist() == pytest.approx(wanted, abs=1e-4)
        words = model.token_embedding.weight[reply].mean(dim=0)
        torch.testing.assert_close(found[row, len(READING) :], words, rtol=0, atol=1e-5)


def test_padding_and_neighbours_change_no_score(model, tokenizer) -> None:
    reward = RewardModel(model)
    torch.nn.init.normal_(reward.head[-1].weight)
    prompts, replies = encode_replies(["Who?", "Where does Ada live?"], ["Ada.", "I don't know."], tokenizer)
    together = reward.score(prompts, replies)
    alone = torch.cat([reward.score(prompts[row : row + 1], replies[row : row + 1]) for row in range(2)])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-4)
    batch = stack_replies(prompts, replies)
    features = read_reply(model, batch.token_ids, batch.is_reply)
    batch.token_ids[0, len(prompts[0]) + len(replies[0]) :] = 9
    torch.testing.assert_close(read_reply(model, batch.token_ids, batch.is_reply), features, rtol=0, atol=1e-5)


def test_a_new_model_prefers_nothing_and_leaves_the_chat_model_alone(model, tokenizer) -> None:
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    reward = trained(model, tokenizer, n_steps=2)
    assert all(tensor.equal(before[name]) for name, tensor in model.state_dict().items())
    assert all(tensor.equal(before[name]) for name, tensor in reward.reader.state_dict().items())
    assert preference_probabilities(RewardModel(model), shorter_is_better(3, 0), tokenizer).tolist() == [0.5] * 3


def test_learns_that_shorter_is_better(model, tokenizer, tmp_path) -> None:
    reward, unseen = trained(model, tokenizer), shorter_is_better(100, 2)
    found = preference_probabilities(reward, unseen, tokenizer)
    assert pair_accuracy(found) > 0.95
    assert reliability(found, torch.ones(100, dtype=torch.bool)).error < 0.2
    replies = ["x", "xa", "xab c", "xab cab ca", "xab cab cab cab c"]
    prompts, ids = encode_replies(["What?"] * 5, replies, tokenizer)
    reward.centre(prompts, ids)
    scores = reward.score(prompts, ids)
    assert scores.tolist() == sorted(scores.tolist(), reverse=True)
    assert (scores.mean().item(), scores.std().item()) == pytest.approx((0, 1), abs=1e-5)
    assert reward.judge(tokenizer)(["What?"] * 5, replies).equal(scores)
    save_reward_model(tmp_path / "reward.safetensors", reward, {"seed": 3})
    loaded, about = load_reward_model(tmp_path / "reward.safetensors")
    assert about["seed"] == 3
    torch.testing.assert_close(loaded.score(prompts, ids), scores, rtol=0, atol=0.1)  # the reader in bfloat16


def test_batches_keep_pairs_together_and_go_on_where_they_were() -> None:
    chosen = torch.arange(20.0)[:, None]
    first, second = (PairBatches(chosen, -chosen, batch_size=8) for _ in range(2))
    batch = next(first)
    assert batch.chosen.shape == (8, 1)
    assert batch.chosen.equal(-batch.rejected)
    second.load_state_dict(first.state_dict())
    assert all(next(first).chosen.equal(next(second).chosen) for _ in range(4))
    epoch = torch.cat([first.batch_at(step).chosen for step in (0, 1)])
    assert len(epoch.unique()) == 16
    with pytest.raises(CourseError, match="n_pairs was 20, now it is 19"):
        PairBatches(chosen[1:], chosen[1:], batch_size=8).load_state_dict(first.state_dict())


def test_what_teaches_nothing_is_one_line(model, tokenizer) -> None:
    with pytest.raises(CourseError, match=r"^1 preferences teach nothing"):
        PairBatches(torch.ones(1, 2), torch.ones(1, 2), batch_size=8)
    with pytest.raises(CourseError, match="at most 64"):
        read_pairs(RewardModel(model), [Preference("w" * 70, "a", "b")], tokenizer)
    with pytest.raises(CourseError, match="3 reference replies the same score"):
        RewardModel(model).centre(*encode_replies(["a"] * 3, ["b", "c", "d"], tokenizer))


def test_the_file_of_another_stage_is_refused(model, tmp_path) -> None:
    from course_lib.training import save_model

    save_model(tmp_path / "chat.safetensors", model, {})
    with pytest.raises(CourseError, match="is no reward model"):
        load_reward_model(tmp_path / "chat.safetensors")


def test_reliability_counts_every_prediction_once() -> None:
    chances = torch.tensor([0.0, 0.05, 0.5, 0.95, 1.0])
    table = reliability(chances, torch.tensor([False, False, True, True, True]))
    assert [each.n for each in table.bins] == [2, 1, 2]
    assert table.error == pytest.approx((0.05 + 0.5 + 0.05) / 5)
    folded = reliability(chances[2:], torch.ones(3).bool(), n_bins=5, low=0.5)
    assert [(each.low, each.n) for each in folded.bins] == [(0.5, 1), (0.9, 2)]
