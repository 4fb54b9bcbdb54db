// SPDX-License-Identifier: Apache-2.0
#include "restore/rpaf/restricted_pages.hpp"

#include "support/httpd/httpd_fixture.hpp"
#include "support/os/text_file.hpp"

namespace rtmpt_proxy::test {

const char* const kRestrictedPages = R"(
AddType text/html .shtml
AddOutputFilter INCLUDES;BUFFER .shtml
<Directory @ROOT@/htdocs>
  Options +Includes
</Directory>
<Location "/v4.html">
  Require ip 203.0.113.9
</Location>
<Location "/v6.html">
  Require ip 2001:db8::9
</Location>
<Location "/office.html">
  Require ip 10.0.0.0/8
</Location>
<Location "/local.html">
  Require local
</Location>
)";

bool may_have_page(const std::string& client, const std::string& path) {
  if (path == "/v4.html") return client == "203.0.113.9";
  if (path == "/v6.html") return client == "2001:db8::9";
  if (path == "/office.html") return client.starts_with("10.");
  return client.starts_with("127.") || client == "::1";
}

void write_restricted_pages(const std::filesystem::path& document_root) {
  for (const std::string path : kRestricted)
    write_file(document_root / path.substr(1), kPageText);
}

} // namespace rtmpt_proxy::test
