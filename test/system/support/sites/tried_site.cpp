// SPDX-License-Identifier: Apache-2.0
#include "support/sites/tried_site.hpp"

#include <catch2/catch.hpp>

namespace rtmpt_proxy::test {

std::ostream& operator<<(std::ostream& out, const TriedSite& site) {
  return out << site.title;
}

CommandResult try_site(const TriedSite& site) {
  HttpdOptions options;
  options.global = site.global;
  options.plain_site = site.site;
  options.site = site.both;
  options.more_modules = site.more;
  return HttpdFixture(options).configtest();
}

void judge(const std::vector<TriedSite>& sites) {
  for (const auto& site : sites) {
    CAPTURE(site);
    const auto result = try_site(site);
    CAPTURE(result.output);
    CHECK((result.exit_code == 0) == (site.verdict != Verdict::refused));
    CHECK((result.output.find(site.id + ":") == std::string::npos) == (site.verdict == Verdict::good));
    if (site.verdict == Verdict::good) continue;
    CHECK((result.output.find(":warn]") != std::string::npos) == (site.verdict == Verdict::warned));
    for (const auto& word : site.words) {
      CAPTURE(word);
      CHECK(result.output.find(word) != std::string::npos);
    }
  }
}

} // namespace rtmpt_proxy::test
