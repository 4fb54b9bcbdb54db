// SPDX-License-Identifier: Apache-2.0
// The httpd of the table, and what it says of a request.
#pragma once

#include "restore/rpaf/predecessors.hpp"
#include "restore/rpaf/restricted_pages.hpp"
#include "restore/rpaf/rpaf_case.hpp"
#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"

namespace rtmpt_proxy::test {

// The path of the page that shows what httpd knows. The restricted pages are there too.
inline constexpr const char* kFactsPath = "/facts.shtml";

class RpafSite {
 public:
  // Started on return. `directives` are for the server as a whole.
  explicit RpafSite(const std::string& mpm = "event", const std::vector<std::string>& more_modules = {},
                    const std::string& directives = {});

  // The same site with another module, loaded by `load`, in the place of ours. Started on return.
  RpafSite(Restorer restorer, const std::string& load);

  // Where a peer of the table connects to.
  Endpoint endpoint(const std::string& from) const;

  // The address that httpd must know this peer by.
  static std::string peer_of(const RpafCase& row);

  // A request of the row; `tag` finds it in the log.
  static std::string request(const RpafCase& row, const std::string& path, const std::string& tag);

  // What is wrong with the answer to it; empty when it is right.
  static std::string complaint(const RpafCase& row, const std::string& path, const HttpResponse& response);

  // Whether an answer to it says that httpd takes it for its client's, and whether its client may have this page.
  static bool names_client(const RpafCase& row, const HttpResponse& response);
  static bool may_have(const RpafCase& row, const std::string& path);

  // What is wrong with %a, %h, %{c}a and %v of that request in the access log, once it stands there.
  std::string log_complaint(const RpafCase& row, const std::string& tag) const;

  HttpdFixture& httpd() { return httpd_; }

 private:
  void start();

  std::uint16_t mapped_port_;
  HttpdFixture httpd_;
};

} // namespace rtmpt_proxy::test
