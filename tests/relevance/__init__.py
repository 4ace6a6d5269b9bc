"""How well search answers: 150 queries people type, judged by hand over 500 fixed listings.

`make relevance` measures both engines; test_kept.py keeps the figures from falling.
"""
