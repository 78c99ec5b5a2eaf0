#!/usr/bin/env bash
# The gate beside a plain nginx and Verdaccio on one body, on loopback, in one run: warm documents and warm
# tarballs a second, with the 99th percentile, and the gate's memory.
#   bench/gate.sh [BINARY]
# Wants nginx, wrk, node and npm; Verdaccio is fetched by npm, and left out where it cannot be had. Each
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
nginx -c "$work/nginx.conf" & pids+=($!)
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
  (exec "$work/verdaccio/node_modules/.bin/verdaccio" --config "$work/verdaccio.yaml" --listen "127.0.0.1:$verdaccio") > /dev/null 2>&1 & pids+=($!)
else
  echo "Verdaccio cannot be had and is left out"; verdaccio=
fi

await() { for _ in $(seq 100); do curl -fsS -o /dev/null "$1" 2> /dev/null && return; sleep 0.2; done; echo "nothing answers at $1" >&2; exit 1; }
measure() { # title, url
  await "$2"
  wrk -t2 -c"$connections" -d"${seconds}s" --latency -H 'Accept: application/json' -H 'Accept-Encoding: gzip' "$2" |
    awk -v title="$1" '/99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = " (" $0 ")" } END { printf "%-24s %10.0f a second, p99 %s%s\n", title, rate, p99, bad }'
}
measure "documents, nginx" "http://127.0.0.1:$origin/left"
measure "documents, cleanbill" "http://127.0.0.1:$gate/left"
[ -z "$verdaccio" ] || measure "documents, Verdaccio" "http://127.0.0.1:$verdaccio/left"
measure "tarballs, nginx" "http://127.0.0.1:$origin/left/-/left-1.0.0.tgz"
measure "tarballs, cleanbill" "http://127.0.0.1:$gate/left/-/left-1.0.0.tgz"
[ -z "$verdaccio" ] || measure "tarballs, Verdaccio" "http://127.0.0.1:$verdaccio/left/-/left-1.0.0.tgz"
awk '/VmRSS/ { printf "the gate holds %.0f MiB\n", $2 / 1024 }' "/proc/$gate_pid/status"
