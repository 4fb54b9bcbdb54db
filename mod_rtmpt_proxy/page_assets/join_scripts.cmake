# SPDX-License-Identifier: Apache-2.0
# Joins ES modules into one: a page's address is the administrator's choice, and an import cannot name another file of a
# location that it does not know. Every import is one line, and no two modules have a top-level name in common.
# usage: cmake "-DSCRIPTS=first.js;second.js" -DOUTPUT=page.js -P join_scripts.cmake
set(joined "")
foreach(script IN LISTS SCRIPTS)
  file(READ ${script} text)
  string(REGEX REPLACE "(^|\n)import [^\n]*" "\\1" text "${text}")
  string(REGEX REPLACE "(^|\n)export " "\\1" text "${text}")
  string(APPEND joined "${text}")
endforeach()
file(WRITE ${OUTPUT} "${joined}")
