// SPDX-License-Identifier: Apache-2.0
// A player that was there before anything was published, and plays past what is tested: nothing may be missing at it.
#pragma once

#include "support/clients/librtmp_client.hpp"

namespace rtmpt_proxy::test {

// Waits until the witness has every picture that was sent, but for `unposted` at the end, and checks that it has no
// more.
void check_all_came(const LibrtmpPlayer& witness, int pictures, int unposted = 0);

} // namespace rtmpt_proxy::test
