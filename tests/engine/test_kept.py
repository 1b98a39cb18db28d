from concurrent.futures import ThreadPoolExecutor

from engine.kept import Kept


def test_a_value_is_made_once():
    made = []
    kept = Kept(2)

    values = [kept.get("a", lambda: made.append(1) or "A") for _ in range(3)]

    assert (values, made) == (["A"] * 3, [1])


def test_the_value_not_asked_for_longest_goes_first():
    kept = Kept(2)
    for key in ("a", "b", "a", "c"):
        kept.get(key, lambda key=key: key)

    assert kept.get("a", lambda: "made again") == "a"
    assert kept.get("b", lambda: "made again") == "made again"


def test_threads_may_fill_it_beyond_its_size_at_once():
    kept = Kept(5)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: kept.get(n % 20, lambda: n % 20), range(5_000)))

    assert found == [n % 20 for n in range(5_000)]
