// SPDX-License-Identifier: Apache-2.0
#include "module/watch/viewer_refusal.hpp"

#include "module/core/message_ids.hpp"
#include "module/core/server_config.hpp"
#include "module/core/shown_client.hpp"
#include "module/ways/request_claim.hpp"

namespace rtmpt_proxy::apache {

int refuse_viewer(request_rec* r, int status, const char* why) {
  find_claim(r)->refusal = why;
  ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "%s: %d for the viewer %s: %s", ids::kViewerRefused, status,
                shown_client(r).c_str(), why);
  return status;
}

} // namespace rtmpt_proxy::apache
