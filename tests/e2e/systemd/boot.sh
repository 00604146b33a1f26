#!/bin/sh
# Runs systemd as process 1 of namespaces of its own until it is killed. It has the files of the machine, but units,
# /run, /etc/systemd and control groups of its own. Arguments: a new folder, and a name for the control group.
set -eu
export folder="$1" group="$1/groups/$2" units=/usr/lib/systemd/system

mkdir "$folder/groups" "$folder/units" "$folder/units/sockets.target.wants"
printf '00000000000000000000000000000001\n' > "$folder/machine-id"
for each in sysinit basic multi-user timers sockets paths slices shutdown umount final exit network network-online \
  local-fs local-fs-pre time-set time-sync; do
  cp "$units/$each.target" "$folder/units/"
done
cp "$units/systemd-journald.service" "$units/systemd-journald.socket" "$units/systemd-exit.service" "$folder/units/"
ln -s ../systemd-journald.socket "$folder/units/sockets.target.wants/"

# version 2, whatever the machine has: where it has version 1, these groups are without controllers
mount -t cgroup2 none "$folder/groups"
mkdir "$group"
code=0
sh -euc '
  echo $$ > "$group/cgroup.procs"
  exec unshare --pid --fork --kill-child --cgroup --uts --ipc --mount --mount-proc -- sh -euc "$1"
' sh '
  mount -t tmpfs -o mode=755 none /run
  umount "$folder/groups"
  umount --recursive --lazy /sys/fs/cgroup
  mount -t cgroup2 none /sys/fs/cgroup
  mount --bind "$folder/units" "$units"
  mount --bind "$folder/machine-id" /etc/machine-id
  for each in /usr/lib/systemd/system-generators /etc/systemd; do mount -t tmpfs -o mode=755 none "$each"; done
  mkdir /etc/systemd/system
  printf "[Journal]\nReadKMsg=no\nRateLimitIntervalSec=0\n" > /etc/systemd/journald.conf
  # limits of the kernel that systemd would raise; sandboxes need one /proc without anything over it
  mkdir /run/proc
  mount -t proc none /run/proc
  mount --bind /proc/sys/fs /proc/sys/fs
  mount -o remount,ro,bind /proc/sys/fs
  exec env -i PATH="$PATH" container=test /usr/lib/systemd/systemd --unit=multi-user.target --log-target=console \
    --show-status=no
' || code=$?
find "$group" -depth -type d -exec rmdir {} +
exit "$code"
