// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/seclusion.hpp"

#include <csignal>

#include <sys/prctl.h>

namespace rtmpt_proxy::gateway {

void seclude_process() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Set here and not before exec. With it set, the kernel would replace the effective group by the real group at exec,
  // and the real group is a different one on purpose. See module/keeper/gateway_rights.hpp.
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  // The starter has set this already, but an exec with a different real group resets it. If the parent has ended
  // meanwhile, the lifeline ends the gateway.
  ::prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
}

bool is_secluded() {
  return ::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 1;
}

void allow_core_dumps() {
  ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

} // namespace rtmpt_proxy::gateway
