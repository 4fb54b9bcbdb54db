# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Configuring and building, the same way for every script. Sourced.

# build_jobs: one compiler for each processor, but for no more than the memory carries (Boost needs about 1 GB each).
build_jobs() {
  local processors memory_kb
  processors=$(nproc)
  memory_kb=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
  local by_memory=$((${memory_kb:-2000000} / 1000000))
  [ "$by_memory" -ge 1 ] || by_memory=1
  [ "$by_memory" -lt "$processors" ] && processors=$by_memory
  printf '%s\n' "$processors"
}

# use_compiler_cache SOURCE: lets ccache find what another clone of this project has compiled. The path of the clone does
# not count, nor does the time at which a precompiled header was made. Without ccache this has no effect.
use_compiler_cache() {
  export CCACHE_BASEDIR=$1 CCACHE_NOHASHDIR=1
  # What a file includes is taken from the compiler's own list: otherwise a file that is not in the cache is read twice.
  export CCACHE_DEPEND=1
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
}

# configure SOURCE BUILD [OPTION...]: Ninja, unless BUILD was configured with another generator already.
configure() {
  local source=$1 build=$2 generator=(-G Ninja)
  shift 2
  [ ! -e "$build/CMakeCache.txt" ] || generator=()
  use_compiler_cache "$source"
  cmake -S "$source" -B "$build" "${generator[@]}" "$@"
}

# build_targets BUILD TARGET...
build_targets() {
  local build=$1 source
  shift
  source=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
  use_compiler_cache "$source"
  cmake --build "$build" --parallel "$(build_jobs)" --target "$@"
}
