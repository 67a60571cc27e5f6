"""Two places at once: one wide head against several narrow ones, with the same number of parameters.

Sixteen places hold a letter each; the token after them asks for the letters of two places, in order. What it hears is
one weighted mean for each head, side by side, and a matrix reads the answer off: nothing else carries the letters.
"""

from collections.abc import Callable

import torch
from einops import rearrange
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from course_lib.lineage.experiments.recipe import Experiment

N_PLACES, N_LETTERS, D_MODEL = 16, 8, 32

Split = Callable[[Tensor, int], Tensor]


def split_heads(
    features: Float[Tensor, "batch token d_model"], n_heads: int
) -> Float[Tensor, "batch head token d_head"]:
    """Cut each token's vector into equal pieces, one for each head."""
    return rearrange(features, "batch token (head d_head) -> batch head token d_head", head=n_heads)


class Reader(nn.Module):
    """One layer of attention without a mask, and a matrix that reads two letters off what the last token heard.

    Args:
        n_heads: Into how many heads the 32 features are cut.
        split: How they are cut: `split(features, n_heads)`.
    """

    def __init__(self, n_heads: int, split: Split = split_heads) -> None:
        super().__init__()
        self.n_heads, self.split = n_heads, split
        self.place, self.letter = nn.Embedding(N_PLACES, D_MODEL), nn.Embedding(N_LETTERS, D_MODEL)
        self.asks_first, self.asks_second = nn.Embedding(N_PLACES, D_MODEL), nn.Embedding(N_PLACES, D_MODEL)
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (nn.Linear(D_MODEL, D_MODEL, bias=False) for _ in range(4))
        self.answer = nn.Linear(D_MODEL, 2 * N_LETTERS)

    def forward(
        self, letters: Int[Tensor, "batch place"], asked: Int[Tensor, "batch two"]
    ) -> tuple[Float[Tensor, "batch two letter"], Float[Tensor, "batch head query key"]]:
        """Logits of the two letters, and every head's pattern."""
        shelf = self.place.weight + self.letter(letters)
        question = self.asks_first(asked[:, 0]) + self.asks_second(asked[:, 1])
        residual = torch.cat((shelf, question[:, None]), dim=1)
        query, key, value = (
            self.split(project(residual), self.n_heads) for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        pattern = (query @ key.transpose(-1, -2) / key.shape[-1] ** 0.5).softmax(dim=-1)
        heard = rearrange(pattern @ value, "batch head token d_head -> batch token (head d_head)")
        logits = self.answer(self.o_proj(heard[:, -1]))
        return rearrange(logits, "batch (two letter) -> batch two letter", two=2), pattern


def make_trials(n_trials: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Letters on the places, the two different places asked for, and the two letters wanted."""
    letters = torch.randint(N_LETTERS, (n_trials, N_PLACES), generator=generator)
    first = torch.randint(N_PLACES, (n_trials,), generator=generator)
    step = torch.randint(1, N_PLACES, (n_trials,), generator=generator)
    asked = torch.stack((first, (first + step) % N_PLACES), dim=1)
    return letters, asked, letters.gather(1, asked)


def train_reader(
    seed: int, *, n_heads: int, n_steps: int, split: Split = split_heads
) -> tuple[Reader, dict[str, float]]:
    """Train a reader and test it on fresh trials.

    Args:
        seed: Of the start and of the trials.
        n_heads: Number of heads; the number of parameters does not depend on it.
        n_steps: Steps of 64 trials.
        split: How vectors are cut into heads.

    Returns:
        The reader, and on 2,000 fresh trials the share with both letters right (`both`), with the first (`first`), with
        the second (`second`), and with the right two letters in the wrong order counted as right too (`any_order`).
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    reader = Reader(n_heads, split)
    optimizer = torch.optim.Adam(reader.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, n_steps)
    for _ in range(n_steps):
        letters, asked, wanted = make_trials(64, generator)
        logits, _pattern = reader(letters, asked)
        optimizer.zero_grad()
        F.cross_entropy(logits.flatten(0, 1), wanted.flatten()).backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        letters, asked, wanted = make_trials(2000, generator)
        said = reader(letters, asked)[0].argmax(dim=-1)
    right = said == wanted
    any_order = right.all(dim=1) | (said.flip(1) == wanted).all(dim=1)
    return reader, {
        "both": right.all(dim=1).float().mean().item(),
        "first": right[:, 0].float().mean().item(),
        "second": right[:, 1].float().mean().item(),
        "any_order": any_order.float().mean().item(),
    }


def measure(seed: int, *, n_heads: int, n_steps: int) -> dict[str, float]:
    """One run: how often a reader with so many heads names both letters."""
    return train_reader(seed, n_heads=n_heads, n_steps=n_steps)[1]


def _settings(counts: tuple[int, ...], n_steps: int) -> tuple[dict, ...]:
    return tuple({"n_heads": n_heads, "n_steps": n_steps} for n_heads in counts)


EXPERIMENT = Experiment(
    id="two_places",
    question="Can one wide head gather from two places at once what two narrow ones can?",
    measure=measure,
    settings={"small": _settings((1, 2), 60), "full": _settings((1, 2, 4, 8, 16, 32), 300)},
    n_seeds={"small": 1, "full": 5},
)
