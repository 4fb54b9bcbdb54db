// SPDX-License-Identifier: Apache-2.0
// The table of test_rpaf.cpp with this module, Debian's mod_rpaf and mod_remoteip, as rows of a table in Markdown. Only
// rows about the client's address: neither of the others restores HTTPS or a port.
#include "restore/rpaf/rpaf_site.hpp"
#include "support/httpd/apxs.hpp"

#include <catch2/catch.hpp>

#include <iostream>
#include <map>

using namespace rtmpt_proxy::test;

namespace {

struct Count {
  std::size_t rows = 0;
  std::size_t right = 0;    // REMOTE_ADDR and all four restricted pages are the client's
  std::size_t granted = 0;  // a page that is not for this client was sent to it
  std::size_t denied = 0;   // a page that is for this client was not
  std::size_t misnamed = 0; // REMOTE_ADDR is another's
  std::size_t silent = 0;   // no answer
};

std::vector<RpafCase> address_rows() {
  std::vector<RpafCase> rows;
  for (const auto& row : rpaf_cases())
    if (row.status == 200 && !row.https && row.port == 80 && row.site.empty() && row.host != "full" &&
        row.host != "hosts")
      rows.push_back(row);
  return rows;
}

void count_row(Count& count, const RpafCase& row, RpafSite& site, std::unique_ptr<HttpConnection>& connection,
               bool keep) {
  bool named = false, granted = false, denied = false, silent = false;
  const auto ask = [&](const std::string& path) {
    if (!keep || !connection) connection = std::make_unique<HttpConnection>(site.endpoint(row.from));
    const auto response = connection->exchange(RpafSite::request(row, path, "compare"));
    if (response.says_close()) connection.reset();
    return response;
  };
  try {
    named = RpafSite::names_client(row, ask(kFactsPath));
    for (const std::string path : kRestricted) {
      const bool sent = ask(path).status == 200;
      granted |= sent && !RpafSite::may_have(row, path);
      denied |= !sent && RpafSite::may_have(row, path);
    }
  } catch (const std::runtime_error&) {
    silent = true;
    connection.reset();
  }
  ++count.rows;
  count.right += named && !granted && !denied && !silent;
  count.granted += granted;
  count.denied += denied;
  count.misnamed += !named && !silent;
  count.silent += silent;
}

void compare(const std::string& name, RpafSite& site) {
  site.httpd().error_log().allow("."); // what others complain of is not judged here
  for (const bool keep : {false, true}) {
    Count count;
    std::map<std::string, std::unique_ptr<HttpConnection>> connections;
    for (const auto& row : address_rows())
      count_row(count, row, site, connections[row.from], keep);
    std::cout << "| " << name << " | " << (keep ? "kept alive" : "one each") << " | " << count.rows << " | "
              << count.right << " | " << count.granted << " | " << count.denied << " | " << count.misnamed << " | "
              << count.silent << " |\n";
  }
}

} // namespace

TEST_CASE("compare") {
  const std::string mod_rpaf = std::getenv("RTMPT_MOD_RPAF") ? std::getenv("RTMPT_MOD_RPAF") : "";
  std::cout << "| Module | Connection | Rows | Right | Page of others sent | Own page refused | REMOTE_ADDR wrong | No "
               "answer |\n|---|---|---|---|---|---|---|---|\n";
  RpafSite ours;
  compare("mod_rtmpt_proxy", ours);
  if (!mod_rpaf.empty()) {
    RpafSite theirs(Restorer::mod_rpaf, "LoadModule rpaf_module " + mod_rpaf + "\n");
    compare("mod_rpaf 0.6", theirs);
  }
  RpafSite remoteip(Restorer::mod_remoteip,
                    "LoadModule remoteip_module " + apxs_query("LIBEXECDIR") + "/mod_remoteip.so\n");
  compare("mod_remoteip", remoteip);
}
