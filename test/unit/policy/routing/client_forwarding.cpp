// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/policy/routing/client_forwarding.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace rtmpt_proxy::policy;

namespace {

constexpr ClientForwarding kAll[] = {ClientForwarding::none, ClientForwarding::x_forwarded_for,
                                     ClientForwarding::proxy_v1, ClientForwarding::proxy_v2, ClientForwarding::srs};

BackendUrl backend(BackendScheme scheme, const std::string& host) {
  return {scheme, host, 80, false};
}

const BackendUrl kRtmp = backend(BackendScheme::rtmp, "media");
const BackendUrl kRtmpt = backend(BackendScheme::rtmpt, "red5");

} // namespace

TEST_CASE("Each way to tell a server of its client has a name, in either case of letters, and nothing else has one",
          "[client_forwarding]") {
  CHECK(to_string(ClientForwarding::x_forwarded_for) == "xff");
  for (const ClientForwarding how : kAll)
    CHECK(find_client_forwarding(to_string(how)) == how);
  CHECK(find_client_forwarding("PROXY-v1") == ClientForwarding::proxy_v1);
  CHECK(find_client_forwarding("Off") == std::nullopt);
  for (const char* const text : {"", "xf", "xffx", " xff", "proxy", "proxy-v3", "proxy_v1", "proxyv1", "srs "}) {
    INFO(text);
    CHECK_FALSE(find_client_forwarding(text));
  }
}

TEST_CASE("A header fits rtmpt:// alone, a preamble rtmp:// alone, and nothing fits both", "[client_forwarding]") {
  struct Row {
    ClientForwarding how;
    bool rtmp, rtmpt;
  };
  const Row table[] = {{ClientForwarding::none, true, true},
                       {ClientForwarding::x_forwarded_for, false, true},
                       {ClientForwarding::proxy_v1, true, false},
                       {ClientForwarding::proxy_v2, true, false},
                       {ClientForwarding::srs, true, false}};
  for (const Row& row : table) {
    INFO(to_string(row.how));
    CHECK(fits(row.how, BackendScheme::rtmp) == row.rtmp);
    CHECK(fits(row.how, BackendScheme::rtmpt) == row.rtmpt);
    // What is set holds where it fits; elsewhere the server is told what it is told by default.
    const auto at_rtmp = row.rtmp ? row.how : ClientForwarding::none;
    const auto at_rtmpt = row.rtmpt ? row.how : ClientForwarding::x_forwarded_for;
    CHECK(client_forwarding(row.how, BackendScheme::rtmp) == at_rtmp);
    CHECK(client_forwarding(row.how, BackendScheme::rtmpt) == at_rtmpt);
  }
}

TEST_CASE("Where nothing is set, rtmpt:// servers are told by X-Forwarded-For and rtmp:// servers nothing",
          "[client_forwarding]") {
  CHECK(client_forwarding(std::nullopt, BackendScheme::rtmp) == ClientForwarding::none);
  CHECK(client_forwarding(std::nullopt, BackendScheme::rtmpt) == ClientForwarding::x_forwarded_for);
}

TEST_CASE("A setting that fits none of the servers is found, with the first of them", "[client_forwarding]") {
  const std::vector<BackendUrl> rtmpt_only{kRtmpt, backend(BackendScheme::rtmpt, "other")};
  const std::vector<BackendUrl> mixed{kRtmp, kRtmpt};
  const std::vector<BackendUrl> rtmp_only{kRtmp};
  CHECK(find_misfit(ClientForwarding::proxy_v1, rtmpt_only) == &rtmpt_only.front());
  CHECK(find_misfit(ClientForwarding::srs, rtmpt_only) == &rtmpt_only.front());
  CHECK(find_misfit(ClientForwarding::x_forwarded_for, rtmp_only) == &rtmp_only.front());
  CHECK(find_misfit(ClientForwarding::x_forwarded_for, rtmpt_only) == nullptr);
  CHECK(find_misfit(ClientForwarding::proxy_v2, rtmp_only) == nullptr);
  for (const ClientForwarding how : kAll) {
    INFO(to_string(how));
    CHECK(find_misfit(how, mixed) == nullptr);
    CHECK(find_misfit(how, {}) == nullptr);
  }
  CHECK(find_misfit(ClientForwarding::none, rtmp_only) == nullptr);
}
