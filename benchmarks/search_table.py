"""What was measured of search, as the Markdown of SEARCH.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

INTRODUCTION = """\
# Search, measured

`make bench-search` fills both engines with made listings (words, employers and cities after Zipf,
the real taxonomy, real places), puts the same questions to each of them straight and through our
`search` library, and takes the page's whole service (`find_jobs`) over a database as well. Straight
means Meilisearch's HTTP API with a raw body over a connection that is kept open, and tantivy's own
search and aggregation without reading a document. "Ours adds" is the difference, question by
question; the aim is less than 10 ms. Both ways ask the same counts. Of the embedded engine it holds
what Meilisearch does by itself: ranking by typos, fields and whole words, and putting in order the
listings that share a rank, which grows with how many match. Engines and kinds take turns within a
round; a round in which other programs used more than a fifth of a core is measured again, and
counted as noisy when it stays so. `MEILI_URL` and `MEILI_KEY` name the Meilisearch; without them it
is left out. `--sizes 10000,100000`, `--engines embedded` and `--rounds 3` make it shorter.
"""


def write_table(result: dict[str, Any], path: Path, command: str) -> str:
    lines = [
        INTRODUCTION,
        f"{result['date']}, {result['machine']}; `{command}`: {result['rounds']} rounds of "
        f"{result['questions']} questions of each kind. Times in milliseconds.",
    ]
    for each in result["sizes"]:
        lines += _size(each)
    if result["pages"]:
        lines += _pages(result["pages"])
    if result["alerts"]:
        lines += ["", "## New listings against saved searches", "", result["alerts"].strip()]
    text = "\n".join(lines) + "\n"
    path.write_text(text)
    return text


def _size(result: dict[str, Any]) -> list[str]:
    lines = [
        "",
        f"## {result['size']:,} listings",
        "",
        "| engine | indexed a second | size on disk, MB | memory, MB | of which files |",
        "| --- | --: | --: | --: | --: |",
    ]
    for name, found in result["engines"].items():
        build, memory = found["build"], found["memory"]
        total = f"{memory['own'] + memory['files']:,.0f}" if memory else "not seen"
        cells = [
            name,
            f"{build['a_second']:,.0f}" if build else "",
            f"{build['disk_mb']:,.0f}" if build else "",
            total,
            f"{memory['files']:,.0f}" if memory else "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "| question | engine | ours p50 | p95 | straight p50 | p95 | ratio of p50 "
        "| ours adds p50 | p95 | noisy rounds |",
        "| --- | --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    kinds = next(iter(result["engines"].values()))["kinds"]
    for kind in kinds:
        for name, found in result["engines"].items():
            f = found["kinds"][kind]
            cells = [
                kind,
                name,
                *(f"{f[key]:.2f}" for key in ("ours_p50", "ours_p95")),
                *(f"{f[key]:.2f}" for key in ("straight_p50", "straight_p95")),
                f"{f['ratio']:.2f}",
                *(f"{f[key]:.2f}" for key in ("added_p50", "added_p95")),
                f"{f['noisy']} of {f['rounds']}",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def _pages(pages: dict[str, Any]) -> list[str]:
    lines = [
        "",
        f"## The whole page over {pages['size']:,} listings in a database",
        "",
        "| search | engine | p50 | p95 |",
        "| --- | --- | --: | --: |",
    ]
    for kind in next(iter(pages["engines"].values())):
        for name, kinds in pages["engines"].items():
            found = kinds[kind]
            lines.append(f"| {kind} | {name} | {found['p50']:.1f} | {found['p95']:.1f} |")
    return lines
