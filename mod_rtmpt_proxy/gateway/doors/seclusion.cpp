#include "gateway/doors/seclusion.hpp"

#include <csignal>

#include <sys/prctl.h>

namespace rtmpt_proxy::gateway {

void seclude_process() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Here and not before exec: with it the kernel would take the real group, which is foreign on purpose, for the
  // effective one. See module/gateway_rights.hpp.
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  // An exec with a foreign real group takes back what the starter asked for. When it has ended meanwhile, the lifeline
  // tells.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
}

void allow_core_dumps() {
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

} // namespace rtmpt_proxy::gateway
