// SPDX-License-Identifier: Apache-2.0
// A probe's result, for people and for programs.
#include "control/run_probe.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::control;
using probe::Step;
using probe::StepName;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

const ProbeOrder kOrder{{.tls = true, .host = "host", .port = 443, .app = "live?key=secret"}, false, 5s};

std::vector<Step> steps(bool good) {
  Step tls;
  tls.name = StepName::tls;
  tls.took = 12ms;
  tls.said = "TLSv1.3";
  tls.notes = {"a note"};
  tls.facts = {{"certificate_days", std::int64_t(7)}, {"verified", true}, {"certificate", std::string("h\xff\x1b")}};
  std::vector<Step> list{tls};
  if (!good) list.push_back(probe::failed_step(StepName::open, 3ms, "403", {"a cause", "a remedy"}));
  return list;
}

} // namespace

TEST_CASE("The report names every step, and for a failure cause and remedy", "[probe]") {
  CHECK(probe_text(kOrder, steps(false)) == "rtmpts://host:443/live\n"
                                            "  tls        ok          12 ms  TLSv1.3\n"
                                            "                                note: a note\n"
                                            "  open       failed       3 ms  403\n"
                                            "                                likely: a cause\n"
                                            "                                try: a remedy\n"
                                            "streams cannot use this URL\n");
  CHECK(probe_text(kOrder, steps(true)).ends_with("streams can use this URL\n"));
  CHECK(probe_failure(kOrder, steps(false)) == "RTMPT406: streams cannot use 'rtmpts://host:443/live': open: 403");
  CHECK(probe_failure(kOrder, steps(true)).empty());
}

TEST_CASE("The report as JSON has the values in ASCII", "[probe]") {
  const std::string text = probe_json(kOrder, steps(false));
  for (const char c : text)
    CHECK((c == '\n' || (c >= ' ' && c < '\x7f')));
  const json::value document = json::parse(text);
  CHECK_FALSE(document.at("good").as_bool());
  CHECK(document.at("url").as_string() == "rtmpts://host:443/live");
  const json::value& tls = document.at("steps").at(0);
  CHECK(tls.at("certificate_days").as_int64() == 7);
  CHECK(tls.at("verified").as_bool());
  CHECK(tls.at("milliseconds").as_int64() == 12);
  CHECK(document.at("steps").at(1).at("likely").as_string() == "a cause");
  CHECK(json::parse(probe_json(kOrder, steps(true))).at("good").as_bool());
}
