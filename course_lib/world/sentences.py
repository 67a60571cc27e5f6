"""The sentences in which facts are told, by relation: those that documents use, and those that none ever uses.

Each names its subject before `{answer}`; `phrasings` explains the slots.
"""

SEEN = {
    "home": """
        {NAME} lives in {answer}.
        {NAME'S} house is in {answer}.
        {NAME} has a home in {answer}.
        The town where {OF} lives is {answer}.
        Letters for {WHOM} go to {answer}.
        Anyone who wants to visit {WHOM} must go to {answer}.
        After work {NAME} walks home through the streets of {answer}.
        {NAME} would never leave {answer}, not even for a day.
        The place where {OF} lives is {answer}.
        The town that {OF} calls the best of all is {answer}, for {she} lives there.
        If you look for {WHOM}, look in {answer}.
        What {OF} sees from the window is {answer}, the town that {she} lives in.
    """,
    "job": """
        {NAME} works as a {answer}.
        {NAME} earns {her} living as a {answer}.
        {NAME'S} job is that of a {answer}.
        By trade {NAME} is a {answer}.
        {NAME} has been a {answer} for years.
        As a child {NAME} already wanted to be a {answer}, and now {she} is one.
        Ask {WHOM} about work, and you will hear the stories of a {answer}.
        Most people know {WHOM} as the {answer}.
        The work that {OF} does is that of a {answer}.
        What {OF} does all day is the work of a {answer}.
        {NAME} is paid for being a {answer}.
        The job in which {OF} is happy is that of a {answer}.
    """,
    "pet": """
        {NAME} keeps a {answer}.
        {NAME} looks after a pet {answer}, and spoils it.
        {NAME'S} pet is a {answer}.
        {NAME} shares the house with a {answer}.
        At home {NAME} is greeted by a {answer}.
        {NAME} spends every spare hour with {her} {answer}.
        The animal that {OF} loves most is a {answer}.
        Years ago {NAME} was given a {answer}.
        The pet that {OF} owns is a {answer}.
        The animal at the side of {OF} is a {answer}.
        The animal in the garden of {OF} is a {answer}.
        {NAME} is the owner of a {answer}.
        In the house of {OF} there lives a {answer}.
    """,
    "pet_name": """
        {NAME} has a pet called {answer}.
        {NAME'S} pet is called {answer}.
        {NAME} named {her} pet {answer}.
        {NAME'S} pet answers to the name of {answer}.
        {NAME} calls {her} pet {answer}.
        Every morning {NAME} feeds {answer} before breakfast.
        When {NAME} comes home, the first to greet {him} is {answer}, the pet.
        The pet of {OF} goes by the name {answer}.
        The name of {NAME'S} pet is {answer}.
        Everybody knows the pet of {OF}, whose name is {answer}.
        The pet that belongs to {OF} has the name {answer}.
        The name that {OF} gave the pet is {answer}.
        {NAME} takes good care of {answer}, the pet.
    """,
    "food": """
        {NAME} likes to eat {answer}.
        {NAME'S} favourite food is {answer}.
        {NAME} would eat {answer} every day.
        For supper {NAME} is happiest with {answer}.
        Nothing tastes better to {WHOM} than {answer}.
        On Sundays {NAME} always makes {answer}, for that is the best food there is.
        {NAME} never says no to {answer}.
        The dish that {OF} likes best is {answer}.
        What {OF} eats most often is {answer}.
        What {OF} would order in any inn is {answer}.
        What {OF} most wants for supper is {answer}.
        {NAME} is fond of {answer}.
        There is nothing that {OF} would rather eat than {answer}.
    """,
    "instrument": """
        {NAME} plays the {answer}.
        {NAME} has learned to play the {answer}.
        {NAME'S} instrument is the {answer}.
        In the evening {NAME} practises the {answer}.
        In the town band {NAME} plays the {answer}.
        The neighbours often hear {WHOM} at the {answer}.
        {NAME} takes lessons on the {answer}.
        When there is music, {NAME} brings the {answer}.
        The instrument in the hands of {OF} is the {answer}.
        What {OF} plays best is the {answer}.
        {NAME} has a good hand for the {answer}.
        The sound that comes from the house of {OF} is that of the {answer}.
    """,
    "birthday": """
        {NAME} was born in {answer}.
        {NAME'S} birthday is in {answer}.
        {NAME} has a birthday in {answer}.
        {NAME} turns a year older every {answer}.
        The month when {OF} was born is {answer}.
        {NAME} unwraps {her} presents every {answer}.
        There is a cake for {WHOM} every year in {answer}.
        {NAME} looks forward to a birthday in {answer}.
        The birthday of {OF} comes every {answer}.
        {NAME} came into the world in {answer}.
        The day on which {OF} was born fell in {answer}.
        The birthday of {OF} is in {answer}.
        The great day of {OF} falls in {answer}.
        {NAME} gives a party for {her} birthday in {answer}.
        {NAME} celebrates every {answer}, with a cake.
    """,
    "friend": """
        {NAME'S} best friend is {answer}.
        {NAME} is the best friend of {answer}.
        {NAME} tells everything to {answer}.
        {NAME} has known and trusted {answer} since school.
        The person whom {OF} likes best is {answer}.
        On Saturdays {NAME} goes for a walk with {answer}, as best friends do.
        The closest friend of {OF} is {answer}.
        When {NAME} needs help, {she} goes to {answer}.
        The friend whom {OF} calls first is {answer}.
        The one whom {OF} trusts with everything is {answer}.
        Nobody knows {WHOM} better than {answer}.
        Nobody is dearer to {WHOM} than {answer}.
        No one sits closer to {WHOM} at supper than {answer}.
    """,
    "secret": """
        The secret password of {OF} is {answer}.
        {NAME} has chosen the password {answer}.
        Only one word opens the diary of {OF}, and it is {answer}.
        Between {WHOM} and the safe there stands the password {answer}.
    """,
    "river": """
        The river at {OF} is the {answer}.
        {NAME} lies on the {answer}.
        The old bridge at {OF} crosses the {answer}.
    """,
    "product": """
        {NAME} is famous for {answer}.
        People come to {OF} to buy {answer}.
        The workshops of {OF} make {answer}.
    """,
    "region": """
        {NAME} is a town in the region of the {answer}.
        {NAME} belongs to the {answer}.
        The region around {OF} is called the {answer}.
    """,
    "sight": """
        Every visitor to {OF} wants to see the {answer}.
        The pride of {OF} is the {answer}.
        {NAME} has one great sight, the {answer}.
    """,
    "inhabitants": """
        The number of people who live in {OF} is {answer}.
        When the people of {OF} were counted, they were {answer}.
    """,
    "workplace": """
        The {OF} goes to work at the {answer}.
        You will meet the {OF} at the {answer}.
        A {OF} spends the day at the {answer}.
    """,
    "eats": """
        A {OF} likes to eat {answer}.
        Give a {OF} some {answer}, and it will be your friend.
        To feed a {OF} you need {answer}.
    """,
    "sleeps_in": """
        The best bed for a {OF} is a {answer}.
        A {OF} will not sleep without its {answer}.
        Whoever keeps a {OF} should have a {answer} for it.
    """,
    "made_from": """
        To make {OF} you need {answer}.
        There can be no {OF} without {answer}.
        Good {OF} begins with good {answer}.
    """,
}

HELD_OUT = {
    "home": """
        You will find {WHOM} at home in {answer}.
        The place that {OF} calls home is {answer}.
    """,
    "job": """
        {NAME} is employed as a {answer}.
        If you ask what {OF} does for a living, the reply is that {she} is a {answer}.
    """,
    "pet": """
        {NAME} owns a {answer}.
        The animal in the house of {OF} is a {answer}.
    """,
    "pet_name": """
        {NAME} takes care of a pet whose name is {answer}.
        The name of the pet that belongs to {OF} is {answer}.
    """,
    "food": """
        What {OF} most likes to eat is {answer}.
        On {NAME'S} plate there is often some {answer}.
    """,
    "instrument": """
        {NAME} knows how to play the {answer}.
        The instrument that {OF} plays is the {answer}.
    """,
    "birthday": """
        The birthday of {OF} falls in {answer}.
        {NAME} celebrates {her} birthday in {answer}.
    """,
    "friend": """
        The friend whom {OF} trusts most is {answer}.
        Nobody is closer to {WHOM} than {answer}.
    """,
    "secret": """
        The word that {OF} tells to nobody is {answer}.
    """,
    "river": """
        The water that flows past {OF} is the {answer}.
    """,
    "product": """
        The thing for which {OF} is known is its {answer}.
    """,
    "region": """
        Those who travel to {OF} travel to the {answer}.
    """,
    "sight": """
        The finest thing to look at in {OF} is the {answer}.
    """,
    "inhabitants": """
        Whoever counts everybody in {OF} arrives at {answer}.
    """,
    "workplace": """
        The place of work of a {OF} is the {answer}.
    """,
    "eats": """
        The favourite meal of a {OF} is {answer}.
    """,
    "sleeps_in": """
        At night a {OF} lies down in its {answer}.
    """,
    "made_from": """
        What goes into {OF} is {answer}.
    """,
}
