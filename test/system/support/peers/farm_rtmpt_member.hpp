// SPDX-License-Identifier: Apache-2.0
// A farm's member that speaks RTMPT itself.
#pragma once

#include "support/peers/scripted_rtmpt_server.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <string>

namespace rtmpt_proxy::test {

// Behaves as FarmMember does: greets with the first bytes of a session, and gives back what it is sent.
class FarmRtmptMember {
 public:
  // `name` is one letter. `port`: 0 for any free one.
  explicit FarmRtmptMember(char name, std::uint16_t port = 0);

  std::string url() const { return server_.url(); }
  std::uint16_t port() const { return server_.port(); }

  // Sessions that were opened and not closed with /close.
  std::size_t live() const;

  // From now on an open is answered so.
  void answer_open_with(const RtmptAnswer& answer);

  ScriptedRtmptServer& server() { return server_; }

 private:
  RtmptScript echo() const;

  const char name_;
  ScriptedRtmptServer server_;
};

} // namespace rtmpt_proxy::test
