#!/usr/bin/env bash
# The regression gate: every replay, and a fixed small sample of transforms, judged by reading. Fails when recall drops
# or an honest case is held. Minutes in a build for testing; needs cargo and python3, and no network.
#   corpus/gate.sh [MUTANTS]
set -euo pipefail
cd "$(dirname "$0")/.."
mutants=${1:-$(mktemp -d)}
cargo build --quiet --locked -p cleanbill-cli
cargo build --quiet --locked -p cleanbill-replay --example transform
built=${CARGO_TARGET_DIR:-target}/debug
"$built/examples/transform" corpus/replays "$mutants" --sample 5 | tail -n 1
python3 corpus/check.py
python3 corpus/check.py --mutants "$mutants"
python3 corpus/detection.py --check
"$built/cleanbill" eval corpus/replays "$mutants" --voices reading --min-held 95 --min-transformed 88 --max-alarms 0
