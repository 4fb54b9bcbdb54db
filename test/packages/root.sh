# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# A clean Debian in a folder, to install packages in. Sourced by scripts/check-packages after progress.sh.

# why_no_root: prints why no such root can be made here; fails when it can.
why_no_root() {
  if [ "$(id -u)" != 0 ]; then
    echo "only root can make a root file system"
  elif ! command -v debootstrap >/dev/null; then
    echo "debootstrap is missing"
  elif ! unshare --net --mount --pid --fork true 2>/dev/null; then
    echo "this system gives no name spaces of its own (unshare)"
  else
    return 1
  fi
}

# debian_sources: the lines of sources.list for Debian's own packages, as this machine's apt has them.
debian_sources() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Origin: Debian' |
    sort -u | sed 's/^/deb /'
}

in_root() {
  local root=$1
  shift
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
}

# apt_in_root ROOT ARGUMENT...
apt_in_root() {
  local root=$1
  shift
  in_root "$root" apt-get -y -qq --no-install-recommends "$@"
}

# bare_root ROOT: what debootstrap makes, with the sources of this machine's apt.
bare_root() {
  local root=$1 codename mirror
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(debian_sources | sed -n "s,^deb \([^ ]*\) $codename main\$,\1,p" | head -n 1)
  [ -n "$mirror" ] || { echo "apt on this machine names no mirror for '$codename main'"; return 1; }
  debootstrap --variant=minbase "$codename" "$root" "$mirror" || return 1
  debian_sources >"$root/etc/apt/sources.list"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
}

# make_root ROOT PACKAGE-FILE: a bare root, and everything that the package needs as files in apt's cache, so that the
# tests need no network.
make_root() {
  local root=$1 package=$2
  bare_root "$root" || return 1
  # Nothing starts by itself there, and nobody needs the root after a power failure.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/fast"
  cp "$package" "$root/package.deb"
  apt_in_root "$root" update && apt_in_root "$root" install --download-only /package.deb || return 1
  rm "$root/package.deb"
}

# unpack_root ROOT PACKAGE-FILE: a root from the cache, or a new one. The cache holds as long as this machine has the same
# libraries, and the package the same dependencies.
unpack_root() {
  local root=$1 package=$2 cache=${RTMPT_ROOT_CACHE:-/var/cache/rtmpt-packages} key
  key=$({ dpkg-query -W libc6 apache2-bin; dpkg-deb -f "$package" Depends; } | sha256sum | cut -c 1-16)
  mkdir -p "$root" "$cache"
  if [ ! -s "$cache/$key.tar" ]; then
    make_root "$root" "$package" || return 1
    rm -f "$cache"/*.tar
    tar -C "$root" --one-file-system -cf "$cache/$key.tar.new" . && mv "$cache/$key.tar.new" "$cache/$key.tar"
    return
  fi
  tar -C "$root" -xf "$cache/$key.tar"
}
