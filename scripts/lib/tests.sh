# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Running tests with ctest, and counting them. Sourced.

# Many tests have deadlines in real time, and a busy machine misses one now and then. So the tests that fail run once more,
# one at a time, and have failed when they fail again. Their names are told in both cases. When more than these fail, or a
# sanitizer has found something, it is no bad luck, and none runs again.
most_tests_again=3
# What runs them; a script may put another program in front.
ctest_program=(ctest)

# test_counts LOG: "passed failed skipped" from the summary at the end of ctest's output, zeros when it has none. ctest
# counts a skipped test as passed in its first line; a test whose program is missing it counts as failed, as it should be.
test_counts() {
  tac "$1" | sed '/^[0-9]*% tests passed, [0-9]* tests\{0,1\} failed out of [0-9]*$/q' | tac | awk '
    NR == 1 && /tests passed/ { failed = $4; total = $NF }
    /^\t.*\(Skipped\)$/ { skipped++ }
    END { print total - failed - skipped, failed + 0, skipped + 0 }'
}

# failed_tests LOG: the names of the tests that have failed in ctest's output, a line each.
failed_tests() {
  awk '/^The following tests FAILED:/ { listed = 1; next }
       !/^\t/ { listed = 0 }
       listed { sub(/^\t *[0-9]+ - /, ""); sub(/ \([^()]*\)$/, ""); print }' "$1"
}

# run_ctest LOG CTEST-ARGUMENT...: runs tests, prints what ctest prints, and keeps it in LOG and LOG.again. Sets
# tests_passed, tests_failed and tests_skipped. Succeeds when tests have passed and none has failed.
run_ctest() {
  local log=$1 status=0 again_passed
  shift
  "${ctest_program[@]}" "$@" </dev/null 2>&1 | tee "$log" || status=$?
  read -r tests_passed tests_failed tests_skipped < <(test_counts "$log")
  if [ "$tests_failed" -gt 0 ] && [ "$tests_failed" -le "$most_tests_again" ] &&
    ! grep -qE 'Sanitizer|runtime error:' "$log"; then
    printf 'Once more, one at a time: %s\n' "$(failed_tests "$log" | paste -sd ';')"
    status=0
    "${ctest_program[@]}" "$@" --rerun-failed --parallel 1 --output-on-failure </dev/null 2>&1 | tee "$log.again" || status=$?
    read -r again_passed tests_failed _ < <(test_counts "$log.again")
    tests_passed=$((tests_passed + again_passed))
  fi
  [ "$status" = 0 ] && [ "$tests_failed" = 0 ] && [ "$tests_passed" -gt 0 ]
}
