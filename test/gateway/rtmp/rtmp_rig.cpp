// SPDX-License-Identifier: Apache-2.0
#include "rtmp_rig.hpp"

#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <utility>

namespace rtmpt_proxy::test {

std::string varied_text(std::size_t bytes) {
  std::string text(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i)
    text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}

std::string picture_of(std::size_t bytes) {
  return chunks({6, 9, varied_text(bytes)});
}

CarriedStream RtmpRig::carry() {
  RtmpPeer viewer = rtmp_client(client);
  viewer.greet("live");
  admit_next();
  RtmpPeer server = backend.accept();
  server.answer_greeting();
  const std::string connect = connect_chunks("live");
  REQUIRE(server.receive(connect.size()) == connect);
  return {std::move(viewer), std::move(server)};
}

} // namespace rtmpt_proxy::test
