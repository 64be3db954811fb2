"""Words of praise and blame in English with their strength, those that turn them round, and those that strengthen them.

The list is our own, made from plain dictionary words of shopping, service and software; strengths run from -4 to 4, the
range that Hutto & Gilbert (2014) had raters use. Words that praise one product and blame another are not in it.
"""

from __future__ import annotations

_BY_STRENGTH: dict[float, str] = {
    3.4: """
        awesome excellent exceptional fabulous fantastic flawless incredible magnificent marvelous outstanding
        perfect perfection phenomenal stellar stunning superb wonderful amazing spectacular gorgeous brilliant
        """,
    2.9: """
        adore adorable adored adoring beautiful beautifully best delighted delightful great impeccable joy love
        loved lovely loves loving perfectly thrilled terrific obsessed exquisite masterpiece ecstatic amazed
        bliss
        """,
    2.3: """
        charming classy comfortable comfy cute elegant enjoy enjoyable enjoyed excited exciting fab fast
        favorite favourite flattering friendly fun generous glad gladly happy happily helpful impressed
        impressive kind luxurious pleasant pleased pleasure polite praise prompt quickly recommend recommended
        reliable satisfied satisfying sexy stylish superior thoughtful unique versatile vibrant welcome win
        winner wow yummy courteous knowledgeable effortless compliment complimented compliments complementary
        appreciate appreciated grateful hooray trustworthy smooth smoothly professional excelled attentive
        caring cheerful dreamy fantastically feminine
        """,
    1.6: """
        accurate affordable bargain better bonus clean clear convenient cool cozy dependable durable easier
        easily easy effective efficient fair fine fits fresh good gift handy honest improved improvement
        improvements intuitive keeper light like liked likes neat nice nicely ok quality quick responsive rich
        safe seamless secure silky simple soft solid sturdy success successful suitable sweet thank thanks
        thankful timely useful valuable warm well worked works worth worthwhile yes flexible breathable
        forgiving crisp classic slimming transparent wearable
        """,
    -1.6: """
        annoyed annoying average awkward baggy bland boring bulky cheap cheaply complicated concern concerned
        confused confusing costly damage delay delayed delays difficult dull expensive faded flimsy frumpy hard
        itchy lack lacked lacking lacks late less limited loud missed missing mistake mistakes noisy odd
        overpriced pricey scratchy shapeless slow slowly sloppy stiff stained stuck tacky trouble ugly unclear
        uncomfortable unflattering unfortunately weird wrinkled wrong sad sadly shame slippery stretched thin
        unsure bummed bummer unnecessary meh mediocre ill tight weak boxy clingy sheer shorter smelly snags fell
        ripped sag sagging cumbersome tricky wonky pilled pilling shrank shrunk
        """,
    -2.3: """
        angry bad bug buggy bugs complain complained complaint complaints crash crashed crashes defect defective
        deny denied dirty disappoint disappointed disappointing disappointment disappoints dislike disliked
        displeased error errors fail failed fails failing failure fault faulty frustrated frustrating
        frustration hassle ignored issue issues leak leaks lie lied lost mess messy misleading neglected poor
        poorly problem problematic problems refuse refused regret reject rejected return returned returning rude
        sick sorry stole torn unacceptable unfriendly unhappy unhelpful unprofessional unreliable unresponsive
        unsatisfied upset upsetting useless waste wasted unwearable dissatisfied incompetent inferior
        inconvenient junk stink stinks rip unfair untrustworthy dangerous ridiculous broke broken
        """,
    -3.2: """
        abysmal appalling atrocious awful despicable disaster disastrous disgrace disgraceful disgusted
        disgusting dreadful fraud garbage hate hated hates hideous hopeless horrendous horrible horribly horrid
        horrific nightmare outrageous pathetic scam scammed scammers terrible terribly trash unbearable vile
        worst worse worthless crap lousy
        """,
}
_NEGATIONS = """
    ain't aren't arent barely can't cannot cant couldn't couldnt didn't didnt doesn't doesnt don't dont hadn't
    hadnt hardly hasn't hasnt haven't havent isn't isnt neither never no none nor not nothing scarcely shouldn't
    shouldnt wasn't wasnt weren't werent without won't wont wouldn't wouldnt
    """
_STRONGER = """
    absolutely amazingly awfully completely deeply enormously entirely especially exceptionally extremely highly
    hugely incredibly insanely particularly really remarkably seriously so such super thoroughly too totally
    truly unbelievably utterly very most quite
    """
_WEAKER = "almost fairly kinda partly slightly somewhat sorta bit little rather mildly"

STRENGTHS: dict[str, float] = {word: strength for strength, words in _BY_STRENGTH.items() for word in words.split()}
"""Strength of each word, from -4 (blame) to 4 (praise)."""

NEGATIONS = frozenset(_NEGATIONS.split())
"""Words that turn round what follows."""

INTENSIFIERS: dict[str, float] = dict.fromkeys(_STRONGER.split(), 1.3) | dict.fromkeys(_WEAKER.split(), 0.7)
"""Words that make the next one stronger or weaker, by how much."""
