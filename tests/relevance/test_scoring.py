"""The figures themselves: what nDCG@10 says of a page of listings, and when a floor is broken."""

from __future__ import annotations

import pytest

from tests.relevance.floors import fallen
from tests.relevance.scoring import Figure, Judged, Score, figures, ndcg

GRADES = {1: 3, 2: 2, 3: 1}


def score(*found: int, kind: str = "place", grades: dict[int, int] = GRADES) -> Score:
    return Score(Judged("typed", kind, "why", grades), found, len(found))


def test_the_best_order_is_one():
    assert ndcg([1, 2, 3], GRADES) == 1


def test_a_better_listing_lower_down_counts_less():
    assert 0 < ndcg([3, 2, 1], GRADES) < ndcg([2, 1, 3], GRADES) < 1


def test_the_gain_of_a_grade_and_its_discount():
    # 7 in second place of 7, 3 and 1 in the best order
    assert ndcg([9, 1], GRADES) == pytest.approx((7 / 1.5849625) / (7 + 3 / 1.5849625 + 0.5))


def test_only_the_first_ten_count():
    assert ndcg([*range(10, 20), 1], GRADES) == 0
    many = dict.fromkeys(range(30), 3)
    assert ndcg(range(10), many) == 1


def test_nothing_found_is_zero():
    assert ndcg([], GRADES) == 0


def test_a_query_without_answers_is_right_where_it_finds_none():
    assert score(kind="nothing", grades={}).ndcg == 1
    assert score(5, kind="nothing", grades={}).ndcg == 0


def test_queries_without_answers_are_left_out_of_the_whole():
    found = figures([score(1, 2, 3), score(), score(5, kind="nothing", grades={})])
    assert found["all"] == Figure(2, 0.5, 0.5)
    assert found["place"] == Figure(2, 0.5, 0.5)
    assert found["nothing"] == Figure(1, 0, 0)


FLOOR = {"place": Figure(15, 0.7, 0.1)}


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (Figure(15, 0.7, 0.1), []),
        (Figure(15, 0.69, 0.1), []),
        (Figure(15, 0.9, 0.0), []),
        (Figure(15, 0.68, 0.1), ["place: nDCG@10 0.680, was 0.700"]),
        (Figure(15, 0.7, 0.2), ["place: 20.0% find nothing, were 10.0%"]),
    ],
)
def test_a_figure_that_gets_worse_is_named(now, says):
    assert fallen({"place": now}, FLOOR) == says


def test_a_class_that_vanishes_is_named():
    assert fallen({}, FLOOR) == ["place: is not measured any more"]
