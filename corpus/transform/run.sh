#!/usr/bin/env bash
# Every replay under every transform, into a folder outside the repository.
#   corpus/transform/run.sh OUT [CORPUS]
# First those that the Rust tool makes by itself, then real minifiers, bundlers and obfuscators, whose pinned versions
# npm installs into OUT/.tools. Nothing of a replay is run.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../.." && pwd)
out=$(mkdir -p "${1:?name a folder for the mutants}" && cd "$1" && pwd)
corpus=$(cd "${2:-$repository/corpus/replays}" && pwd)
case "$out/" in "$repository"/*) echo "the mutants stay outside the repository" >&2; exit 2 ;; esac
cd "$repository"
cargo build --quiet -p cleanbill-replay --example transform
tool=${CARGO_TARGET_DIR:-target}/debug/examples/transform
"$tool" "$corpus" "$out/mutants"
"$tool" "$corpus" --carriers > "$out/carriers.json"
mkdir -p "$out/.tools"
cp "$here/package.json" "$here/transform.mjs" "$out/.tools/"
cd "$out/.tools"
[ -d node_modules ] || npm install --no-audit --no-fund --ignore-scripts --silent
node transform.mjs "$out/carriers.json" "$corpus" "$out/mutants"
cd "$repository"
python3 corpus/check.py --mutants "$out/mutants"
