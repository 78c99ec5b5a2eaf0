#!/usr/bin/env bash
# Hunts beside what public scripts do, in one run: a history of 3,000 lockfile versions of 1 MB, and a tree of
# 500,000 files of node_modules; then linking, of 2,500 releases and up.
#   bench/hunt.sh [VERSIONS] [FILES]
# Wants git and cargo. Everything is made in a temporary folder, which needs some 3 GB.
set -euo pipefail
versions=${1:-3000}
files=${2:-500000}
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --release -p cleanbill-hunt -p cleanbill-intel --examples
examples=${CARGO_TARGET_DIR:-$PWD/target}/release/examples
export GIT_CONFIG_NOSYSTEM=1 HOME=$work
timed() { /usr/bin/time -f '%e s wall, %U s user, %S s system, %M KiB' "$@"; }

echo "== making a history of $versions versions and a tree of $files files"
git init -q --bare "$work/history.git"
"$examples/make_bench" history "$versions" 1000000 | git -C "$work/history.git" fast-import --quiet
git -C "$work/history.git" repack -a -d -f -q --window=3 --depth=50
"$examples/make_bench" tree "$work/tree" "$files"

echo "== history (load $(cut -d' ' -f1 /proc/loadavg))"
echo "-- cleanbill: every campaign, with windows"
timed "$examples/measure" "$work/history.git"
echo "-- git log -S, as scripts do it: one release, no versions of it"
timed git -C "$work/history.git" log --all --oneline -S'"version": "1.14.1"' -- '*package-lock.json' | tail -n 2
echo "-- git grep over every commit, the other way: the first hundred commits alone"
mapfile -t commits < <(git -C "$work/history.git" rev-list --all --max-count=100)
timed git -C "$work/history.git" grep -lF -e '"version": "1.14.1"' "${commits[@]}" -- '*package-lock.json' | wc -l || true

echo "== tree, twice: the second is warm"
for _ in cold warm; do timed "$examples/measure" "$work/tree"; done
echo "-- grep over every manifest, for two names"
timed grep -rlE '"name": "(axios|easy-day-js)"' --include=package.json "$work/tree" | wc -l || true

echo "== linking"
timed "$examples/linking" 2500 5000 10000 20000
