// SPDX-License-Identifier: Apache-2.0
// Configurations that `httpd -t` is asked about, and what it should say.
#pragma once

#include "support/httpd/httpd_fixture.hpp"

#include <ostream>
#include <string>
#include <vector>

namespace rtmpt_proxy::test {

enum class Verdict { good, warned, refused };

struct TriedSite {
  std::string title;
  Verdict verdict;
  std::string id;                     // of the message; of a good one: what must not be there
  std::vector<std::string> words;     // the object, its value, and what was expected
  std::string global = {};            // lines outside of virtual hosts
  std::string site = {};              // lines of the virtual host for plain HTTP
  std::string both = {};              // lines of the two virtual hosts that there are
  std::vector<std::string> more = {}; // modules
};

std::ostream& operator<<(std::ostream& out, const TriedSite& site);

// `httpd -t` with it.
CommandResult try_site(const TriedSite& site);

// Checks the verdict, the message's id and its words for each. A warning leaves the status at 0.
void judge(const std::vector<TriedSite>& sites);

} // namespace rtmpt_proxy::test
