"""Sentences that tell two facts about a person at once; `NAME` stands for full name, first name or pronoun."""

from course_lib.world.grammar import Template

_PAIRS = """
NAME lives in {a.home} and works as a {a.job}.
NAME is a {a.job} in {a.home}.
NAME came to {a.home} [years ago|when the rents were low], and found work as a {a.job}.
NAME has a {a.pet} called {a.pet_name}[, which likes to {a.habit}|].
NAME and {a.her} {a.pet}, {a.pet_name}, [are never apart|go everywhere together|are known to every child].
NAME bought a {a.pet} at the market, named it {a.pet_name}, and has [not been bored since|never regretted it].
NAME is a {a.job} by day, and plays the {a.instrument} by night.
NAME plays the {a.instrument} [rather well for|as well as one can expect of] a {a.job}.
NAME loves two things above all: {a.food} and the {a.instrument}.
NAME would give up the {a.instrument} sooner than {a.food}.
NAME and {a.friend} are best friends, as everybody in {a.home} knows.
NAME lives in {a.home}, and {a.her} best friend is {a.friend}.
NAME was born in {a.birthday}, and wants {a.food} instead of cake [every year|when the day comes].
NAME was born in {a.birthday}, and {a.friend}, {a.her} best friend, never forgets the date.
NAME likes {a.food}, and so, [sadly|it seems|alas], does {a.her} {a.pet}.
NAME is a {a.job}, and takes {a.her} {a.pet} to work [every day|now and then|when it rains].
NAME is a {a.job}, and thinks of {a.food} from [nine|ten] in the morning.
NAME leaves {a.pet_name} with {a.friend}, {a.her} best friend, [when {a.she} travels|now and then].
NAME plays the {a.instrument} with {a.friend}, {a.her} best friend, [once a week|whenever there is time].
NAME was born in {a.birthday} and lives in {a.home}.
NAME lives in {a.home} with a {a.pet}.
NAME sings to {a.pet_name}, {a.her} pet, and plays the {a.instrument} too.
NAME was born in {a.birthday} and became a {a.job}.
NAME shares {a.her} {a.food} with {a.pet_name}, {a.her} pet.
NAME met {a.friend}, now {a.her} best friend, at work, for {a.she} is a {a.job}.
"""


def _read(source: str) -> dict[frozenset[str], list[dict[str, Template]]]:
    named = {"full": "{a.name}", "first": "{a.first}", "pronoun": "{a.She}"}
    pairs: dict[frozenset[str], list[dict[str, Template]]] = {}
    for line in source.strip().splitlines():
        forms = {form: Template(line.replace("NAME", slot, 1)) for form, slot in named.items()}
        facts = frozenset(what for _, what in forms["full"].slots) - {"name", "her", "she", "habit"}
        pairs.setdefault(facts, []).append(forms)
    return pairs


PAIRS = _read(_PAIRS)
"""Two relations → ways to tell both, each as a template per form of the name."""
