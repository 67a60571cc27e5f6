"""E2: whether words used alike end up close together, and what that takes: how much text, which window, real order.

The text is the small world's, where the kind of a word is known: towns, rivers, jobs … A word is *at home* if, of the
whole vocabulary, the word nearest to it is of its own kind. The control has the same words in random order.
"""

from collections import Counter
from collections.abc import Iterable

import torch
from jaxtyping import Int
from torch import Tensor

from course_lib.lineage.experiments.recipe import Experiment
from course_lib.sequence import (
    Lexicon,
    SkipGram,
    SkipGramConfig,
    company_counts,
    neighbours_alike,
    shuffled,
    train_skip_gram,
)
from course_lib.world import World, vocabulary
from course_lib.world.facts import ANIMALS, DISHES, JOBS, TOWNS

N_READ = 600_000
"""Words read in a run, those of a short text several times."""


def words_by_kind(world: World) -> dict[str, list[str]]:
    """The words of the world whose kind is beyond doubt, in lower case; a word of two kinds is left out.

    Args:
        world: Whose towns and people.

    Example:
        >>> words_by_kind(World.generate(seed=0))["month"][:2]
        ['january', 'february']
    """
    first_names, surnames = zip(*(person.name.split() for person in world.people), strict=True)
    kinds: dict[str, Iterable[str]] = {
        "town": (town.name for town in world.towns),
        "river": (town.river for town in world.towns),
        "job": (job.name for job in JOBS),
        "workplace": (job.workplace for job in JOBS),
        "animal": (animal.name for animal in ANIMALS),
        "dish": (dish.name for dish in DISHES),
        "instrument": vocabulary.INSTRUMENTS,
        "month": vocabulary.MONTHS,
        "pet's name": vocabulary.PET_NAMES,
        "first name": first_names,
        "surname": surnames,
    }
    lower = {kind: list(dict.fromkeys(word.lower() for word in words)) for kind, words in kinds.items()}
    uses = Counter(word for words in lower.values() for word in words)
    return {kind: [word for word in words if uses[word] == 1] for kind, words in lower.items()}


def kind_numbers(lexicon: Lexicon, kinds: dict[str, list[str]]) -> Int[Tensor, " word"]:
    """The kind of every word of a lexicon, as a number in the order of `kinds`; −1 for none.

    Args:
        lexicon: The words.
        kinds: Kind → its words; those that the lexicon lacks are passed over.

    Example:
        >>> lexicon = Lexicon.of(["a cat and a dog and a violin"], min_count=1)
        >>> kind_numbers(lexicon, {"animal": ["cat", "dog", "hen"], "instrument": ["violin"]}).tolist()
        [-1, -1, 0, 0, 1]
    """
    numbers = torch.full((len(lexicon),), -1)
    for number, words in enumerate(kinds.values()):
        numbers[[lexicon.id_of(word) for word in words if word in lexicon]] = number
    return numbers


def fact_pairs(lexicon: Lexicon) -> dict[str, Int[Tensor, "pair 2"]]:
    """Facts of the world as pairs for analogies: a town and its river, a job and its workplace …

    Args:
        lexicon: The words; facts with a word that it lacks are passed over.

    Example:
        >>> lexicon = Lexicon.of(["baker bakery miller mill ashby wend jam berries cat fish"], min_count=1)
        >>> {name: len(pairs) for name, pairs in fact_pairs(lexicon).items()}
        {'town, river': 1, 'job, workplace': 2, 'animal, food': 1, 'dish, made from': 1}
    """
    facts = {
        "town, river": [(town.name, town.river) for town in TOWNS],
        "job, workplace": [(job.name, job.workplace) for job in JOBS],
        "animal, food": [(animal.name, animal.eats) for animal in ANIMALS],
        "dish, made from": [(dish.name, dish.made_from) for dish in DISHES],
    }
    lower = {name: [[word.lower() for word in pair] for pair in pairs] for name, pairs in facts.items()}
    known = {name: [pair for pair in pairs if all(word in lexicon for word in pair)] for name, pairs in lower.items()}
    return {name: torch.stack([lexicon.ids_of(pair) for pair in pairs]) for name, pairs in known.items()}


def measure(seed: int, *, text: str, n_words: int, window: int) -> dict[str, float]:
    """Read a telling of the world, train word vectors, and see which words are at home.

    Returns:
        `alike`: share of words whose nearest word is of their kind; `counted`: the same for rows of plain counts;
        `n_known`: words in the vocabulary; and `alike` for each kind.
    """
    world = World.generate(seed=0)
    config = SkipGramConfig(window=window, n_passes=round(N_READ / n_words))  # as many steps, however long the text
    pages = list(world.documents(n_words, seed=seed))
    generator = torch.Generator().manual_seed(seed)
    lexicon = Lexicon.of(pages)
    word_ids, page_numbers = lexicon.encode(pages)
    if text == "shuffled":
        word_ids = shuffled(word_ids, generator)
    model = SkipGram(len(lexicon), config.d_model, generator)
    for _ in train_skip_gram(model, word_ids, page_numbers, config, generator):
        pass
    by_kind = words_by_kind(world)
    kinds = kind_numbers(lexicon, by_kind)
    alike = neighbours_alike(model.centre.detach(), kinds).float()
    counted = neighbours_alike(company_counts(word_ids, page_numbers, len(lexicon), window) + 1e-9, kinds).float()
    found = {"alike": alike.mean().item(), "counted": counted.mean().item(), "n_known": len(lexicon)}
    judged = kinds[kinds >= 0]
    met = [number for number in range(len(by_kind)) if bool((judged == number).any())]
    return found | {list(by_kind)[number]: alike[judged == number].mean().item() for number in met}


def _setting(text: str, n_words: int, window: int = 2) -> dict:
    return {"text": text, "n_words": n_words, "window": window}


EXPERIMENT = Experiment(
    id="E2",
    question="Do words that are used alike end up close together, and what does that take?",
    measure=measure,
    settings={
        "small": (_setting("real", 20_000),),
        "full": (
            *(_setting("real", n_words) for n_words in (20_000, 40_000, 80_000, 150_000)),
            _setting("real", 150_000, window=8),
            _setting("shuffled", 150_000),
        ),
    },
    n_seeds={"small": 1, "full": 5},
)
