#!/usr/bin/env python3
"""Peak memory of `xraypack convert` over the size of the input and the number of reports: measures it, and draws it.

  docs/memory.py draw                        memory.csv -> memory.svg
  docs/memory.py measure --scratch DIR       makes the inputs in DIR (about 6 GB), measures, writes memory.csv, draws

Python's standard library only. The inputs come from the project's generator, so that anyone gets the same ones.
"""
import argparse
import csv
import itertools
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent
TABLE, DRAWING = HERE / "memory.csv", HERE / "memory.svg"
MB = 1_000_000

SIZES = {"one report": [10, 30, 100, 300, 1000, 2000], "many reports": [10, 30, 100, 300, 1000],
         "one zip": [10, 30, 100, 300, 1000]}
COUNTS = [1, 10, 100, 1_000, 10_000, 100_000]
NIGHT_MB = 1750  # what 100,000 of the generator's reports come to
PER_FOLDER = 100  # the generator's folders hold so many


# ---- measuring -------------------------------------------------------------------------------------------------------

def say(*words):
    print(*words, file=sys.stderr, flush=True)


def make(wanted, name, megabytes, *how):
    """A folder of generated reports, once; a zip comes to lie beside it, without the .making."""
    folder = wanted.scratch / name
    if not folder.exists():
        say(f"making {name}")
        making = wanted.scratch / f"{name}.making"
        subprocess.run([wanted.generate, "--out", making, "--mb", str(megabytes), "--format", "junit", "--seed", "1",
                        *how], check=True, stdout=subprocess.DEVNULL)
        making.rename(folder)
    return folder


def first(folders, reports=None, size=None):
    """The first reports of the night, so many of them or so many bytes: files or whole folders, reports, bytes."""
    taken, total = [], 0
    if reports and reports < PER_FOLDER:
        taken = sorted(folders[0].iterdir())[:reports]
        return taken, reports, sum(path.stat().st_size for path in taken)
    for folder in folders:
        if len(taken) * PER_FOLDER == reports or (size is not None and total >= size):
            break
        taken.append(folder)
        total += sum(entry.stat().st_size for entry in os.scandir(folder))
    return taken, len(taken) * PER_FOLDER, total


def inputs(wanted):
    """Series, INPUTs, reports, bytes of report."""
    for size in SIZES["one report"]:
        files = sorted(make(wanted, f"single-{size}", size, "--single").rglob("*.xml"))
        yield "one report", files, len(files), files[0].stat().st_size
    for size in SIZES["one zip"]:
        packed = make(wanted, f"zip-{size}", size, "--zip").with_suffix(".zip")
        entries = zipfile.ZipFile(packed).infolist()
        yield "one zip", [packed], len(entries), sum(entry.file_size for entry in entries)
    folders = sorted(make(wanted, "night", NIGHT_MB).iterdir())
    for size in SIZES["many reports"]:
        yield "many reports", *first(folders, size=size * MB)
    for count in COUNTS:
        yield "number", *first(folders, reports=count)


def peak(wanted, places):
    """Peak resident bytes of one conversion, by way of a small process (see benches/peers/measured.py)."""
    out, numbers = wanted.scratch / "out", wanted.scratch / "numbers"
    shutil.rmtree(out, ignore_errors=True)
    done = subprocess.run([sys.executable, "-I", "-S", REPOSITORY / "benches/peers/measured.py", numbers, "900",
                           wanted.xraypack, "convert", *places, "--group-by", "all", "--out", out, "--project", "DEMO"],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wall, _, resident, code = numbers.read_text().split()
    shutil.rmtree(out, ignore_errors=True)
    if code != "0":
        sys.exit(f"failed to convert {places[0].name}: {done.stderr.strip().splitlines()[-1]}")
    return int(resident), float(wall)


def measure(wanted):
    wanted.scratch.mkdir(parents=True, exist_ok=True)
    points = list(inputs(wanted))
    peaks = {index: [] for index in range(len(points))}
    for _ in range(wanted.rounds):
        for index, (series, places, count, size) in enumerate(points):
            resident, wall = peak(wanted, places)
            peaks[index].append(resident)
            say(f"{series}: {count:,} reports, {size / MB:,.1f} MB: {resident / MB:.1f} MB, {wall:.1f} s")
    with open(TABLE, "w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["series", "reports", "input_bytes", "peak_bytes_median", "peak_bytes_least", "peak_bytes_most",
                       "runs"])
        for index, (series, _, count, size) in enumerate(points):
            found = peaks[index]
            rows.writerow([series, count, size, int(statistics.median(found)), min(found), max(found), len(found)])


# ---- drawing ---------------------------------------------------------------------------------------------------------

WIDTH, HEIGHT = 960, 420
TOP, BOTTOM = 76, 352
PEAK = (5, 3000)  # MB, both panels

STYLE = """
    svg { background: transparent }
    text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #57606a }
    .title { font-size: 15px; font-weight: 600; fill: #24292f }
    .axis { stroke: #8c959f; stroke-width: 1 }
    .grid { stroke: #d0d7de; stroke-width: 1 }
    .whole { stroke: #8c959f; stroke-width: 1.5; stroke-dasharray: 5 5; fill: none }
    .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
    .s0 { stroke: #0969da } .f0 { fill: #0969da }
    .s1 { stroke: #bc4c00 } .f1 { fill: #bc4c00 }
    .s2 { stroke: #1a7f37 } .f2 { fill: #1a7f37 }
    .s3 { stroke: #8250df } .f3 { fill: #8250df }
    .name { font-weight: 600 }
    @media (prefers-color-scheme: dark) {
      text { fill: #9da7b1 } .title { fill: #e6edf3 }
      .axis, .whole { stroke: #7d8590 } .grid { stroke: #30363d }
      .s0 { stroke: #58a6ff } .f0 { fill: #58a6ff }
      .s1 { stroke: #f0883e } .f1 { fill: #f0883e }
      .s2 { stroke: #3fb950 } .f2 { fill: #3fb950 }
      .s3 { stroke: #bc8cff } .f3 { fill: #bc8cff }
    }
"""


class Log:
    """A logarithmic scale: values to places."""

    def __init__(self, values, places):
        self.log = math.log10
        self.low, self.high = (self.log(value) for value in values)
        self.places = places

    def __call__(self, value):
        begin, end = self.places
        return begin + (self.log(value) - self.low) / (self.high - self.low) * (end - begin)


def text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{words}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def amount(megabytes):
    return f"{megabytes / 1000:g} GB" if megabytes >= 1000 else f"{megabytes:g} MB"


class Panel:
    def __init__(self, left, right, title, values, ticks, tick_text, below):
        self.left, self.right = left, right
        self.x, self.y = Log(values, (left, right)), Log(PEAK, (BOTTOM, TOP))
        self.title, self.ticks, self.tick_text, self.below = title, ticks, tick_text, below

    def frame(self):
        yield text(self.left, TOP - 18, self.title, "title")
        for value in (10, 30, 100, 300, 1000, 3000):
            y = self.y(value)
            yield line(self.left, y, self.right, y, "grid")
            yield text(self.left - 8, y + 4, amount(value), anchor="end")
        yield line(self.left, BOTTOM, self.right, BOTTOM, "axis")
        for value in self.ticks:
            x = self.x(value)
            yield line(x, BOTTOM, x, BOTTOM + 5, "axis")
            yield text(x, BOTTOM + 20, self.tick_text(value), anchor="middle")
        yield text((self.left + self.right) / 2, BOTTOM + 42, self.below, anchor="middle")

    def series(self, points, colour):
        """A line with a dot for each (x, median, least, most), and the spread as a bar where it can be seen."""
        path = " ".join(f"{self.x(x):.1f},{self.y(peak):.1f}" for x, peak, *_ in points)
        yield f'<polyline points="{path}" class="line s{colour}"/>'
        for x, peak, least, most in points:
            if self.y(least) - self.y(most) > 4:
                yield line(self.x(x), self.y(least), self.x(x), self.y(most), f"s{colour}")
            yield f'<circle cx="{self.x(x):.1f}" cy="{self.y(peak):.1f}" r="3.5" class="f{colour}"/>'

    def names(self, ends):
        """Each name beside the end of its line, pushed apart where two ends are close: (value, x, words, colour)."""
        placed = []
        for value, x, words, colour in sorted(ends):
            y = self.y(value) + 4
            if placed and placed[-1] - y < 17:
                y = placed[-1] - 17
            placed.append(y)
            yield text(self.x(x) + 10, y, words, f"name f{colour}")


def read_table():
    with open(TABLE, newline="", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            yield row["series"], int(row["reports"]), int(row["input_bytes"]) / MB, \
                *(int(row[f"peak_bytes_{which}"]) / MB for which in ("median", "least", "most"))


def by_size(rows):
    panel = Panel(70, 430, "Over the size of the input", (8, 2600), (10, 30, 100, 300, 1000, 2000), amount,
                  "size of the reports, unpacked (log)")
    yield from panel.frame()
    # What it would take to hold the input once.
    yield line(panel.x(8), panel.y(8), panel.x(2600), panel.y(2600), "whole")
    yield text(panel.x(290), panel.y(330), "as large as the input", anchor="end")
    ends = []
    for colour, name in enumerate(("one report", "many reports", "one zip")):
        points = [(size, *peaks) for series, _, size, *peaks in rows if series == name]
        yield from panel.series(points, colour)
        ends.append((points[-1][1], points[-1][0], f"{name}, {points[-1][1]:.0f} MB", colour))
    yield from panel.names([(value, 2200, words, colour) for value, _, words, colour in ends])


def by_number(rows):
    panel = Panel(660, 890, "Over the number of reports", (0.8, 130_000), (1, 10, 100, 1000, 10_000, 100_000),
                  lambda value: f"{value // 1000}k" if value >= 1000 else f"{value}", "reports of 17 KB (log)")
    yield from panel.frame()
    points = [(count, *peaks) for series, count, _, *peaks in rows if series == "number"]
    sizes = [(count, size) for series, count, size, *_ in rows if series == "number" and size >= PEAK[0]]
    path = " ".join(f"{panel.x(count):.1f},{panel.y(size):.1f}" for count, size in sizes)
    yield f'<polyline points="{path}" class="whole"/>'
    yield text(panel.x(sizes[-2][0]) - 24, panel.y(sizes[-2][1]) - 6, "as large as the input", anchor="end")
    yield from panel.series(points, 3)
    yield from panel.names([(points[-1][1], points[-1][0], f"{points[-1][1]:.0f} MB", 3)])


def draw():
    rows = list(read_table())
    parts = itertools.chain([text(70, 26, "Peak resident memory of xraypack convert --group-by all", "title")],
                            by_size(rows), by_number(rows))
    body = "\n  ".join(parts)
    DRAWING.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
                       'aria-label="Peak memory of a conversion over the size of the input and over the number of '
                       f'reports">\n  <style>{STYLE}  </style>\n  {body}\n</svg>\n', encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("draw", help="memory.csv to memory.svg")
    measuring = commands.add_parser("measure", help="measure, write memory.csv, and draw")
    measuring.add_argument("--scratch", type=pathlib.Path, required=True, help="where inputs and outputs go")
    measuring.add_argument("--xraypack", type=pathlib.Path, default=REPOSITORY / "target/release/xraypack")
    measuring.add_argument("--generate", type=pathlib.Path, default=REPOSITORY / "target/release/examples/generate")
    measuring.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    if wanted.command == "measure":
        measure(wanted)
    draw()


if __name__ == "__main__":
    main()
