# Begins a script with `docker`, which is Podman with a store of its own under $CACHE, kept between runs. In namespaces of
# processes and mounts, so that nothing stays running or mounted. For root.
export CACHE DOCKER_HOST=unix:///run/podman.sock CONTAINERS_CONF_OVERRIDE=/run/containers.conf
mount -t tmpfs none /run
# crun refuses a machine with both versions of cgroups
umount /sys/fs/cgroup/unified 2>/dev/null || true
# Podman wants more of these than a machine may allow
printf '[containers]\ndefault_ulimits = ["nofile=%s", "nproc=%s"]\n' "$(ulimit -Hn)" "$(ulimit -Hu)" > /run/containers.conf
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
had_table=$(nft list table inet netavark 2>/dev/null | head -1)
# a run that was killed is like a machine that went off
rm -rf "$CACHE/run" "$CACHE/networks"
engine=(podman --cgroup-manager cgroupfs --root "$CACHE/images" --runroot "$CACHE/run" --tmpdir "$CACHE/run/tmp"
  --network-config-dir "$CACHE/networks")
docker() { "${engine[@]}" "$@"; }
clean() {
  docker rm --all --force --time 5 > /dev/null
  docker volume rm --all --force > /dev/null
  docker network prune --force > /dev/null
  [ "$had_table" ] || nft delete table inet netavark 2>/dev/null || true
  rmdir /sys/fs/cgroup/*/libpod_parent 2>/dev/null || true
}
clean
trap clean EXIT
bridges() { ip -brief link show type bridge | grep -o "^podman[0-9]*" | sort || true; }
had_bridges=$(bridges)
# what runs before this one have built
docker image prune --force > /dev/null

# The images that deploy/ names cannot be fetched from everywhere: packages of Debian can, as the machine fetches them.
base() {
  local folder hooks=()
  folder=$(mktemp -d "$CACHE/base-XXXXXX")
  printf 'registry=%s\n' "$(npm config get registry)" > "$folder/npmrc"
  hooks+=("--customize-hook=upload $folder/npmrc /root/.npmrc")
  if [ -d /usr/local/share/ca-certificates ]; then
    hooks+=('--customize-hook=mkdir -p "$1/usr/local/share/ca-certificates"'
      "--customize-hook=sync-in /usr/local/share/ca-certificates /usr/local/share/ca-certificates")
  fi
  local sources
  mapfile -t sources < <(apt-get indextargets --format 'deb $(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' \
    | grep '^deb http.* trixie' | sort -u)
  # like the image of that name: without documentation, and without waiting for the disk
  mmdebstrap --quiet --mode=root --variant=minbase --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' "${hooks[@]}" \
    trixie "$folder/base.tar" "${sources[@]}"
  docker import "$folder/base.tar" docker.io/library/debian:trixie-slim
  rm -r "$folder"
}

# Everything that does not depend on the archive of the project: later builds find these layers. Compose builds in this format
images() {
  local deploy=$1 postgres=$2 part
  docker image exists debian:trixie-slim || base
  docker image exists postgres:17 || docker build --format docker --tag docker.io/library/postgres:17 "$postgres"
  part=$(mktemp "$CACHE/part-XXXXXX")
  sed '/^COPY funcgraph-/,$d' "$deploy/Containerfile" > "$part"
  docker build --format docker --file "$part" --tag kept-build "$deploy"
  sed -n '/^FROM debian:trixie-slim$/,/^COPY/{/^COPY/!p}' "$deploy/Containerfile" > "$part"
  docker build --format docker --file "$part" --tag kept-rest "$deploy"
  rm "$part"
}

# What docker compose speaks to. Podman leaves checks of health to systemd, which need not run here.
serve() {
  "${engine[@]}" system service --time 0 "$DOCKER_HOST" & service=$!
  until [ -S /run/podman.sock ]; do kill -0 "$service"; sleep 0.1; done
  while sleep 0.5; do
    docker ps --filter health=starting --format '{{.ID}}' | while read -r id; do docker healthcheck run "$id" || true; done
  done > /dev/null 2>&1 & checks=$!
}

# Fails when something of the containers is left
nothing_left() {
  kill "$service" "$checks"
  wait "$service" "$checks" || true
  local left
  left=$(docker ps --all --quiet; docker volume ls --quiet; docker network ls --quiet --filter name=funcgraph
    # conmon stays for some minutes after an exec, whatever its container does
    pgrep --list-full 'catatonit|aardvark|netavark|postgres|node' || true
    comm -13 <(echo "$had_bridges") <(bridges))
  [ -z "$left" ] || { echo "left: $left"; return 1; }
  echo 'nothing is left'
}
