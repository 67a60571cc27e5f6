"""From base to chat to reward to RLHF: same seed, same bytes; an interrupt loses nothing; mistakes are one line."""
def test_x(family):
    print(sorted(p.name for p in family.iterdir()))
