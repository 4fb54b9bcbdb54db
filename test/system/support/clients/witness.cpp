// SPDX-License-Identifier: Apache-2.0
#include "support/clients/witness.hpp"

#include "test/support/deadline.hpp"

#include <catch2/catch.hpp>

namespace rtmpt_proxy::test {

void check_all_came(const LibrtmpPlayer& witness, int pictures, int unposted) {
  CHECK(pictures > unposted);
  CHECK(happens([&] { return witness.progress().pictures >= pictures - unposted; }));
  CHECK(witness.progress().pictures <= pictures);
}

} // namespace rtmpt_proxy::test
