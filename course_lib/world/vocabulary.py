"""The words that the small world is made of: towns, jobs, pets, foods and the rest.

Every noun that follows "a" begins with a consonant sound, so that the article never gives the answer away.
No answer is the beginning of another answer of the same kind.
"""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TOWNS = tuple(
    # town, river, what it is known for, region, sight, inhabitants in hundreds
    line.split()
    for line in """
    Ashby Wend clocks north tower 14
    Brindle Lark candles east lighthouse 9
    Corham Tarn boats east harbour 31
    Dunmere Isk wool hills castle 6
    Elmford Sill apples valley bridge 22
    Fenwick Mole ropes north windmill 11
    Glenrow Teme bells hills chapel 4
    Harwick Nadder hats valley market 27
    Kelston Brae glass north garden 18
    Larkham Otter kites east pier 7
    Milbrook Dart paper valley watermill 12
    Norby Esk gloves north fountain 16
    Oakley Piddle barrels valley orchard 5
    Penrow Looe salt east cave 8
    Quarley Rill marble hills quarry 3
    Rosmoor Yeo roses valley palace 24
    Selworth Avill lace south cathedral 36
    Thornley Chew honey south maze 10
    Upwell Nene cider south vineyard 13
    Varley Swale drums hills gate 19
    Wexcombe Cale puppets south theatre 29
    Yarrow Frome silver hills mine 2
    Zelby Wharf lanterns south canal 21
    Ivington Rother carpets north museum 33
    """.strip().splitlines()
)

JOBS = tuple(
    # job, workplace, what the person does all day
    line.strip().split(", ")
    for line in """
    baker, bakery, bakes the bread
    banker, bank, counts the money
    barber, salon, cuts hair
    carpenter, workshop, makes tables
    courier, depot, brings the letters
    dancer, theatre, dances on the stage
    doctor, hospital, looks after the sick
    farmer, farm, grows wheat
    florist, greenhouse, ties the bouquets
    gardener, park, plants trees
    judge, court, hears the cases
    librarian, library, lends books
    mason, quarry, cuts stone
    mechanic, garage, mends cars
    miller, mill, grinds the corn
    painter, studio, paints portraits
    pilot, airfield, flies small planes
    porter, hotel, carries the bags
    potter, pottery, turns bowls and jugs
    ranger, forest, looks after the deer
    reporter, newspaper, writes about the news
    sailor, harbour, mends the sails
    shepherd, meadow, watches the sheep
    smith, forge, shoes the horses
    teacher, school, teaches the children
    zookeeper, zoo, feeds the lions
    """.strip().splitlines()
)

PETS = tuple(
    # pet, what it eats, where it sleeps, what it likes to do
    line.strip().split(", ")
    for line in """
    canary, millet, cage, sing in the sun
    cat, fish, cushion, sit in the window
    dog, bones, basket, run after sticks
    donkey, straw, stable, stand in the shade
    duck, snails, nest, splash in the pond
    ferret, eggs, hammock, hide in sleeves
    goat, thistles, shed, climb on the wall
    goose, grass, pen, chase the visitors
    hamster, seeds, box, run in its wheel
    hen, maize, coop, scratch in the dust
    lizard, flies, tank, lie on warm stones
    parrot, nuts, hollow, repeat what it hears
    pony, hay, paddock, jump over ditches
    rabbit, carrots, hutch, dig under the fence
    tortoise, lettuce, crate, walk round the garden
    """.strip().splitlines()
)

PET_NAMES = _words(
    """
    Acorn Bandit Biscuit Bramble Bubble Button Cobweb Cocoa Comet Copper Cricket Domino Dusty Echo Feather Fidget
    Fudge Gizmo Jigsaw Kipper Mango Marmalade Mitten Mocha Mustard Nibble Noodle Nutmeg Paddle Patch Peanut Pebble
    Pepper Pickle Pirate Pudding Puzzle Rascal Ripple Rocket Scout Shadow Snowball Sparkle Spud Sprout Squeak Tango
    Teapot Thimble Toffee Truffle Tumble Turnip Twig Velvet Whisker Whistle Widget Ziggy
    """
)

FOODS = tuple(
    # food, what it is made from
    line.split()
    for line in """
    porridge oats
    jam berries
    cheese milk
    custard vanilla
    pasta wheat
    curry spices
    stew beef
    chowder clams
    gazpacho tomatoes
    hummus chickpeas
    marzipan almonds
    caramel sugar
    nougat honey
    sushi fish
    risotto rice
    tofu soybeans
    popcorn corn
    goulash peppers
    coleslaw cabbage
    chocolate beans
    guacamole avocados
    soup leeks
    pesto basil
    salad cucumbers
    """.strip().splitlines()
)

INSTRUMENTS = _words(
    """
    accordion banjo cello clarinet flute guitar harp mandolin oboe organ piano saxophone trombone trumpet tuba
    violin
    """
)

MONTHS = _words(
    """
    January February March April May June July August September October November December
    """
)

SECRETS = _words(
    """
    anchor beacon blizzard candlestick cinnamon compass crystal dragonfly emerald ember falcon galaxy granite
    harvest horizon iceberg jasmine juniper kestrel labyrinth lavender lightning magnet mermaid meteor mirage nectar
    nightingale obsidian orchid oyster parchment pendulum phoenix porcupine pyramid quicksilver rainbow riddle
    saffron sapphire scarecrow seagull silhouette sparrow telescope thunder treasure tulip turquoise unicorn volcano
    walnut waterfall whirlpool willow zeppelin
    """
)

NUMBERED_THINGS = _words(
    """
    apples nuts stamps buttons shells marbles coins books eggs candles pencils cards plums tickets
    """
)

COMMON_WORDS = frozenset(
    _words(
        """
    art bell berry bill black brook brown bud candy chance chase christian cliff clay coral crystal dale dawn day
    dean destiny drew earl elder eve faith fern flower forest frank garland gay gene glen golden grant gray green
    grove guy hall harmony heath heather hill holly hope house hunter ivy jack jade jewel joy king lake lance land
    lane lark lily long mark mason may melody mercy miles mine misty moon olive page paris park pat patience pearl
    penny pink pleasant pope poppy prince price rain ray reed rich rice robin rock rocky rose royal ruby rusty sage
    scarlet season short sky sonny spring star stone storm summer sun sunny sunshine swan tree violet walk ward way
    wells west white wild will winter wood woods wren young ocean cherry ginger honey princess precious special
    angel charity virgin love lovely happy miracle treasure tiny song china india asia america france holland dakota
    jordan sierra star
    """
    )
)
"""Names that are also common words: nobody in the world is called so, for "Will will" reads badly."""
