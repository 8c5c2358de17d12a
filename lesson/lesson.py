#!/usr/bin/env python3
"""Runs the lesson's programs on every instruction set of this CPU, compares what they print with lesson/expected,
and writes lesson/README.md and its figures: the text of lesson/text with the programs' numbers filled in.

usage: lesson.py [--check | --renew] FOLDER CHAPTER ...
  FOLDER    where the programs are
  --check   write nothing; say what would change
  --renew   write lesson/expected too
"""
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def run(program, isa, figures):
    """Returns what the program prints, and {name: bytes} of its figures."""
    said = subprocess.run([program, "--isa", isa, "--figures", figures], stdout=subprocess.PIPE)
    if said.returncode:
        sys.exit(f"lesson: {os.path.basename(program)} on {isa}: exit status {said.returncode}")
    return said.stdout, {n: read(os.path.join(figures, n)) for n in sorted(os.listdir(figures))}


def on_all(program, isas):
    """What the program gives on the first instruction set, and the names of those that give something else."""
    first, others = None, []
    for isa in isas:
        with tempfile.TemporaryDirectory() as figures:
            given = run(program, isa, figures)
        first = first or given
        if given != first:
            others.append(isa)
    return first, others


def shown(number):
    """As it stands in a text: 60000 as 60 000, with a sign that is no hyphen."""
    if re.fullmatch(r"-?\d{5,}", number):
        number = re.sub(r"(?<=\d)(?=(\d{3})+$)", "\u202f", number)
    return number.replace("-", "−")


def fill(chapter, text, output):
    numbers = dict(line.split(" ") for line in output.decode().splitlines())
    used = set(re.findall(r"\{\{(\w+)\}\}", text))
    for what, names in (("does not print", used - set(numbers)), ("prints, but the text never shows,", set(numbers) - used)):
        if names:
            sys.exit(f"lesson: {chapter}.c {what} {', '.join(sorted(names))}; see lesson/text/{chapter}.md")
    return re.sub(r"\{\{(\w+)\}\}", lambda m: shown(numbers[m.group(1)]), text)


def page(outputs):
    parts = [read(os.path.join(HERE, "text", "opening.md")).decode()]
    for chapter, output in outputs.items():
        parts.append(fill(chapter, read(os.path.join(HERE, "text", chapter + ".md")).decode(), output))
    return "\n".join(parts).encode()


def main():
    arguments = sys.argv[1:]
    mode = arguments.pop(0) if arguments[:1] in (["--check"], ["--renew"]) else None
    if len(arguments) < 2:
        sys.exit(__doc__)
    folder, chapters = arguments[0], arguments[1:]
    isas = subprocess.run([os.path.join(folder, chapters[0]), "--isas"], stdout=subprocess.PIPE,
                          check=True).stdout.decode().split()
    begin, wrong, outputs, files = time.time(), [], {}, {}
    for i, chapter in enumerate(chapters):
        print(f"lesson {i + 1}/{len(chapters)}: {chapter} on {', '.join(isas)}", flush=True)
        (outputs[chapter], figures), others = on_all(os.path.join(folder, chapter), isas)
        wrong += [f"{chapter} on {isa}: other bytes than on {isas[0]}" for isa in others]
        for name, svg in figures.items():
            files[os.path.join("figures", name)] = svg
        expected = os.path.join("expected", chapter + ".txt")
        if mode == "--renew":
            files[expected] = outputs[chapter]
        elif read(os.path.join(HERE, expected)) != outputs[chapter]:
            wrong.append(f"{chapter}: prints something else than lesson/{expected} (meant so: make lesson RENEW=1)")
    files["README.md"] = page(outputs)
    wrong += [f"lesson/figures/{name}: no program draws it" for name in sorted(os.listdir(os.path.join(HERE, "figures")))
              if os.path.join("figures", name) not in files]
    for name, content in files.items():
        if mode == "--check" and read(os.path.join(HERE, name)) != content:
            wrong.append(f"lesson/{name} is not what the programs give: make lesson")
        elif mode != "--check" and not wrong:
            with open(os.path.join(HERE, name), "wb") as f:
                f.write(content)
    if wrong:
        sys.exit("\n".join("lesson: " + w for w in wrong))
    print(f"lesson: {len(chapters)} chapters, the same bytes on {len(isas)} instruction sets, {time.time() - begin:.0f} s")


main()
