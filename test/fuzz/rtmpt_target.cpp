// SPDX-License-Identifier: Apache-2.0
// A target that parses must parse to the same again when written anew; a claim and an error must agree. No request of
// the tunnel begins a page.
#include "require.hpp"

#include <rtmpt_proxy/protocol/rtmpt/first_request.hpp>
#include <rtmpt_proxy/protocol/rtmpt/rtmpt_target.hpp>
#include <rtmpt_proxy/protocol/rtmpt/session_loop.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path(reinterpret_cast<const char*>(data), size);
  const auto [error, target] = parse_rtmpt_target(path);
  require(is_tunnel_target(path) == (error != TargetError::not_a_tunnel_target), "the claim agrees with the error");
  begins_page(path);
  require(!is_tunnel_target(path) || !begins_page("POST " + path + " HTTP/1.1"), "a stream's first request is no page");
  if (error != TargetError::none || target.session_id.empty()) return 0;
  require(is_session_id(target.session_id), "an id has its form");
  std::string again = "/" + std::string(to_string(target.kind)) + "/" + std::string(target.session_id);
  if (target.sequence_number) again += "/" + std::to_string(*target.sequence_number);
  const auto [again_error, again_target] = parse_rtmpt_target(again);
  require(again_error == TargetError::none && again_target.kind == target.kind, "a written target parses");
  require(again_target.session_id == target.session_id, "the id is the same");
  require(again_target.sequence_number == target.sequence_number, "the number is the same");
  return 0;
}
