"""The one clock."""

from app import clock


def test_the_clock_is_aware_and_counts_whole_seconds():
    moment = clock.now()
    assert moment.utcoffset().total_seconds() == 0
    assert clock.unix(moment) == int(moment.timestamp())
