// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/refusals.hpp>

namespace rtmpt_proxy::policy {

namespace {
constexpr std::uint16_t kOk = 200;
constexpr std::uint16_t kBadRequest = 400;
constexpr std::uint16_t kNotFound = 404;
constexpr std::uint16_t kRequestTimeout = 408;
constexpr std::uint16_t kBodyTooLarge = 413;
} // namespace

OpenFault fault_of(protocol::Refusal reason) {
  using protocol::Refusal;
  switch (reason) {
  case Refusal::backend_unreachable:
  case Refusal::backend_timeout:
  case Refusal::backend_drained: return OpenFault::of_backend;
  case Refusal::backend_not_tried: return OpenFault::backend_untested;
  case Refusal::too_many_sessions:
  case Refusal::too_many_sessions_of_client:
  case Refusal::too_many_viewers: return OpenFault::limit;
  case Refusal::banned: return OpenFault::ban;
  case Refusal::gateway_full: return OpenFault::gateway_full;
  case Refusal::client_gone: return OpenFault::client;
  case Refusal::gateway_retiring: break;
  }
  return OpenFault::gateway;
}

std::uint16_t status_of(BodyEnd end) {
  switch (end) {
  case BodyEnd::too_large: return kBodyTooLarge;
  case BodyEnd::too_slow: return kRequestTimeout;
  case BodyEnd::cut:
  case BodyEnd::malformed:
  case BodyEnd::changed: return kBadRequest;
  case BodyEnd::not_yet:
  case BodyEnd::whole:
  case BodyEnd::answered: break;
  }
  return kOk;
}

std::uint16_t status_of(protocol::TargetError error) {
  if (error == protocol::TargetError::none) return kOk;
  return error == protocol::TargetError::not_a_tunnel_target ? kNotFound : kBadRequest;
}

std::uint16_t status_of_bad_body(BodyEnd end, std::uint16_t gateway_status) {
  return end != BodyEnd::answered && gateway_status == kNotFound ? kNotFound : status_of(end);
}

} // namespace rtmpt_proxy::policy
