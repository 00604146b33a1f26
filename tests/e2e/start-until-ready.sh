#!/bin/sh
# fgs start with the given flags on free ports, in a data directory of its own unless one is named; ends it when it is ready.
set -eu
log=$(mktemp)
case " $* " in *" --data-dir "*) ;; *) set -- "$@" --data-dir "${OWN_DATA_DIR:-$PWD/started}" ;; esac
fgs start "$@" --port 0 --gateway-port 0 --storage-port 0 >"$log" 2>&1 &
pid=$!
while ! grep -q 'Funcgraph is up' "$log"; do
  kill -0 "$pid" 2>/dev/null || { cat "$log"; exit 1; }
  sleep 0.1
done
kill "$pid"
wait "$pid" || true
