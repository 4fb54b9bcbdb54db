# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Remembers processes by name, pid and start time, so that a later run ends exactly those. Sourced after progress.sh.
# The sourcing script sets `state`, a directory that only its user can write to.

# start_time_of PID: the kernel's start time of a live process; fails for one that is gone or only waits to be reaped.
start_time_of() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The program's name stands in parentheses and may hold spaces: count from behind it.
  # shellcheck disable=SC2086 # fields are wanted
  set -- ${stat##*) }
  [ "$1" != Z ] && printf '%s\n' "${20}"
}

# remember NAME PID: from now on NAME is this process.
remember() {
  local start_time
  start_time=$(start_time_of "$2") || return 1
  printf '%s %s\n' "$2" "$start_time" >"${state:?}/$1.process"
}

# pid_of NAME: prints the pid while the remembered process lives; fails when it is gone or its pid belongs to another.
pid_of() {
  local pid start_time
  [ -r "${state:?}/$1.process" ] || return 1
  read -r pid start_time <"$state/$1.process" || return 1
  [ "$(start_time_of "$pid")" = "$start_time" ] && printf '%s\n' "$pid"
}

# remembered: the names of all remembered processes, whether they live or not.
remembered() {
  local file
  for file in "${state:?}"/*.process; do
    [ ! -e "$file" ] || basename "$file" .process
  done
}

is_gone() { ! pid_of "$1" >/dev/null; }

# end_process NAME: ends the remembered process, kindly first. Says what it did; fails if the process would not go.
end_process() {
  local name=$1 pid
  if ! pid=$(pid_of "$name"); then
    rm -f "$state/$name.process"
    return 0
  fi
  kill -TERM "$pid" 2>/dev/null || true
  if ! wait_until 10 is_gone "$name"; then
    note "$name (pid $pid) did not end in 10 s and is killed"
    kill -KILL "$pid" 2>/dev/null || true
    wait_until 5 is_gone "$name" || return 1
  fi
  rm -f "$state/$name.process"
  note "ended $name (pid $pid)"
}
