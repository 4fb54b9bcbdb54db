// SPDX-License-Identifier: Apache-2.0
// SIGTERM in a child that has retired.
//
// httpd's parent ends all children with SIGTERM at restart and stop. A child that retired earlier ignores it: it waits
// for its last connection, and is killed after nine seconds in which nobody serves. Streams can last for hours, so the
// pump must hear of the signal.
#pragma once

namespace rtmpt_proxy::apache {

// Called in a child that begins to retire. From now on a SIGTERM from another process (httpd's parent) is remembered,
// and kEndAtOnce is written to the eventfd `descriptor` unless that is -1. A child also sends SIGTERM to itself; that
// one still only ends a system call.
void report_termination(int descriptor);

// Whether the signal has come.
bool termination_came();

// From now on the signal writes nothing.
void forget_termination();

} // namespace rtmpt_proxy::apache
