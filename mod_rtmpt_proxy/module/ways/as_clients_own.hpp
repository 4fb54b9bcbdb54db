// SPDX-License-Identifier: Apache-2.0
// Shows a subrequest to other modules as a request that the client has sent itself.
#pragma once

#include "module/core/httpd_headers.hpp"

namespace rtmpt_proxy::apache {

// While it lives, the subrequest has no main request. mod_rewrite leaves out rules with R or NS in subrequests, and
// expressions know %{IS_SUBREQ}.
class AsClientsOwn {
 public:
  explicit AsClientsOwn(request_rec* r) : r_(r), main_(r->main) { r->main = nullptr; }
  AsClientsOwn(const AsClientsOwn&) = delete;
  AsClientsOwn& operator=(const AsClientsOwn&) = delete;
  ~AsClientsOwn() { r_->main = main_; }

 private:
  request_rec* r_;
  request_rec* main_;
};

} // namespace rtmpt_proxy::apache
