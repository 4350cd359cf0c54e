#!/bin/sh
# What enter.sh runs inside of the namespaces: arranges them, then runs the command without the rights for that.
set -eu
here=$(dirname "$0")
network=$1 mechanism=$2 folder=$3
shift 3

# The files of this machine, with changes that go to memory. FOLDER itself is on the disk.
make_root() {
  layers=$folder/layers
  mkdir -p "$layers"
  mount -n -t tmpfs -o size=4g tmpfs "$layers"
  mkdir "$layers/upper" "$layers/work" "$layers/root"
  root=$layers/root
  mount -n -t overlay -o "lowerdir=/,upperdir=$layers/upper,workdir=$layers/work" overlay "$root"
  for place in /dev /sys "$folder"; do
    mkdir -p "$root$place"
    mount -n --rbind "$place" "$root$place"
  done
  mount -n -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
  repository=$(pwd)
  [ -e "$root$repository/package.json" ] || mount -n --rbind "$repository" "$root$repository"
  mkdir -p "$root/.outside"
  cd "$root"
  pivot_root . .outside
  mount -n -t proc proc /proc
  umount -n --lazy /.outside
  rmdir /.outside
  cd "$repository"
}

# An ordinary user may not lay a layer over everything, and need not: the attacks are no stronger than this user.
make_folders() {
  mount -n -t proc proc /proc
  [ "$mechanism" = util-linux ] || return 0
  mkdir -p "$folder/without/bin"
  mknod "$folder/without/bin/bwrap" c 0 0 # Tells the overlay that there is no such file.
  mount -n -t overlay -o "userxattr,lowerdir=$folder/without:/usr" overlay /usr
}

# Puts a file of this trial in the place of one of the machine.
replace() {
  if [ "$(id -u)" = 0 ]; then cp --remove-destination "$1" "$2"; else mount -n --bind "$1" "$2"; fi
}

# The toolchains of this machine's person become those of the trial's person, at the same places of their home. A Python of
# pyenv works only where it was built, so it stays there.
lend_toolchains() {
  for name in .rustup .nvm; do
    [ -d "$HOME/$name" ] || continue
    mkdir -p "$folder/home/$name"
    mount -n --bind "$HOME/$name" "$folder/home/$name"
  done
  [ "$(id -u)" != 0 ] || chmod o+x "$HOME"
}

# This host has 198.51.100.7 and 169.254.169.254. Behind it is another host, 198.51.100.8, the only one there is.
make_network() {
  ip link set lo up
  ip link add v0 type veth peer name v1
  unshare --net sleep 100000 &
  other=$!
  while [ "$(readlink "/proc/$other/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
  ip link set v1 netns "$other"
  ip addr add 198.51.100.7/24 dev v0
  ip addr add 169.254.169.254/32 dev v0
  ip link set v0 up
  ip route add default via 198.51.100.8
  nsenter --target "$other" --net sh -c 'ip link set lo up; ip addr add 198.51.100.8/24 dev v1; ip link set v1 up'
  echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
  groups="0 2147483647"
  [ "$(id -u)" = 0 ] || groups="$(id -g) $(id -g)"
  echo "$groups" >/proc/sys/net/ipv4/ping_group_range
  replace "$folder/resolv.conf" /etc/resolv.conf
  nsenter --target "$other" --net node "$here/other-host.ts" "$folder/other-host.jsonl" &
}

if [ "$(id -u)" = 0 ]; then make_root; else make_folders; fi
replace "$folder/passwd" /etc/passwd
[ "$(id -u)" != 0 ] || [ "$mechanism" = bubblewrap ] || rm -f /usr/bin/bwrap
lend_toolchains
[ "$network" = host ] || make_network
status=0
setpriv --inh-caps=-all --ambient-caps=-all "$@" || status=$?
exit "$status"
