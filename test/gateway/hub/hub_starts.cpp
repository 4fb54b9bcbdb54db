// SPDX-License-Identifier: Apache-2.0
// How clients begin streams at a hub: who may take one over, how often they may begin one, and what they hear when they
// may not.
#include "test/gateway/hub/hub_rig.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <string_view>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;

TEST_CASE("An encoder that comes back with another address of its /64 may take over") {
  HubRig rig;
  HubClient first(rig.first, hub_terms("2001:db8:1:2::5"));
  first.send(publisher_hello("live", "cam"));
  HubClient stranger(rig.first, hub_terms("2001:db8:1:3::5"));
  stranger.send(publisher_hello("live", "cam"));
  rig.run_until([&] { return stranger.is_closed; });
  CHECK_FALSE(first.is_closed);
  HubClient second(rig.second, hub_terms("2001:db8:1:2:aaaa:bbbb:cccc:dddd"));
  second.send(publisher_hello("live", "cam"));
  rig.run_until([&] { return first.is_closed || second.is_closed; });
  CHECK(first.is_closed);
  CHECK_FALSE(second.is_closed);
  CHECK(rig.streams.facts().at(0).publisher_address == "2001:db8:1:2:aaaa:bbbb:cccc:dddd");
}

TEST_CASE("A client that begins streams again and again is ended") {
  const std::string start = GENERATE("publish", "play");
  HubRig rig;
  HubClient client(rig.first, hub_terms());
  client.send(handshake() + chunks({.payload = connect_to("live")}));
  std::size_t starts = 0;
  for (int i = 0; i < 100 && !client.is_closed; ++i) {
    client.send(command(start, 0, {amf_null(), amf_string("cam" + std::to_string(i)), amf_string("live")}) +
                command("closeStream", 0, {amf_null()}));
    rig.run();
  }
  for (const std::string_view code : {"onStatus NetStream.Publish.Start", "onStatus NetStream.Play.Start"})
    starts += client.heard.count(code);
  CHECK(client.is_closed);
  CHECK(client.reason == "the client began more than 20 streams in 10 s");
  CHECK(client.heard.has("onStatus NetStream.Failed"));
  CHECK(starts == policy::StartPace::kMostStarts);
}

TEST_CASE("Who asks for what is no name of a stream, or for a second stream, hears so before the end") {
  struct Row {
    std::string sent;
    std::string heard;
  };
  const std::string play = command("play", 3, {amf_null(), amf_string("cam")});
  const auto row = GENERATE_COPY(values<Row>({
      {publisher_hello("live", ""), "NetStream.Publish.BadName"},
      {publisher_hello("live", std::string(2000, 'n')), "NetStream.Publish.BadName"},
      {publisher_hello("li\nve", "cam"), "NetStream.Publish.BadName"},
      {viewer_hello("live", "a\tb"), "NetStream.Play.StreamNotFound"},
      {viewer_hello("live", "?key"), "NetStream.Play.StreamNotFound"},
      {viewer_hello("live", "cam") + play, "NetStream.Failed"},
  }));
  HubRig rig;
  HubClient client(rig.first, hub_terms());
  client.send(row.sent);
  rig.run_until([&] { return client.is_closed; });
  CHECK(client.heard.has("onStatus " + row.heard));
}
