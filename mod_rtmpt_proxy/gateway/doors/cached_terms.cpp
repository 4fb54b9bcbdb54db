// SPDX-License-Identifier: Apache-2.0
#include "gateway/doors/cached_terms.hpp"

#include "gateway/loops/loop.hpp"

#include <rtmpt_proxy/policy/limits/counted_address.hpp>

namespace rtmpt_proxy::gateway {

HubTerms cached_terms(Loop& loop, const protocol::Admission& admission) {
  HubTerms terms;
  terms.hub = pulled_hub(admission);
  terms.client_address = admission.client_address;
  terms.user = admission.user;
  terms.wait = admission.terms.hub_wait;
  terms.gop_cache_bytes = admission.terms.gop_cache_bytes;
  terms.pull = [&loop, admission](const std::shared_ptr<HubLoop>& hub, const protocol::StreamWanted& wanted) {
    return loop.pulls().want(hub, cached_stream(loop, admission, wanted.path, wanted.app_bytes),
                             policy::counted_as(admission.client_address));
  };
  return terms;
}

PullTarget cached_stream(const Loop& loop, const protocol::Admission& admission, const std::string& path,
                         std::size_t app_bytes) {
  PullTarget target = pull_target(admission, path, app_bytes, path);
  if (admission.terms.hide_stream_name) {
    const std::string hidden = loop.hidden_names().hide(target.stream_name);
    target.shown_path = target.app.empty() ? hidden : target.app + "/" + hidden;
  }
  return target;
}

PullTarget stream_of(const Loop& loop, const protocol::HandOverViewer& viewer) {
  return cached_stream(loop, viewer.admission, viewer.app + "/" + viewer.stream_name, viewer.app.size());
}

} // namespace rtmpt_proxy::gateway
