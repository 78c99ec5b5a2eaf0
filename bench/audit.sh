#!/usr/bin/env bash
# The whole program beside its peers on one lockfile, in one run: an offline audit against an index of 300,000
# malicious and 10,000 vulnerable records, and what else reads the same file on this machine.
#   bench/audit.sh LOCKFILE
# Wants hyperfine and cargo; node and npx where they are there. Everything is made in a temporary folder.
set -euo pipefail
lockfile=$(realpath "${1:?name a package-lock.json}")
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --release -p cleanbill-cli
cargo build --release -p cleanbill-feeds --example synthetic
binary=$PWD/target/release/cleanbill
mkdir -p "$work/project" "$work/feed" "$work/home/.config/cleanbill"
cp "$lockfile" "$work/project/$(basename "$lockfile")"
target/release/examples/synthetic make "$work/feed"
cat > "$work/home/.config/cleanbill/cleanbill.toml" <<TOML
[[feed]]
name = "osv"
source = "$work/feed/all.zip"
TOML
export HOME=$work/home CLEANBILL_STATE_DIR=$work/state CLEANBILL_CACHE_DIR=$work/cache NO_COLOR=1

echo "== index of 310,000 records"
/usr/bin/time -f '%e s, %M KiB' "$binary" feed sync

echo "== one audit: time and memory"
cd "$work/project"
/usr/bin/time -f '%e s wall, %U s user, %S s system, %M KiB' "$binary" audit --offline -o /dev/null || true

commands=("$binary audit --offline -o /dev/null")
if command -v node > /dev/null; then
  commands+=("node -e 'JSON.parse(require(\"fs\").readFileSync(\"$(basename "$lockfile")\"))'")
fi
if command -v jq > /dev/null; then
  commands+=("jq '.packages|length' $(basename "$lockfile")")
fi
if command -v trivy > /dev/null; then
  commands+=("trivy fs --offline-scan --skip-db-update --include-dev-deps --format cyclonedx --output /dev/null .")
fi
if [ -x "${LOCKFILE_LINT:-}" ]; then
  commands+=("$LOCKFILE_LINT --path $(basename "$lockfile") --validate-https --validate-integrity")
fi
echo "== side by side (load $(cut -d' ' -f1 /proc/loadavg))"
hyperfine --ignore-failure --warmup 3 --runs 20 "${commands[@]}"
