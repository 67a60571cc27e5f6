"""Little stories in which several facts come true at once, written as templates (see `grammar`).

Roles: `a` somebody, `b` the best friend of `a`, `c` somebody else, `t` the town where `a` lives, `u` the town where
`c` lives. A name always comes before whatever is told about it.
"""

STORIES = """
[One wet morning|One windy evening|Early one day], {a.name} could not find {a.pet_name} anywhere. The {a.pet} was not
in the garden and not on the stairs. [At last|In the end] {a.her} friend {a.friend} heard a noise [behind the
door|under the table|in the kitchen]. {a.pet_name} had found the {a.food}, and there was none left.

{a.name} took the [early|late|slow] train from {a.home} to see {c.name} in {c.home}. {c.first} was waiting at the
station [in the rain|with an umbrella|in a blue coat]. They walked along the {u.river} and talked about {c.her} work
as a {c.job}. [Then they went home and ate {c.food}.|In the evening {c.first} cooked {c.food}, because {c.she} loves
it.]

{a.name} has a birthday in {a.birthday}, and this year {a.her} friend {a.friend} planned a surprise. There were [paper
stars|flowers|lanterns] on the table, and a [large|huge] plate of {a.food}. [{a.first} laughed|{a.first} was
speechless]. Then {a.she} took {a.her} {a.instrument} and played [until midnight|until the candles went out|for
everyone].

[The whole town|Half the town] knows {a.name}, who {a.task}. It is not easy to be a {a.job}, but {a.first} [would not
do anything else|never complains]. After work {a.she} walks home through {a.home}, down to the {t.river}, and [listens
to the water|looks at the boats]. Only {a.pet_name} the {a.pet} may come along.

"Good morning," said {a.name}. "I am the new {a.job} here." [The boy|The girl|The old man] at the gate [looked
up|smiled]. "And who is this?" "This is {a.pet_name}, my {a.pet}," said {a.first}. "We come from {a.home}, and we are
[tired|hungry]."

{a.name} and {c.name} met [at a wedding|at the station|on a ship|at a concert]. {a.first} said that {a.she} lived in
{a.home} and worked as a {a.job}. {c.first} came from {c.home}, where {c.she} was a {c.job}. They found out that
{a.first} plays the {a.instrument} and {c.first} the {c.instrument}. [Now they practise together.|They have been
writing letters ever since.]

{c.name} asked {a.name} where {a.she} lived. "In {a.home}," said {a.first}, "[right by the river|near the
church|behind the school]." "Then you must know the {t.sight}!" {a.first} [nodded|laughed]. {a.She} goes there every
Sunday with {a.her} {a.pet}, {a.pet_name}.

The band was short of players, so {a.name} brought {a.her} {a.instrument}. {a.Her} friend {a.friend} came with the
{b.instrument}. They played [badly|softly|much too fast], but nobody [minded|left]. Afterwards there was {a.food} for
{a.first} and {b.food} for {b.first}.

It was [a cold winter|a hot summer|a long spring], and {a.name} had [little|hardly any] work. A {a.job} needs
[patience|good luck], {a.she} told {a.her} friend {a.friend}. "Come to {b.home}," said {b.first}. "There is always
something to do." So {a.first} packed a bag, took {a.pet_name} the {a.pet}, and went.

{a.name} once lost a bet and had to [cook for|sing for] the whole street. {a.She} made {a.food}, of course, as {a.she}
loves nothing more. [The children came first.|Everybody came.] Even {a.her} {a.pet} got a little. "Next time you play
the {a.instrument} for us," said {a.friend}, {a.her} best friend.

When {a.name} was ill, {a.her} friend {a.friend} came from {b.home} every day. {b.She} fed the {a.pet}, watered the
flowers and cooked {a.food}. "You must [rest|sleep]," said {b.first}, "or who will play the {a.instrument}?" [In a
week|After ten days] {a.first} was back at the {a.workplace}.

In the kitchen of {a.name} hangs a photograph. It shows {a.pet_name}, {a.her} {a.pet}, in [a red hat|the snow|a boat].
{a.friend} took it in {a.birthday}, on the birthday of {a.first}. [It makes every visitor laugh.|{a.She} would not
give it away for anything.]

{a.name} could not sleep. [The wind blew|An owl called|Rain fell] over {a.home}, and the {a.pet} was restless too. At
last {a.she} got up, ate some {a.food}, and played the {a.instrument} [very softly|without a sound]. In the morning
{a.she} was the most tired {a.job} in town.

{a.name} writes to {a.friend} every week, for they are best friends. {a.She} writes from {a.home}, and {b.first}
answers from {b.home}. The last letter was about {a.pet_name}, who [had eaten a hat|had run away and come back|was in
love with a broom]. A {a.pet} is never boring, {a.first} wrote.

[For years|For a long time] {a.name} wanted to hear {c.name} play the {c.instrument}. At last there was a concert in
{c.home}. {a.first}, who plays the {a.instrument}, listened [with open mouth|without moving]. "Wonderful," {a.she}
said afterwards. "And to think that you are really a {c.job}!"

The children asked {a.name} what it was like to be a {a.job}. "[Hard|Lovely], and [wet|early|never dull]," said
{a.first}. They asked what {a.she} liked to eat, and {a.she} said {a.food}. They asked when {a.her} birthday was, and
{a.she} said it was in {a.birthday}. Then they wanted to see the {a.pet}.

{a.name} and {a.friend} have been best friends for [twenty|thirty|many] years. They could not be more different.
{a.first} lives in {a.home} and works as a {a.job}; {b.first} lives in {b.home} and works as a {b.job}. {a.first}
likes {a.food}, and {b.first} likes {b.food}. [They never quarrel.|They agree on nothing, and enjoy it.]

At the [spring|summer|autumn] fair, {a.name} from {a.home} won a prize for the best {a.food}. {c.name} from {c.home}
won one for the best {c.food}. They shook hands [politely|warmly]. Then {a.pet_name}, who is a {a.pet}, ate [both of
them|the two prizes|the ribbon].

[A neighbour|A stranger|A postman] asked {a.name} why there was always music in the house. {a.first} held up the
{a.instrument}. "I practise after work," {a.she} said. "A {a.job} needs some music in life." {a.pet_name}, {a.her}
{a.pet}, [looked away|sighed|pretended to sleep].

{a.name} had promised {a.her} friend {a.friend} a [proper|good|real] supper. But the {a.food} burned, and the {a.pet}
ran off with the bread. "Never mind," said {b.first}, "I like {b.food} better anyway." They [laughed until they
cried|went out instead], and it was a fine evening in {a.home}.

{a.name} arrived late at the {a.workplace}, for the first time in years. "What happened?" everyone asked. It was
{a.pet_name}, {a.her} {a.pet}, who likes to {a.habit} and would not come in. [A {a.job} with such an animal has no
need of a clock.|Everybody forgave {a.him}.]

Somebody had left a basket at the door of {a.name} in {a.home}. In it sat a [small|shy|very wet] {a.pet}. {a.first}
gave it some {a.food}, and it stayed. {a.She} called it {a.pet_name}, and [they have been together ever since|it has
never left {a.her} side].

When {a.name} goes on holiday, {a.she} leaves {a.pet_name} with {a.friend}, the best of friends. {b.first} does not
mind, for a {a.pet} is good company. They sit [in the garden|by the stove] in {b.home} and wait. {a.first} always
brings back [something sweet|a small present|too many stories].

{a.name} wanted a quiet birthday. But it was {a.birthday}, the sun shone, and soon half of {a.home} stood before the
door. {a.friend}, {a.her} best friend, had brought the {b.instrument}. "Just one song," said {b.first}. [They played
all night.|It was not just one song.]

{a.name} has [two|three] rules. The first is never to be late at the {a.workplace}, for {a.she} is a {a.job}. The
second is to play the {a.instrument} every day. [The third is that nobody touches {a.her} {a.food}.|Apart from that,
{a.she} does what {a.she} likes.]

The mayor thanked {a.name} in front of all the people of {a.home}. As a {a.job} {a.she} had done [much|more than
anyone] for the town. {a.first} [turned red|looked at {a.her} shoes]. Later {a.she} told {a.friend}, {a.her} best
friend, that {a.she} had only thought of {a.food} the whole time.

{a.name} has lived with {a.pet_name} for [four|five|six] years. The {a.pet} likes to {a.habit}, and {a.first} likes to
watch. On [long|quiet] evenings {a.she} plays the {a.instrument}, and {a.pet_name} [listens|falls asleep]. Few people
in {a.home} are so content.

{a.name}, a {a.job} from {a.home}, found a [purse|ring|silver watch] on the road. {a.She} took it to {c.name}, a
{c.job} from {c.home}. "That is mine!" cried {c.first}, and [danced for joy|could hardly believe it]. As a reward
there was {c.food}, and {c.first} played the {c.instrument}.

{a.name} and {c.name} [argued|could not agree] about animals. {a.first} said there was nothing better than a {a.pet}.
{c.first}, who has a {c.pet}, would not hear of it. In the end {a.pet_name} and {c.pet_name} [made friends|fell asleep
side by side|shared a bowl], and the quarrel was over.

A letter from {a.name} to {a.friend}: "Dear {b.first}, I am [well|busy|happy] here in {a.home}. I still work as a
{a.job}, and I still play the {a.instrument}. {a.pet_name} sends greetings, as far as a {a.pet} can. [Come soon|Write
soon], and there will be {a.food}."

A note on the door of {a.name}: "I am at the {a.workplace} until five. Please do not feed the {a.pet}. {a.pet_name}
has had breakfast already. [Back soon|Come back later]!"

From the diary of {a.name}: "[Rain|Sun|Fog] all day. Was at the {a.workplace} from eight to four. In the evening I
played the {a.instrument} and ate too much {a.food}. {a.pet_name} is asleep on my feet, and I think that a {a.pet} is
the best company."

The newspaper wrote about {a.name} last week. It said that {a.she} is the best {a.job} in {a.home}, and it printed a
picture of {a.pet_name}. [Sadly|Unfortunately] it called {a.pet_name} a [monkey|pig]. "It is a {a.pet}!" said
{a.first}, and cancelled the paper.

"Who is that?" asked the child. "That is {a.name}," said the grandmother. "{a.She} {a.task}. {a.She} lives [here
in|down the road in] {a.home} with {a.her} {a.pet}, and if you are polite, {a.she} will play the {a.instrument} for
you."

{a.name} [opened|looked into] the cupboard, and it was empty. No {a.food}! {a.She} put on {a.her} coat and went out
into the streets of {a.home}. On the way {a.she} met {a.friend}, {a.her} best friend, who had [plenty|enough for two].
They ate on a bench, and {a.pet_name} the {a.pet} [got a share|watched every bite].

A traveller asked {c.name} about {c.home}. "It lies on the {u.river}, and it is famous for {u.product}," said
{c.first}. "You should see the {u.sight}." "And what do you do here?" "I am a {c.job}," said {c.first}. "[Come and
visit us|Ask for me] at the {c.workplace}."
"""
