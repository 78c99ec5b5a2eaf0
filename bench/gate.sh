#!/usr/bin/env bash
# The gate beside a plain nginx and Verdaccio on one body, on loopback, in one run: warm documents and warm
# tarballs a second, with the 99th percentile, what a request costs each server in processor time, the gate's
# memory, and what an npm install from a cold and a warm client cache takes with the gate and without.
#   bench/gate.sh [BINARY]
# FEEDS=FOLDER copies a state folder's feeds, so that memory is that with a whole index. Wants nginx, wrk, node and
# npm; Verdaccio is fetched by npm, and left out where it cannot be had. Each
# measurement takes SECONDS_EACH (5) at CONNECTIONS (64); everything is made in a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=${1:-target/release/cleanbill}
[ -x "$binary" ] || cargo build --release -p cleanbill-cli
binary=$(realpath "$binary")
seconds=${SECONDS_EACH:-5} connections=${CONNECTIONS:-64}
work=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
chmod 755 "$work"

port() { node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
origin=$(port) gate=$(port) verdaccio=$(port)

# One package of 120 versions, near the size of a well-known framework's document, and a tarball of 100 KB.
mkdir -p "$work/www/left/-" "$work/pack" "$work/home" "$work/logs"
head -c 100000 /dev/urandom | base64 > "$work/pack/index.js"
echo '{"name":"left","version":"1.0.0"}' > "$work/pack/package.json"
(cd "$work/pack" && npm pack --silent --pack-destination "$work/www/left/-" > /dev/null)
node - "$work" "$origin" <<'JS'
const fs = require('fs'), crypto = require('crypto');
const [work, port] = process.argv.slice(2);
const bytes = fs.readFileSync(`${work}/www/left/-/left-1.0.0.tgz`);
const integrity = 'sha512-' + crypto.createHash('sha512').update(bytes).digest('base64');
const versions = {}, time = { created: '2019-01-01T00:00:00.000Z', modified: '2020-01-01T00:00:00.000Z' };
const dependencies = Object.fromEntries([...Array(12)].map((_, n) => [`dependency-${n}`, '^1.2.3']));
for (let n = 0; n < 120; n++) {
  const version = `1.0.${n}`;
  time[version] = '2019-06-01T00:00:00.000Z';
  versions[version] = { name: 'left', version, description: 'for measuring', license: 'MIT', dependencies, devDependencies: dependencies,
    scripts: { test: 'node test' }, maintainers: [{ name: 'someone', email: 'someone@acme.example' }],
    dist: { integrity, tarball: `http://127.0.0.1:${port}/left/-/left-${version}.tgz` } };
}
const body = JSON.stringify({ name: 'left', 'dist-tags': { latest: '1.0.119' }, time, versions });
fs.writeFileSync(`${work}/www/left.json`, body);
console.log(`document ${body.length} bytes, tarball ${bytes.length} bytes`);
JS
gzip -1 -k "$work/www/left.json"

cat > "$work/nginx.conf" <<CONF
worker_processes auto; pid $work/nginx.pid; error_log $work/logs/error.log; daemon off;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; keepalive_requests 1000000;
  client_body_temp_path $work/logs; proxy_temp_path $work/logs; fastcgi_temp_path $work/logs; uwsgi_temp_path $work/logs; scgi_temp_path $work/logs;
  server {
    listen 127.0.0.1:$origin; root $work/www;
    location = /left { default_type application/json; gzip_static on; try_files /left.json =404; }
    location /left/-/ { default_type application/octet-stream; }
  }
}
CONF
nginx -c "$work/nginx.conf" & origin_pid=$!
pids+=("$origin_pid")
if [ -n "${FEEDS:-}" ]; then mkdir -p "$work/state" && cp -r "$FEEDS/feeds" "$work/state/feeds"; fi
real_home=$HOME
export CLEANBILL_STATE_DIR=$work/state CLEANBILL_CACHE_DIR=$work/cache HOME=$work/home
(cd "$work/home" && exec "$binary" gate --quiet --registry "http://127.0.0.1:$origin/" --listen "127.0.0.1:$gate") & gate_pid=$!
pids+=("$gate_pid")
if HOME=$real_home npm install --silent --no-audit --no-fund --prefix "$work/verdaccio" verdaccio@6 2> /dev/null; then
  cat > "$work/verdaccio.yaml" <<CONF
storage: $work/storage
uplinks: { origin: { url: "http://127.0.0.1:$origin/", maxage: 60m } }
packages: { '**': { access: \$all, proxy: origin } }
log: { type: stdout, level: error }
CONF
  (exec "$work/verdaccio/node_modules/.bin/verdaccio" --config "$work/verdaccio.yaml" --listen "127.0.0.1:$verdaccio") > /dev/null 2>&1 & verdaccio_pid=$!
  pids+=("$verdaccio_pid")
else
  echo "Verdaccio cannot be had and is left out"; verdaccio=
fi

await() { for _ in $(seq 100); do curl -fsS -o /dev/null "$1" 2> /dev/null && return; sleep 0.2; done; echo "nothing answers at $1" >&2; exit 1; }
# Processor time of a process and its children so far, in hundredths of a second.
spent() { # pid
  local pids="$1 $(cat /proc/"$1"/task/*/children 2> /dev/null)" sum=0 pid
  for pid in $pids; do
    [ -r "/proc/$pid/stat" ] && sum=$((sum + $(awk '{ print $14 + $15 }' "/proc/$pid/stat")))
  done
  echo "$sum"
}
measure() { # title, url, pid
  await "$2"
  local before
  before=$(spent "$3")
  wrk -t2 -c"$connections" -d"${seconds}s" --latency -H 'Accept: application/json' -H 'Accept-Encoding: gzip' "$2" |
    awk -v title="$1" -v before="$before" -v after="$(sleep "$seconds"; sleep 0.6; spent "$3")" '/99%/ { p99 = $2 } / requests in / { count = $1 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = " (" $0 ")" } END { printf "%-24s %10.0f a second, p99 %s, %.0f µs of processor a request%s\n", title, rate, p99, (after - before) * 10000 / count, bad }'
}
measure "documents, nginx" "http://127.0.0.1:$origin/left" "$origin_pid"
measure "documents, cleanbill" "http://127.0.0.1:$gate/left" "$gate_pid"
[ -z "$verdaccio" ] || measure "documents, Verdaccio" "http://127.0.0.1:$verdaccio/left" "$verdaccio_pid"
measure "tarballs, nginx" "http://127.0.0.1:$origin/left/-/left-1.0.0.tgz" "$origin_pid"
measure "tarballs, cleanbill" "http://127.0.0.1:$gate/left/-/left-1.0.0.tgz" "$gate_pid"
[ -z "$verdaccio" ] || measure "tarballs, Verdaccio" "http://127.0.0.1:$verdaccio/left/-/left-1.0.0.tgz" "$verdaccio_pid"
awk '/VmRSS/ { printf "the gate holds %.0f MiB\n", $2 / 1024 }' "/proc/$gate_pid/status"
