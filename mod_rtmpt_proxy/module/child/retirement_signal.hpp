// SIGTERM in a child that has retired.
//
// httpd's parent ends all children with SIGTERM at restart and stop. A child that retired earlier ignores it: it waits
// for its last connection, and is killed after nine seconds in which nobody serves. Streams can last for hours, so the
// pump must hear of the signal.
#pragma once

namespace rtmpt_proxy::apache {

// In a child that begins to retire: from now on SIGTERM of another process (httpd's parent) writes kEndAtOnce to the
// eventfd `descriptor`, unless that is -1, and is remembered. A child also sends SIGTERM to itself, which still does no
// more than end a system call.
void report_termination(int descriptor);

// Whether the signal has come.
bool termination_came();

// Nothing is written any more.
void forget_termination();

} // namespace rtmpt_proxy::apache
