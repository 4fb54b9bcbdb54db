// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/connected_leg.hpp"

#include "gateway/backends/rtmp_backend.hpp"
#include "gateway/backends/rtmps_backend.hpp"
#include "gateway/backends/rtmpt_backend.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

std::unique_ptr<BackendLeg> leg_on(LoopServices& loop, BackendConnector& connector,
                                   const protocol::Admission& admission, BackendOwner& owner) {
  auto socket = connector.take_socket();
  if (admission.backend.kind == protocol::BackendKind::rtmp)
    return std::make_unique<RtmpBackend>(loop, owner, std::move(socket));
  if (admission.backend.kind == protocol::BackendKind::rtmps)
    return std::make_unique<RtmpsBackend>(loop, owner, std::move(socket), connector.take_tls());
  return std::make_unique<RtmptBackend>(loop, owner, std::move(socket),
                                        RtmptTerms{connector.endpoint(), host_header(admission.backend),
                                                   connector.session_id(), admission.connect_timeout,
                                                   admission.terms.session_timeout});
}

} // namespace rtmpt_proxy::gateway
