// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/restore/connection_front.hpp>

namespace rtmpt_proxy::policy {

using protocol::ProxyHeaderError;
using protocol::ProxySignature;

ConnectionFront::Step ConnectionFront::look(std::string_view bytes) {
  if (trusted_) {
    began_ = began_ || !bytes.empty();
    const protocol::ProxyFeedResult fed = reader_.feed(bytes);
    error_ = fed.error;
    if (error_ == ProxyHeaderError::need_more) return {FrontVerdict::need_more, fed.consumed_bytes};
    const bool good = error_ == ProxyHeaderError::none;
    return {good ? FrontVerdict::served : FrontVerdict::refused, fed.consumed_bytes};
  }
  switch (protocol::find_proxy_signature(bytes)) {
  case ProxySignature::none: return {FrontVerdict::served, 0};
  case ProxySignature::partial: break;
  case ProxySignature::whole: return {FrontVerdict::refused, 0};
  }
  return {FrontVerdict::need_more, 0};
}

FrontVerdict ConnectionFront::give_up() const {
  return trusted_ ? FrontVerdict::refused : FrontVerdict::served; // httpd limits the time of other peers itself
}

const protocol::ProxyHeader* ConnectionFront::header() const {
  return error_ == ProxyHeaderError::none ? &reader_.header() : nullptr;
}

std::string_view ConnectionFront::reason() const {
  if (!trusted_) return "the peer is none of RPAFproxy_ips";
  return began_ ? protocol::to_string(error_) : "no header came";
}

} // namespace rtmpt_proxy::policy
