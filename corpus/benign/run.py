#!/usr/bin/env python3
"""False alarms on honest releases: resolves the manifests beside it with the ordinary client, audits every release
deeply, and counts by half.

  corpus/benign/run.py WORK [--cleanbill PATH] [--projects a,b] [--pairs N] [--keep] [--open-closed]

Package names fall into two halves by their hash. Rules may be written with the open half in view; of the closed half
only counts are printed, unless `--open-closed` is given, after which it is open for good. Needs `npm` and a registry
that its configuration names. WORK keeps lockfiles, answers and caches between runs; nothing is installed or run.
"""

import argparse
import hashlib
import json
import math
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# A resolution or an audit that takes longer than this is given up and named.
RESOLVE_SECONDS = 600
AUDIT_SECONDS = 3600
# Seconds between two packages asked for, so that a registry sees a person and not a flood.
PAUSE = 0.2


def wilson(count, of):
    """Wilson's 95 % interval."""
    if of == 0:
        return [0.0, 1.0]
    z, p = 1.959964, count / of
    centre, spread = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return [max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)]


def share(count, of):
    return {"count": count, "of": of, "low": wilson(count, of)[0], "high": wilson(count, of)[1]}


def half_of(name):
    """`open` or `closed`: the lowest bit of the hash of the name, so that all versions stay together."""
    return "closed" if hashlib.sha256(name.encode()).digest()[0] & 1 else "open"


def name_of(purl):
    """The package's name in a purl."""
    path = purl.removeprefix("pkg:npm/").rsplit("@", 1)[0]
    return path.replace("%40", "@")


def resolve(project, work):
    """Has npm write the lockfile; `None` where it cannot."""
    folder = work / project
    folder.mkdir(parents=True, exist_ok=True)
    manifest = (HERE / "manifests" / project / "package.json").read_text()
    lock = folder / "package-lock.json"
    if lock.exists() and (folder / "package.json").read_text() == manifest:
        return folder
    (folder / "package.json").write_text(manifest)
    lock.unlink(missing_ok=True)
    command = [
        "npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund", "--legacy-peer-deps",
        "--cache", str(work / ".npm"),
    ]  # fmt: skip
    with open(folder / "npm.log", "w") as log:
        done = subprocess.run(command, cwd=folder, stdout=log, stderr=log, timeout=RESOLVE_SECONDS, check=False)
    return folder if done.returncode == 0 and lock.exists() else None


def environment(work):
    return {**os.environ, "CLEANBILL_STATE_DIR": str(work / ".state"), "CLEANBILL_CACHE_DIR": str(work / ".cache"), "NO_COLOR": "1"}


def audit(folder, work, binary, keep):
    """The answer of a deep audit, with what it cost; with `keep`, that of an earlier run where there is one."""
    answer, cost = folder / "audit.json", folder / "cost.json"
    if keep and answer.exists() and cost.exists() and cost.stat().st_size:
        return json.loads(answer.read_text()), json.loads(cost.read_text())
    # Linux counts kibibytes; the largest child so far, so an upper bound.
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [binary, "audit", ".", "--deep", "--quiet", "--format", "json", "-o", str(answer)]
    subprocess.run(command, cwd=folder, env=environment(work), timeout=AUDIT_SECONDS, check=False, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost.write_text(json.dumps({
        "wall_seconds": time.monotonic() - started,
        "cpu_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "peak_mib": after.ru_maxrss / 1024,
    }))  # fmt: skip
    return json.loads(answer.read_text()), json.loads(cost.read_text())


def holding(release):
    """Which audits hold a release."""
    return sorted({f["audit"] for f in release["findings"] if f["level"] in ("quarantine", "block") and not f.get("waived")})


def waits(found):
    """Held by its age alone: the cooldown does what it is for, and lets the release through in a day or two."""
    return found["verdict"] == "quarantine" and found["by"] == ["release-young"]


def count(releases, reveal):
    """Figures by half. The names of the closed half stay out."""
    halves = {}
    for half in ("open", "closed"):
        mine = {purl: found for purl, found in releases.items() if half_of(name_of(purl)) == half}
        of = len(mine)
        verdicts = [found["verdict"] for found in mine.values() if not waits(found)]
        halves[half] = {
            "releases": of,
            "waiting": sum(waits(found) for found in mine.values()),
            "held": share(sum(v in ("quarantine", "block") for v in verdicts), of),
            "blocked": share(sum(v == "block" for v in verdicts), of),
            "unassessed": share(sum(v == "unassessed" for v in verdicts), of),
        }
        if half == "open" or reveal:
            halves[half]["alarms"] = {
                purl: [found["verdict"], *found["by"]]
                for purl, found in sorted(mine.items()) if found["verdict"] in ("quarantine", "block") and not waits(found)
            }  # fmt: skip
            halves[half]["not_assessed"] = sorted(p for p, found in mine.items() if found["verdict"] == "unassessed")
        by = {}
        for found in (found for found in mine.values() if not waits(found)):
            for one in found["by"]:
                by[one] = by.get(one, 0) + 1
        halves[half]["by_audit"] = dict(sorted(by.items()))
    return halves


def pairs(names, wanted, work, binary):
    """Real consecutive releases: the last three of each of `wanted` packages, each judged on what it changed."""
    found, chosen = {}, sorted(names, key=lambda name: hashlib.sha256(b"pairs:" + name.encode()).digest())[:wanted]
    for name in chosen:
        time.sleep(PAUSE)
        told = subprocess.run(
            # What resolving the projects has fetched is enough; no name is asked for again.
            ["npm", "view", name, "versions", "--json", "--prefer-offline", "--cache", str(work / ".npm")],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        try:
            versions = json.loads(told.stdout)
        except json.JSONDecodeError:
            continue
        versions = [v for v in versions if re.fullmatch(r"\d+\.\d+\.\d+", v)] if isinstance(versions, list) else []
        for version in versions[-3:] if len(versions) > 3 else []:
            done = subprocess.run(
                [binary, "inspect", f"{name}@{version}", "--format", "json", "--quiet"],
                capture_output=True, text=True, env=environment(work), timeout=300, check=False,
            )  # fmt: skip
            try:
                told = json.loads(done.stdout)
            except json.JSONDecodeError:
                continue
            found[told["subject"]["purl"]] = {"verdict": told["verdict"], "by": holding(told)}
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("work", type=Path)
    arguments.add_argument("--cleanbill", default=str(HERE.parent.parent / "target" / "release" / "cleanbill"))
    arguments.add_argument("--projects", default="")
    arguments.add_argument("--pairs", type=int, default=0, help="packages whose last three releases are judged")
    arguments.add_argument("--keep", action="store_true", help="take the answers that are in WORK already")
    arguments.add_argument("--open-closed", action="store_true", help="name what is held in the closed half")
    given = arguments.parse_args()
    work = given.work.resolve()
    projects = [p for p in given.projects.split(",") if p] or sorted(p.name for p in (HERE / "manifests").iterdir())
    releases, told, costs = {}, {}, []
    for project in projects:
        folder = resolve(project, work)
        if folder is None:
            told[project] = "cannot be resolved here"
            print(f"{project}: cannot be resolved; see npm.log", file=sys.stderr)
            continue
        answer, cost = audit(folder, work, given.cleanbill, given.keep)
        for release in answer["packages"]:
            if release["purl"].startswith("pkg:npm/"):
                releases[release["purl"]] = {"verdict": release["verdict"], "by": holding(release)}
        told[project] = {"releases": len(answer["packages"]), **cost}
        costs.append(cost)
        print(f"{project}: {len(answer['packages'])} releases, {cost['wall_seconds']:.0f} s", file=sys.stderr)
    version = subprocess.run([given.cleanbill, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    result = {
        "schema": "cleanbill.benign/v1",
        "program": version,
        "measured": time.strftime("%Y-%m-%d", time.gmtime()),
        "projects": told,
        "distinct_releases": len(releases),
        "halves": count(releases, given.open_closed),
    }
    if given.pairs:
        result["pairs"] = count(pairs({name_of(p) for p in releases}, given.pairs, work, given.cleanbill), given.open_closed)
    (work / "benign.json").write_text(json.dumps(result, indent=2) + "\n")
    json.dump(result, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
