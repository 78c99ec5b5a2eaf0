#!/usr/bin/env python3
"""Other open scanners on the same cases, each at its own threshold: packs every case, asks each tool, counts.

  corpus/peers/run.py WORK [CORPUS...] [--guarddog PATH] [--jobs N]

An attack counts as found when any of its bad releases is flagged, an honest case as a false alarm when its target is.
GuardDog flags at 5.0 of 10, the score from which it says "suspicious"; js-x-ray has no verdict of its own, so it is
counted twice: from severity critical, and from severity warning. Tools go into WORK, with pinned versions;
nothing in a case is run.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The counting is that of the benign run; no compiled copy of it is left in the tree.
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "benign"))
from run import share  # noqa: E402

GUARDDOG = "guarddog==3.2.0"
# From here on GuardDog says "suspicious".
GUARDDOG_THRESHOLD = 5.0
# A scan that takes longer than this counts as not flagged.
SCAN_SECONDS = 240
# The moment npm writes into every entry, so that equal files give equal archives.
ENTRY_MTIME = 499162500


def pack(folder, target):
    """The archive of a release as the registry would hold it."""
    with tarfile.open(target, "w:gz") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = tarfile.TarInfo("package/" + path.relative_to(folder).as_posix())
                data = path.read_bytes()
                entry.size, entry.mtime, entry.mode = len(data), ENTRY_MTIME, 0o644
                archive.addfile(entry, io.BytesIO(data))


def packed(corpora, work):
    """Every case with the archives that decide about it."""
    cases = []
    for corpus in corpora:
        for about in sorted(corpus.rglob("case.json")):
            case = json.loads(about.read_text())
            specs = case["bad"] if case["class"] == "malicious" else [case["target"]]
            archives = []
            for spec in specs:
                name, version = spec.rsplit("@", 1)
                folder = about.parent / "registry" / name.replace("/", "+", 1) / version
                if folder.is_dir():
                    target = work / "packed" / case["id"] / f"{name.replace('/', '+', 1)}-{version}.tgz"
                    target.parent.mkdir(parents=True, exist_ok=True)
                    pack(folder, target)
                    archives.append(target)
            cases.append((case, archives))
    return cases


def guarddog(binary, archives, out):
    """The highest score of a case's archives, and what the scans cost."""
    best, spent = 0.0, 0.0
    for archive in archives:
        started = os.times()
        try:
            done = subprocess.run(
                [binary, "npm", "scan", "--output-format", "json", str(archive)],
                capture_output=True, text=True, timeout=SCAN_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            continue
        ended = os.times()
        spent += ended.children_user + ended.children_system - started.children_user - started.children_system
        try:
            told = json.loads(done.stdout[done.stdout.index("{"):])
        except (ValueError, json.JSONDecodeError):
            continue
        out.append(told)
        best = max(best, score_of(told))
    return best, spent


def score_of(told):
    """The number GuardDog ends with, wherever this version puts it."""
    if isinstance(told, dict):
        for key in ("risk_score", "score"):
            if isinstance(told.get(key), (int, float)):
                return float(told[key])
            if isinstance(told.get(key), dict):
                return score_of(told[key])
        return max((score_of(value) for value in told.values() if isinstance(value, (dict, list))), default=0.0)
    if isinstance(told, list):
        return max((score_of(value) for value in told), default=0.0)
    return 0.0


def js_x_ray(work, cases):
    """Warnings by case, from one process over all files, which is the kindest way to measure it."""
    tools = work / "js-x-ray"
    tools.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "js-x-ray.mjs"):
        (tools / name).write_text((HERE / name).read_text())
    if not (tools / "node_modules").is_dir():
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"], cwd=tools, check=True)
    listing = tools / "cases.json"
    listing.write_text(json.dumps({case["id"]: [str(a) for a in archives] for case, archives in cases}))
    started = os.times()
    done = subprocess.run(["node", "js-x-ray.mjs", str(listing)], cwd=tools, capture_output=True, text=True, check=True)
    ended = os.times()
    told = json.loads(done.stdout)
    return told["cases"], told["version"], ended.children_user + ended.children_system - started.children_user - started.children_system


def table(cases, flagged):
    """Recall by case and by family, false alarms, and names."""
    attacks = [case for case, _ in cases if case["class"] == "malicious"]
    honest = [case for case, _ in cases if case["class"] != "malicious"]
    families = {}
    for case in attacks:
        families.setdefault(case["family"], []).append(flagged(case["id"]))
    return {
        "held": share(sum(flagged(c["id"]) for c in attacks), len(attacks)),
        "macro_held": sum(sum(f) / len(f) for f in families.values()) / max(1, len(families)),
        "families": len(families),
        "false_held": share(sum(flagged(c["id"]) for c in honest), len(honest)),
        "missed": [c["id"] for c in attacks if not flagged(c["id"])],
        "alarms": [c["id"] for c in honest if flagged(c["id"])],
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("work", type=Path)
    arguments.add_argument("corpora", type=Path, nargs="*")
    arguments.add_argument("--guarddog", default="", help="an installed one; without it, it is installed into WORK")
    given = arguments.parse_args()
    work = given.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    corpora = [c.resolve() for c in given.corpora] or [HERE.parent / "replays"]
    binary = given.guarddog
    if not binary:
        binary = str(work / "guarddog" / "bin" / "guarddog")
        if not Path(binary).exists():
            subprocess.run([sys.executable, "-m", "venv", str(work / "guarddog")], check=True)
            subprocess.run([str(work / "guarddog" / "bin" / "pip"), "install", "--quiet", GUARDDOG], check=True)
    cases = packed(corpora, work)
    tools = {}

    warnings, version, seconds = js_x_ray(work, cases)
    for label, wanted in (("critical", {"Critical"}), ("warning or critical", {"Critical", "Warning"})):
        hits = {case for case, found in warnings.items() if any(w["severity"] in wanted for w in found)}
        tools[f"js-x-ray {version}, {label}"] = {**table(cases, hits.__contains__), "cpu_seconds": seconds}

    told = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.strip().splitlines()[-1]
    scores, seconds, answers = {}, 0.0, {}
    for at, (case, archives) in enumerate(cases):
        out = []
        scores[case["id"]], spent = guarddog(binary, archives, out)
        answers[case["id"]] = out
        seconds += spent
        if at % 20 == 0:
            print(f"GuardDog: {at} of {len(cases)}", file=sys.stderr)
        # Kept as it goes, so that a run that is ended early has told something.
        (work / "guarddog.json").write_text(json.dumps(answers))
    for label, least in (("at 5.0", GUARDDOG_THRESHOLD), ("above 0", 0.0000001)):
        hits = {case for case, score in scores.items() if score >= least}
        tools[f"GuardDog {told}, {label}"] = {**table(cases, hits.__contains__), "cpu_seconds": seconds}

    result = {"schema": "cleanbill.peers/v1", "cases": len(cases), "measured": time.strftime("%Y-%m-%d", time.gmtime()), "tools": tools}
    (work / "peers.json").write_text(json.dumps(result, indent=2) + "\n")
    json.dump(result, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
