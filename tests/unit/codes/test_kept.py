"""What a process keeps of releases."""

import pytest

from app.codes.services.kept import kept


def test_it_is_read_once_for_each_key_and_sort(app):
    asked: list[str] = []

    def read() -> str:
        asked.append("read")
        return f"answer {len(asked)}"

    assert [kept("a", 1, read, most=3) for _ in range(3)] == ["answer 1"] * 3
    assert kept("a", 2, read, most=3) == "answer 2"
    assert kept("b", 1, read, most=3) == "answer 3"


def test_the_oldest_is_forgotten_and_the_others_are_not(app):
    for key in range(4):
        kept("a", key, lambda key=key: key, most=3)
    again = {key: kept("a", key, lambda: "anew", most=3) for key in (3, 2, 1)}
    assert again == {3: 3, 2: 2, 1: 1}
    assert kept("a", 0, lambda: "anew", most=3) == "anew"


def test_nothing_is_an_answer_too_and_a_failure_is_none(app):
    def fail() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        kept("a", 1, fail, most=3)
    assert kept("a", 1, lambda: None, most=3) is None
    assert kept("a", 1, fail, most=3) is None
