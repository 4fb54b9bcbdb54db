# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# What the scripts say while they work, and waiting with a deadline. Sourced, not run.
# The sourcing script sets `program` (its name for messages) and `steps` (how many steps it has).

readonly poll_seconds=0.1
readonly report_every_seconds=10
step_number=0
logged_group= # process group of the command that run_logged waits for

# step TEXT...: the next numbered step, with the seconds since the script began.
step() {
  step_number=$((step_number + 1))
  printf '[%d/%d %4ds] %s\n' "$step_number" "${steps:?}" "$SECONDS" "$*"
}

# note TEXT...: a line that belongs to the current step.
note() { printf '            %s\n' "$*"; }

# fail TEXT...: says what is wrong on stderr and ends the script.
fail() {
  printf '%s: %s\n' "${program:?}" "$*" >&2
  exit 1
}

# show_tail FILE...: the last lines of those logs that have any, on stderr.
show_tail() {
  local file
  for file in "$@"; do
    [ -s "$file" ] || continue
    printf -- '--- the last lines of %s:\n' "$file" >&2
    tail -n 20 "$file" >&2
  done
}

# wait_until SECONDS COMMAND...: repeats the command until it succeeds; false when the time is up first.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep "$poll_seconds"
  done
}

# run_logged LOG COMMAND...: runs the command with its output in LOG, reports the last line now and then, and fails with
# the end of LOG when the command does. The command is a process group of its own, so that end_logged can end all of it.
run_logged() {
  local log=$1 next_report=$((SECONDS + report_every_seconds)) status=0
  shift
  set -m # a process group of its own for the command
  "$@" >"$log" 2>&1 </dev/null &
  logged_group=$!
  set +m
  while kill -0 "$logged_group" 2>/dev/null; do
    if [ "$SECONDS" -ge "$next_report" ]; then
      note "${SECONDS}s: $(tail -n 1 "$log" | cut -c 1-90)"
      next_report=$((SECONDS + report_every_seconds))
    fi
    sleep "$poll_seconds"
  done
  wait "$logged_group" || status=$?
  logged_group=
  [ "$status" = 0 ] && return 0
  show_tail "$log"
  fail "'$*' failed with status $status; its whole output is in $log"
}

# For the script's exit trap: ends a command that run_logged was waiting for when the script was interrupted.
end_logged() {
  [ -z "$logged_group" ] || kill -TERM -- "-$logged_group" 2>/dev/null || true
}
