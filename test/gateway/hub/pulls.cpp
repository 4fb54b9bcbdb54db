// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/pulls.hpp"

#include "gateway/hub/pull.hpp"
#include "gateway/hub/pull_look.hpp"
#include "test/gateway/hub/hub_rig.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <optional>
#include <string>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::test;

namespace {

protocol::Admission admission() {
  protocol::Admission admission;
  admission.server_name = "Live.Example.com:443";
  admission.backend_name = "rtmp://media";
  admission.backend = {protocol::BackendKind::rtmp, "media", 1935};
  return admission;
}

const std::string kClient = "192.0.2.1";

PullTarget target(const std::string& name = "cam") {
  return pull_target(admission(), "live/" + name, 4, "live/" + name);
}

class NullViewer final : public Viewer {
  void take_segment(const protocol::SharedSegment&) override {}
  void publisher_left(std::chrono::milliseconds) override {}
};

// Nothing runs, so that no pull goes further than its beginning.
struct PullsRig {
  NameResolver names;
  TlsContexts tls;
  HubRig hub;
  Pulls pulls{names, tls, hub.streams};
};

} // namespace

TEST_CASE("A target says what is played from the media server", "[pulls]") {
  const PullTarget one = pull_target(admission(), "live/a/cam", 6, "live/a/hidden-1");
  CHECK(one.key == PullKey{"rtmp://media live.example.com", "live/a/cam"});
  CHECK(one.app == "live/a");
  CHECK(one.stream_name == "cam");
  CHECK(tc_url_of(one) == "rtmp://live.example.com/live/a");
  CHECK(pull_target(admission(), "cam", 0, "cam").stream_name == "cam");
}

TEST_CASE("A stream is fetched once, whatever loop its viewers are on", "[pulls]") {
  PullsRig rig;
  CHECK(rig.pulls.want(rig.hub.first.hub, target(), kClient));
  CHECK(rig.pulls.want(rig.hub.second.hub, target(), kClient));
  CHECK(rig.pulls.want(rig.hub.second.hub, target("other"), kClient));
  const auto facts = rig.pulls.facts();
  REQUIRE(facts.size() == 2);
  CHECK(facts.front().stream == "live/cam");
  CHECK(facts.front().state == PullState::connecting);
}

TEST_CASE("A pull ends while nobody watches, and not before", "[pulls]") {
  PullsRig rig;
  const PullTarget wanted = target();
  NullViewer viewer;
  rig.hub.second.hub->join(wanted.key.first, wanted.key.second, viewer);
  CHECK(rig.pulls.want(rig.hub.first.hub, wanted, kClient));
  CHECK(rig.pulls.facts().front().viewers == 1);
  CHECK_FALSE(rig.pulls.end_unwatched(wanted.key));
  CHECK(rig.pulls.facts().size() == 1);
  rig.hub.second.hub->leave(viewer);
  CHECK(rig.pulls.end_unwatched(wanted.key));
  CHECK(rig.pulls.facts().empty());
}

TEST_CASE("No more streams are fetched than may be", "[pulls]") {
  PullsRig rig;
  std::size_t begun = 0;
  while (begun <= Pulls::kMostPulls &&
         rig.pulls.want(rig.hub.first.hub, target(std::to_string(begun)), "client " + std::to_string(begun)))
    ++begun;
  CHECK(begun > 0);
  CHECK(begun <= Pulls::kMostPulls);
  CHECK(rig.pulls.facts().size() == begun);
  CHECK(rig.pulls.want(rig.hub.first.hub, target("0"), kClient)); // it has begun
}

TEST_CASE("A client may wait for few streams of which nothing comes", "[pulls]") {
  PullsRig rig;
  const auto want = [&](const std::string& name, const std::string& client) {
    return rig.pulls.want(rig.hub.first.hub, target(name), client);
  };
  for (std::size_t i = 0; i < Pulls::kMostSilentPulls; ++i)
    CHECK(want(std::to_string(i), kClient));
  CHECK_FALSE(want("one more", kClient));
  CHECK(want("0", kClient));               // somebody waits for it already
  CHECK(want("another", "2001:db8::/64")); // another client
  CHECK(want("another", kClient));
  CHECK(rig.pulls.facts().size() == Pulls::kMostSilentPulls + 1);
  rig.pulls.set_state(target("0").key, PullState::live);
  rig.pulls.set_state(target("0").key, PullState::idle); // something has come
  CHECK(want("one more", kClient));
  CHECK_FALSE(want("and one more", kClient));
  rig.pulls.end(target("0").key); // was not silent any more
  CHECK_FALSE(want("and one more", kClient));
  rig.pulls.end(target("1").key);
  CHECK(want("and one more", kClient));
  CHECK(rig.pulls.end_unwatched(target("2").key));
  CHECK(want("the last", kClient));
  CHECK_FALSE(want("too much", kClient));
}

TEST_CASE("A media server that says nothing is unreachable, and does not deny that it has a stream", "[pulls]") {
  PullsRig rig;
  boost::asio::io_context server;
  boost::asio::ip::tcp::acceptor acceptor(server, {boost::asio::ip::address_v4::loopback(), 0});
  protocol::Admission to_silent = admission();
  to_silent.backend = {protocol::BackendKind::rtmp, "127.0.0.1", acceptor.local_endpoint().port()};
  to_silent.connect_timeout = std::chrono::milliseconds(100);
  std::optional<LookResult> result;
  PullLook look(rig.hub.first.hub, rig.pulls, pull_target(to_silent, "live/cam", 4, "live/cam"), kClient,
                [&](LookResult it) { result = it; });
  rig.hub.run_until([&] { return result.has_value(); });
  CHECK(*result == LookResult::unreachable);
}
