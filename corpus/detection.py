#!/usr/bin/env python3
"""Writes docs/detection.md from the results of runs, which lie beside it in `results`.

  corpus/detection.py                          the page from what is there
  corpus/detection.py --take NAME=FILE ...     takes a new result first: replays, mutants, benign, peers
  corpus/detection.py --check                  writes nothing; fails when the page is not what the results say

No number is printed without what it is of, and no share without its 95 % interval (Wilson). What a result does not
hold is left out or called not measured, never guessed.
"""

import argparse
import json
import math
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
PAGE = HERE.parent / "docs" / "detection.md"
NAMES = ("replays", "mutants", "benign", "peers")

# What each transform does, for the table; the identifiers are those of the tools that make them.
TRANSFORMS = {
    "rename": "every binding under another name",
    "padding": "dead code and comments in front",
    "split-strings": "strings put together from parts",
    "char-codes": "strings as arrays of character codes",
    "escapes": "hexadecimal and Unicode escapes",
    "computed-members": "members by computed names, other names for `require` and `process`",
    "base64-eval": "base64, evaluated",
    "gzip-function": "gzip and base64, through `new Function`",
    "aes-compile": "AES with its key in the file, compiled",
    "constructor-of-function": "a string through the constructor of a function",
    "in-json": "payload in a JSON file",
    "in-picture": "payload after the end of a picture",
    "in-font": "payload in a font",
    "in-declarations": "payload in a comment of a `.d.ts`",
    "in-fixture": "payload in test data",
    "in-wasm": "payload in the memory of a WebAssembly module",
    "invisible-unicode": "payload in variation selectors",
    "off-screen": "code 1,200 columns to the right",
    "long-line": "code behind two million letters on one line",
    "split-modules": "strings, loaders and acts in three modules",
    "through-module": "arguments through another module",
    "through-class": "arguments through an instance",
    "through-emitter": "arguments through an emitter",
    "through-callback": "arguments through callbacks",
    "through-getter": "arguments through a getter",
    "through-proxy": "arguments through a proxy",
    "to-install": "import made an install script",
    "to-gyp": "install script made a `binding.gyp` command",
    "to-import": "install script made an import",
    "to-bin": "install script made a command",
    "to-lazy": "install script made a function called later",
    "by-dependency": "payload in a new dependency",
    "by-optional": "payload in a new optional dependency",
    "by-git": "payload in a dependency on a repository",
    "by-address": "payload in a dependency on an address",
    "by-shrinkwrap": "payload behind a published shrinkwrap",
    "gate-environment": "only outside CI, on machines with something to take",
    "gate-delay": "after more than half a minute",
    "gate-host": "only on one machine, by a hash",
    "gate-date": "only after a date",
    "dead-drop": "the address comes from a text that is fetched",
    "other-runtime": "another runtime runs it",
    "reviewer-notes": "comments that give orders to a language model",
    "minify-terser": "terser",
    "bundle-esbuild": "bundled with three libraries, about 400 kB",
    "bundle-minified": "the same, minified",
    "emit-commonjs": "emitted again as CommonJS",
    "emit-es5": "emitted again as ES5",
    "obfuscator-low": "javascript-obfuscator, low",
    "obfuscator-medium": "javascript-obfuscator, medium",
    "obfuscator-high": "javascript-obfuscator, high",
    "flattened-control-flow": "control flow flattened",
    "jsfuck-loader": "the line that loads the payload in six characters",
}


def wilson(count, of):
    """Wilson's 95 % interval."""
    if of == 0:
        return 0.0, 1.0
    z, p = 1.959964, count / of
    centre, spread = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def share(told, digits=1):
    """`57/58 = 98.3 % (90.9–99.7)`; nothing of nothing is a dash."""
    if told is None or told.get("of", 0) == 0:
        return "–"
    low, high = wilson(told["count"], told["of"])
    rate = 100 * told["count"] / told["of"]
    return f"{told['count']}/{told['of']} = {rate:.{digits}f} % ({100 * low:.{digits}f}–{100 * high:.{digits}f})"


def table(head, rows):
    """A table of Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(" --- " for _ in head) + "|"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def fullest(told):
    """The run in which everything is heard, or the last."""
    for run in told["runs"]:
        if run["voices"] == "metadata, reading, rehearsal":
            return run
    return told["runs"][-1]


def slim(name, told):
    """A result as it is kept: without a line for every case."""
    if name in ("replays", "mutants"):
        for run in told["runs"]:
            run.pop("cases", None)
            if name == "mutants":
                # These cases are in the other result, with all voices.
                for key in ("missed", "alarms", "by_kind"):
                    run.pop(key, None)
    return told


def headline(replays, first):
    run = fullest(replays)
    of = run["families"]
    families = run["families_held"], run["families_blocked"]
    rows = [
        ["attacks held or blocked", share(first["held"]), share(run["held"])],
        ["attacks blocked", share(first["blocked"]), share(run["blocked"])],
        [f"families held, mean over {of}", "–", f"{100 * run['macro_held']:.1f} %; whole families {share(families[0])}"],
        [f"families blocked, mean over {of}", "–", f"{100 * run['macro_blocked']:.1f} %; whole families {share(families[1])}"],
        ["honest releases held or blocked", share(first["false_held"]), share(run["false_held"])],
        ["honest releases blocked", "–", share(run["false_blocked"])],
        ["attacks not assessed (counted as missed)", "–", share(run["attacks_unassessed"])],
        ["honest releases not assessed", "–", share(run["honest_unassessed"])],
    ]
    return table(["", "first contact", "now"], rows)


def is_release(told):
    """Whether times and memory of a result are those of the program as it is shipped."""
    return told.get("build") == "release"


def voices(replays):
    rows = []
    for run in replays["runs"]:
        p50, p95, p99, most = run["milliseconds"]
        count = run["held"]["of"] + run["false_held"]["of"]
        times = f"{p50:.1f} / {p95:.1f} / {p99:.1f} / {most:.0f} ({count} cases)"
        rows.append([
            run["voices"], share(run["held"]), share(run["blocked"]), f"{100 * run['macro_held']:.1f} % of {run['families']}",
            share(run["false_held"]), times if is_release(replays) else "not measured",
        ])  # fmt: skip
    return table(["heard", "held", "blocked", "families held, mean", "honest held", "ms a case, p50 / p95 / p99 / most"], rows)


def kinds(run, word):
    rows = [[kind.removeprefix(word + " "), share(told)] for kind, told in run["by_kind"].items() if kind.startswith(word)]
    return table([word, "held"], rows)


def total(by_transform, key):
    """The sum of a share over transforms."""
    return {part: sum(one[key][part] for one in by_transform.values()) for part in ("count", "of")}


def transforms(now, read, first):
    """One line a transform, those that hide most in front; `now` may lack what has only been run once, and `read` is
    the same run without a rehearsal, or nothing where there was none."""
    rows = []
    for name in sorted({*now, *first}):
        told, early = now.get(name), first.get(name)
        alone = [share(read[name]["held"]) if name in read else "not run again"] if read else []
        latest = told or early
        loss = latest["loss_points"]
        rows.append((
            latest["held"]["count"] / max(1, latest["held"]["of"]),
            [
                f"{name}: {TRANSFORMS.get(name, '')}".rstrip(": "),
                share(early["held"]) if early else "–",
                *alone,
                share(told["held"]) if told else "not run again",
                f"{latest['held_before']['count']}/{latest['held_before']['of']}",
                "–" if loss is None else f"{loss:.1f}",
                f"{latest['blocked']['count']}/{latest['blocked']['of']} ({latest['blocked_before']['count']} before)",
                share(latest["false_held"]),
            ],
        ))  # fmt: skip
    rows.sort(key=lambda row: row[0])
    alone = ["held now, read alone"] if read else []
    head = ["transform", "held, first contact", *alone, "held now", "same attacks untransformed", "points lost", "blocked", "honest held"]
    return table(head, [row for _, row in rows])


def lost(by_transform):
    lines = []
    for name, told in sorted(by_transform.items()):
        if told["lost"]:
            ids = ", ".join(f"`{one['id'].rsplit('--', 1)[0]}`" + ("" if one["said"] == "allow" else f" ({one['said']})") for one in told["lost"])
            lines.append(f"- {name}: {ids}")
    return "\n".join(lines) + "\n" if lines else "Nothing.\n"


def benign_table(halves):
    return table(
        ["half", "releases", "held or blocked", "blocked", "not assessed"],
        [
            [half, told["releases"], share(told["held"], 2), share(told["blocked"], 2), share(told["unassessed"], 2)]
            for half, told in halves.items()
        ],
    )


def benign(told):
    text = [benign_table(told["halves"])]
    gone = [name for name, p in told["projects"].items() if not isinstance(p, dict)]
    text.append(
        f"{told['distinct_releases']:,} distinct releases from {len(told['projects']) - len(gone)} of {len(told['projects'])} projects. "
        f"Measured {told['measured']}.\n" + (f"Not resolved here: {', '.join(gone)}.\n" if gone else "")
    )
    waiting = sum(half.get("waiting", 0) for half in told["halves"].values())
    if waiting:
        text.append(f"{waiting} more wait for nothing but the end of their cooldown; they count as neither held nor blocked.\n")
    for name, half in told["halves"].items():
        if half["by_audit"]:
            held = ", ".join(f"`{audit}` {count}" for audit, count in half["by_audit"].items())
            text.append(f"In the {name} half, held by: {held}.\n")
        for purl, (verdict, *by) in half.get("alarms", {}).items():
            text.append(f"- `{purl}`: {verdict} by {', '.join(by)}\n")
    if "pairs" in told:
        text.append("\nReal consecutive releases, each judged on what it changed against the one before:\n\n" + benign_table(told["pairs"]))
        for half in told["pairs"].values():
            for purl, (verdict, *by) in half.get("alarms", {}).items():
                text.append(f"- `{purl}`: {verdict} by {', '.join(by)}\n")
    return "\n".join(text)


def peers(told, replays, first):
    ours = fullest(replays)
    alone = next((run for run in replays["runs"] if run["voices"] == "reading, rehearsal"), None)
    rows = [[f"Cleanbill {replays['version']}: {ours['voices']}", share(ours["held"]), f"{100 * ours['macro_held']:.1f} % of {ours['families']}", share(ours["false_held"]), "see above" if is_release(replays) else "not measured"]]
    if alone:
        rows.append(["Cleanbill, the archive alone", share(alone["held"]), f"{100 * alone['macro_held']:.1f} % of {alone['families']}", share(alone["false_held"]), "see above" if is_release(replays) else "not measured"])
    rows.append(["Cleanbill at first contact", share(first["held"]), "–", share(first["false_held"]), "–"])
    for name, one in told["tools"].items():
        rows.append([name, share(one["held"]), f"{100 * one['macro_held']:.1f} % of {one['families']}", share(one["false_held"]), f"{1000 * one['cpu_seconds'] / told['cases']:.0f}"])
    return table(["tool", "attacks held", "families held, mean", "honest held", "ms of processor time a case"], rows)


def page(results):
    replays, mutants, first = results["replays"], results.get("mutants"), results["first-contact"]
    run = fullest(replays)
    part = ["""# Detection, measured

<!-- Written by `corpus/detection.py` from `corpus/results`; change those, not this. -->

What is caught, what is missed by name, and what it costs. Shares carry their 95 % interval after Wilson in brackets.
An attack that could not be assessed counts as missed; an honest release that could not be assessed stands in a line
of its own, since the default policy holds it. No advisory is heard: every verdict stands on what is seen.

## On the replays

58 inert attacks in 54 families and 45 honest look-alikes (`corpus/replays`). *First contact* is the first run on cases
that no rule had been written against; *now* is after the misses were read, so it says how well known ground is held
and not how the next attack will fare.

"""]  # fmt: skip
    part.append(headline(replays, first))
    if run["missed"]:
        part.append("\nMissed now: " + ", ".join(f"`{one['id']}` ({one['said']})" for one in run["missed"]) + ".\n")
    if run["alarms"]:
        part.append("\nHonest ones held or not assessed now: " + ", ".join(f"`{one['id']}` ({one['said']})" for one in run["alarms"]) + ".\n")
    part.append("\n### By what is heard\n\n" + voices(replays))
    peak = replays["peak_mib"]
    if peak["program"] and is_release(replays):
        worker = f"{peak['worker']:.0f} MiB in the largest worker" if peak["worker"] else "workers not seen"
        part.append(f"\nMost memory at one time: {peak['program']:.0f} MiB in the program, {worker}.\n")
    part.append("\n### By trigger\n\n" + kinds(run, "trigger"))
    part.append("\n### By technique\n\n" + kinds(run, "technique"))
    now = fullest(mutants)["by_transform"] if mutants else {}
    heard = fullest(mutants)["voices"] if mutants else "metadata, reading"
    runs = mutants["runs"] if mutants else []
    read = next((one["by_transform"] for one in runs if one["voices"] == "metadata, reading"), {})
    if heard == "metadata, reading":
        read, said = {}, "heard by metadata and reading alone, without a rehearsal, which can only add to it"
    else:
        said = f"what is heard by default:\n{heard}; the column before it is the same run without a rehearsal"
    latest = {**first["transforms"], **now}
    part.append(f"""
## Under transforms

Each attack is put through each transform that applies to it, with fixed seeds; what it would do stays the same.
Honest cases go through those that honest packages use too. *First contact* is the first run after the transforms were
written, by reading. *Held now* is {said}.

- Attacks held: {share(total(first["transforms"], "held"))} at first contact, {share(total(latest, "held"))} at the latest run.
- Attacks blocked: {share(total(first["transforms"], "blocked"))} at first contact, {share(total(latest, "blocked"))} at the latest run.
- Honest ones held: {share(total(latest, "false_held"))}.

The columns from *same attacks* on are of the latest run.

{transforms(now, read, first["transforms"])}
Lost, by name (held before the transform, not after it):

{lost(latest)}""")
    if "benign" in results:
        part.append(f"""
## On real projects

Manifests of varied projects (`corpus/benign/manifests`), resolved by the ordinary client and audited deeply. Names fall
into two halves by their hash; rules may be written with the open half in view, never the closed one. That these releases
are honest is an assumption.

{benign(results["benign"])}""")
    if "peers" in results:
        part.append(f"""
## Beside other tools

The same cases, packed as a registry holds them, on the same machine, measured {results["peers"]["measured"]}. GuardDog flags
from 5.0 of 10 ("suspicious"); js-x-ray gives warnings and no verdict, so two readings of it are shown. Both see the
archive alone. The cases are ours and our rules have seen them since; only the line of first contact is free of that.

{peers(results["peers"], replays, first)}""")
    part.append("""
## Run it again

```console
$ cargo build --release -p cleanbill-cli
$ target/release/cleanbill eval corpus/replays                        # the replays, every way of hearing
$ corpus/transform/run.sh ../mutants                                  # the transforms; needs npm
$ target/release/cleanbill eval corpus/replays ../mutants/mutants --voices both --format html -o recall.html
$ corpus/benign/run.py ../benign                                      # real projects; needs npm and a registry
$ corpus/peers/run.py ../peers                                        # the other tools; needs npm and pip
$ corpus/detection.py --take replays=replays.json --take mutants=mutants.json   # this page
```

`cleanbill eval FOLDER --counts-only --format json` measures a private corpus of the same format and names no case in it.

## What these figures cannot say

- To claim 95 % of families takes 59 without a miss, to claim 97 % takes 99; there are 54. To claim fewer than one false
  alarm in 1,000 takes 3,000 honest releases without one.
- Replays are written from reports. They have the shape of an incident, not its code.
- A transform changes how a payload is written and not what its author would think of next.
""")
    return "".join(part)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--take", action="append", default=[], metavar="NAME=FILE")
    arguments.add_argument("--check", action="store_true")
    given = arguments.parse_args()
    for pair in given.take:
        name, _, file = pair.partition("=")
        if name not in NAMES:
            sys.exit(f"no result is called `{name}`; there are {', '.join(NAMES)}")
        told = slim(name, json.loads(Path(file).read_text()))
        (RESULTS / f"{name}.json").write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
    results = {path.stem: json.loads(path.read_text()) for path in sorted(RESULTS.glob("*.json"))}
    text = page(results)
    if given.check:
        if PAGE.read_text() != text:
            sys.exit("docs/detection.md is not what the results say: run corpus/detection.py")
        return
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
