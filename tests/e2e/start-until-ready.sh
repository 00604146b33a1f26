#!/bin/sh
# Runs a command that starts a server, such as `fgs start` or `npm run up`, on free ports, in a data directory of its own
# unless one is named; ends it when it is ready, as by Ctrl-C at a terminal, which reaches each of its programs.
set -eu
log=$(mktemp)
case " $* " in *" --data-dir "*) ;; *) set -- "$@" --data-dir "${OWN_DATA_DIR:-$PWD/started}" ;; esac
# npm passes on what stands after --
case "$*" in "npm run up "*) shift 3; set -- npm run up -- "$@" ;; esac
setsid "$@" --port 0 --gateway-port 0 --storage-port 0 >"$log" 2>&1 &
pid=$!
stop() {
  kill -s INT -- "-$pid" 2>/dev/null || true
  wait "$pid" || true
  cat "$log"
  rm "$log"
}
trap 'stop; exit 1' TERM
# after the call of fgs up
while ! grep -q 'Stop it with Ctrl-C' "$log"; do
  kill -0 "$pid" 2>/dev/null || { stop; exit 1; }
  sleep 0.1
done
stop
