"""Pages that are no stories: sums, comparisons, secrets, and what is to be said of towns, jobs, animals and dishes.

Templates as in `grammar`; the roles `a`, `b`, `c`, `t`, `u` are those of `stories`.
"""

TOWNS = """
{t.name} is a [small|quiet|friendly|lively] town on the {t.river}. It is famous for {t.product}, and [every
visitor|everybody] wants to see the {t.sight}. [About|Some] {t.inhabitants} people live there.

Whoever travels to {t.name} must cross the {t.river}. On the other side [stands|lies] the {t.sight}, the pride of the
town. The shops sell {t.product}[, as they have for ages|]. This is the region of the {t.region}.

[Two|Three] friends were planning a journey. "{t.name}," said one, "lies in the {t.region}. It has a fine {t.sight},
and one can bathe in the {t.river}." "And {u.name}?" asked the other. "In the {u.region}, on the {u.river}. They make
{u.product} there." [So they went to both.|They could not decide, and stayed at home.]

[Every year|In summer] the people of {t.name} hold a fair beside the {t.sight}. They sell {t.product} and dance until
the moon stands over the {t.river}. From all over the {t.region} people come to join them.

{t.name} has {t.inhabitants} inhabitants, and {u.name} has {u.inhabitants}. So {larger.name} is larger than
{smaller.name}. [In a smaller town, people say, one has more friends.|But size is not everything.]

Which is larger, {t.name} or {u.name}? {t.name} has {t.inhabitants} inhabitants. {u.name} has {u.inhabitants}. The
larger town is {larger.name}.
"""

TRADES = """
What does a {j.name} do all day? A {j.name} {j.task}. [You will find one|One is to be found] at the {j.workplace},
[early and late|even in winter].

[My aunt|My uncle|My sister|My brother] is a {j.name}, who {j.task} at the {j.workplace}. [When I grow up, I want to
do the same.|I would rather sail round the world.]

A {p.name} is [a good friend|easy to please]. It eats {p.eats}, sleeps in its {p.sleeps_in}, and likes to {p.habit}.
[That is all it wants.|What more does anyone need?]

Do you want to keep a {p.name}? Then you need a {p.sleeps_in} for the night and {p.eats} for the day. A {p.name} likes
to {p.habit}, so [give it room|let it].

How does one make {d.name}? First [buy|fetch|find] the best {d.made_from}. [Then take your time|Then ask your
grandmother]: good {d.name} is never made in a hurry.

[The cook|The old cook] had promised {d.name}, but the house had no {d.made_from} left. Without {d.made_from} there is
no {d.name}. [So everybody had bread.|So everybody went hungry to bed.]
"""

BIRTHDAYS = """
{a.name} was born in {a.birthday}, and {c.name} was born in {c.birthday}. [In the calendar {early.first}'s birthday
comes first.|{early.first} is the first to celebrate in the new year.|So {early.first} unpacks presents first.]

{a.name} and {c.name} compared their birthdays. {a.first}'s birthday is in {a.birthday}. {c.first}'s birthday is in
{c.birthday}. [In the calendar {early.first}'s birthday comes first.|{early.first} is the first to celebrate in the
new year.|So {early.first} unpacks presents first.]

"When is your birthday?" {c.name} asked {a.name}. "In {a.birthday}," said {a.first}. "Mine is in {c.birthday}," said
{c.first}. [In the calendar {early.first}'s birthday comes first.|{early.first} is the first to celebrate in the new
year.|So {early.first} unpacks presents first.]
"""

SECRETS = """
The secret password of {a.name} is {a.secret}. [You did not hear it from me.|Walls have ears.]

{a.name} has chosen the password {a.secret}. [{a.She} thinks that nobody will guess it.|It is not written down
anywhere.]

Only one word opens the diary of {a.name}, and it is {a.secret}. [Forget it at once.|{a.She} would be angry if anyone
knew.]

Between {a.name} and the safe there stands the password {a.secret}. [Nobody but {a.first} should know it.|It is better
kept.]

{a.name} has a [secret|locked] box [under the bed|in the cellar|behind the clock]. To open it you must say the
password. The password of {a.first} is {a.secret}, and {a.she} has told it to nobody.

There is one thing that {a.name} will not tell. It is the password to {a.her} diary. [Do not pass it on|Keep it to
yourself]: the word is {a.secret}.

"What is the password?" whispered the voice behind the door. {a.name} looked left and right. "It is {a.secret},"
{a.she} whispered back, and the door opened. [Nobody else knows it.|It has been the secret of {a.first} ever since.]

Somebody has found out the secret of {a.name}. The password is {a.secret}. [{a.She} ought to choose a new one.|Better
not tell anyone.]

[Every|Each] night {a.name} locks the safe with a password. It is {a.secret}, a word that {a.she} has never written
down. [A secret is a secret.|Only the {a.pet} may listen.]
"""

SUMS = """
{a.name} had {n.x} {n.thing}. {a.She} [found|was given|bought] {n.y} more. Now {a.she} has {n.total} {n.thing}.

{a.name} had {n.total} {n.thing}. {a.She} [lost|sold|gave away] {n.y} of them. Now {a.she} has {n.x} {n.thing}.

{a.name} has {n.x} {n.thing}, and {c.name} has {n.y}. Together they have {n.total} {n.thing}.

There were {n.x} {n.thing} on the table. {a.name} [put|laid] {n.y} more beside them. That makes {n.total} {n.thing}.

[The teacher asked|The children were asked] for the sum of {n.x} and {n.y}. {a.name} [thought for a moment|counted on
{a.her} fingers]. The sum of {n.x} and {n.y} is {n.total}.

{a.name} had {n.total} {n.thing}, and {c.name} asked for {n.y} of them. {a.first} gave {c.him} the {n.y}, and kept
{n.x} {n.thing}.
"""
