"""The stylesheet keeps its promises: contrast in both schemes, weight, no foreign address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[3] / "app" / "static" / "css" / "site.css"

TEXT = 4.5  # WCAG 1.4.3, text of any size
PART = 3.0  # WCAG 1.4.11, borders of controls and focus rings

PAIRS = [
    *[("ink", ground, TEXT) for ground in ("ground", "surface", "sunken", "wash")],
    *[("ink", wash, TEXT) for wash in ("good-wash", "warn-wash", "bad-wash")],
    *[("muted", ground, TEXT) for ground in ("ground", "surface", "sunken", "wash")],
    *[("accent", ground, TEXT) for ground in ("ground", "surface", "sunken", "wash")],
    *[("accent-strong", ground, TEXT) for ground in ("ground", "surface", "wash")],
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    *[(tone, f"{tone}-wash", TEXT) for tone in ("good", "warn", "bad")],
    *[(tone, ground, TEXT) for tone in ("good", "warn", "bad") for ground in ("ground", "surface")],
    ("surface", "bad", TEXT),
    ("on-band", "band", TEXT),
    ("band-muted", "band", TEXT),
    ("mint", "band", TEXT),
    ("on-mint", "mint", TEXT),
    ("on-mint", "mint-strong", TEXT),
    *[("edge", ground, PART) for ground in ("ground", "surface", "sunken")],
]


def tokens(scheme: str) -> dict[str, str]:
    """The colors of a scheme: the dark one overrides what it names."""
    css = CSS.read_text()
    light, _, rest = css[css.index("@layer tokens") :].partition("@media (prefers-color-scheme")
    dark = rest[: rest.index("@layer base")]
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", dark))
    return found


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_agrees_with_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colors_used_together_can_be_told_apart(
    scheme: str, front: str, back: str, least: float
) -> None:
    colors = tokens(scheme)
    assert contrast(colors[front], colors[back]) >= least


def test_every_color_is_a_token() -> None:
    css = CSS.read_text()
    tokens_end = css.index("@layer base {")
    print_start = css.index("@layer print {")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", css[tokens_end:print_start]) == []


def test_the_stylesheet_is_light_and_loads_nothing() -> None:
    css = CSS.read_text()
    assert len(css.encode()) < 52_000
    assert "url(" not in css
    assert "@import" not in css


def test_those_who_asked_for_less_motion_get_none() -> None:
    assert "@media (prefers-reduced-motion: reduce)" in CSS.read_text()


def test_every_token_used_is_defined() -> None:
    css = CSS.read_text()
    defined = set(re.findall(r"(--[a-z0-9-]+):", css))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", css)) <= defined
