// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/pulls.hpp"

#include "gateway/hub/pull.hpp"
#include "test/gateway/hub/hub_rig.hpp"

#include <catch2/catch.hpp>

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
  CHECK(rig.pulls.want(rig.hub.first.hub, target()));
  CHECK(rig.pulls.want(rig.hub.second.hub, target()));
  CHECK(rig.pulls.want(rig.hub.second.hub, target("other")));
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
  CHECK(rig.pulls.want(rig.hub.first.hub, wanted));
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
  while (begun <= Pulls::kMostPulls && rig.pulls.want(rig.hub.first.hub, target(std::to_string(begun))))
    ++begun;
  CHECK(begun > 0);
  CHECK(begun <= Pulls::kMostPulls);
  CHECK(rig.pulls.facts().size() == begun);
  CHECK(rig.pulls.want(rig.hub.first.hub, target("0"))); // it has begun
}
