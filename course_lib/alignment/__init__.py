"""From a model that continues text to one that answers, and answers as people prefer; in reading order.

- `chat`: turns of a conversation as token ids, which of them are learned from, and replies.
- `sft`: batches of conversations to imitate (supervised fine-tuning).
- `preferences`: which of two replies somebody preferred, kept as lines of JSON.
- `pairs`: comparisons as batches.
- `reward`: a model of the one who preferred: replies in, scores out (Bradley and Terry).
- `calibration`: whether predicted probabilities come true.
- `objectives`: the formulas of proximal policy optimisation, as pure functions.
- `rollout`: replies written by a policy, and how probable each of their tokens was.
- `critic`: how much reward is still to come, guessed at every token.
- `learner`: the settings of a run of PPO, and all that changes while it runs.
- `ppo`: the whole of RLHF as one loop.
"""

from course_lib.common.lazy import lazy_exports

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "CHATML": "chat",
        "COURSE_FORMAT": "chat",
        "ChatFormat": "chat",
        "ChatTokenizer": "chat",
        "Turn": "chat",
        "encode_chat": "chat",
        "encode_example": "chat",
        "exchange": "chat",
        "render": "chat",
        "replies": "chat",
        "reply": "chat",
        "stream_reply": "chat",
        "ChatBatches": "sft",
        "Preference": "preferences",
        "append_preference": "preferences",
        "from_pairs": "preferences",
        "load_preferences": "preferences",
        "save_preferences": "preferences",
        "PairBatch": "pairs",
        "PairBatches": "pairs",
        "ReplyBatch": "pairs",
        "encode_replies": "pairs",
        "stack_replies": "pairs",
        "RewardModel": "reward",
        "bradley_terry_loss": "reward",
        "load_reward_model": "reward",
        "pair_accuracy": "reward",
        "pair_loss": "reward",
        "preference_probabilities": "reward",
        "read_pairs": "reward",
        "read_reply": "reward",
        "save_reward_model": "reward",
        "Reliability": "calibration",
        "ReliabilityBin": "calibration",
        "reliability": "calibration",
        "PolicyLoss": "objectives",
        "approximate_kl": "objectives",
        "entropy": "objectives",
        "explained_variance": "objectives",
        "gae": "objectives",
        "kl_penalised_rewards": "objectives",
        "masked_mean": "objectives",
        "policy_loss": "objectives",
        "value_loss": "objectives",
        "whiten": "objectives",
        "Rollout": "rollout",
        "reply_logits": "rollout",
        "rollout": "rollout",
        "token_log_probs": "rollout",
        "Critic": "critic",
        "Judge": "ppo",
        "Learner": "learner",
        "PPOConfig": "learner",
        "PPOReport": "ppo",
        "ppo": "ppo",
    },
)
