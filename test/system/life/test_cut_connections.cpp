// SPDX-License-Identifier: Apache-2.0
// Connections that are cut, slow, in pieces or silent: no byte is lost, doubled or another's, no session stays behind,
// and the session log has the true reason.
#include "life/lasting/echo_streams.hpp"
#include "life/lasting/life_site.hpp"
#include "life/lasting/numbered_streams.hpp"
#include "support/clients/http_connection.hpp"
#include "support/httpd/session_log_file.hpp"
#include "support/os/text_file.hpp"
#include "support/peers/faulty_proxy.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kForwarded = "Via: 1.1 a-test\r\n";

enum class Cut { request, reply };

LinkFaults cut_at(Cut what, std::size_t offset) {
  LinkFaults faults;
  (what == Cut::request ? faults.reset_after_sent : faults.reset_after_came) = offset;
  return faults;
}

Endpoint through(const FaultyProxy& proxy, bool tls = false) {
  Endpoint endpoint;
  endpoint.port = proxy.port();
  endpoint.tls = tls;
  return endpoint;
}

// Nothing when the connection breaks before the reply is whole.
std::optional<HttpResponse> try_exchange(const Endpoint& endpoint, const std::string& request) {
  try {
    return HttpConnection(endpoint).exchange(request);
  } catch (const TimedOut&) {
    throw;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

std::string as_text(const HttpResponse& response) {
  return response.head + response.body;
}

// How many sessions the log has for each reason.
std::map<std::string, int> reasons(LifeSite& site) {
  std::map<std::string, int> counts;
  for (const std::string& line : lines_of(read_file(site.httpd().root() / "logs/session.log")))
    ++counts[line.substr(line.rfind(' ') + 1)];
  return counts;
}

bool all_have_left(LifeSite& site) {
  return happens([&] { return site.sessions() == 0 && site.media().open_connections() == 0; });
}

// Sends each request first by a link that is cut at that place, and again by a good one. One session for all.
class CutSession {
 public:
  CutSession(LifeSite& site, FaultyProxy& proxy, const std::string& headers)
      : proxy_(proxy), client_(site.httpd().plain(), headers) {
    client_.open();
    whole_reply_ = exchange("send", "tunnel", {}); // no handshake of RTMP
  }

  void cut_everywhere(std::string_view kind) {
    const std::string body = kind == "send" ? "some bytes of a client" : "";
    const std::size_t request_bytes = client_.request(kind, 100, body).size();
    for (std::size_t offset = 0; offset <= request_bytes; ++offset)
      exchange(kind, body, cut_at(Cut::request, offset));
    for (std::size_t offset = 0; offset < whole_reply_; ++offset)
      exchange(kind, body, cut_at(Cut::reply, offset));
  }

  void finish() {
    while (echo_.waiting() > 0)
      exchange("idle", "", {});
    CHECK(client_.close().status == 200);
  }

  int broken_exchanges() const { return broken_exchanges_; }

 private:
  std::size_t exchange(std::string_view kind, const std::string& body, const std::optional<LinkFaults>& faults) {
    const std::string request = client_.request(kind, client_.take_number(), body);
    echo_.sent(body);
    std::optional<HttpResponse> reply;
    if (faults) {
      proxy_.set_faults(*faults);
      reply = try_exchange(through(proxy_), request);
      if (!reply) ++broken_exchanges_;
    }
    const Deadline deadline;
    while (!reply || reply->status == 503) {
      if (deadline.passed()) throw TimedOut("a request was repeated in vain");
      reply = try_exchange(client_.endpoint(), request);
    }
    echo_.came(rtmp_bytes(*reply));
    return as_text(*reply).size();
  }

  FaultyProxy& proxy_;
  TunnelClient client_;
  EchoLedger echo_;
  std::size_t whole_reply_ = 0;
  int broken_exchanges_ = 0;
};

// Says all of it, without waiting for answers, and reads until the end, in whatever way that comes.
void say_and_hear(const Endpoint& endpoint, const std::string& bytes) {
  try {
    const auto stream = connect_to(endpoint);
    stream->write_all(bytes);
    while (!stream->read_some(Deadline{}).empty()) {
    }
  } catch (const TimedOut&) {
    throw;
  } catch (const std::runtime_error&) {
  }
}

// All places of a handshake where something begins or ends, and every one of the rest.
std::vector<std::size_t> places_in(std::size_t bytes) {
  std::vector<std::size_t> places{0, 1, 2, kHandshakePart, kHandshakePart + 1, kHandshakePart + 2};
  for (std::size_t at = kHandshakeAnswer - 1; at <= bytes; ++at)
    places.push_back(at);
  return places;
}

} // namespace

TEST_CASE("A send or idle of RTMPT that is cut anywhere is repeated, and no byte is lost or doubled") {
  const std::string headers = GENERATE(as<std::string>{}, "", kForwarded);
  CAPTURE(headers);
  LifeSite site({.lines = "RTMPTIdleHold 0\n"}); // many idles get no bytes
  LastingStreams witnesses = begin(site.echo_legs(), 1);
  FaultyProxy proxy(site.httpd().plain().port);
  CutSession session(site, proxy, headers);
  CHECK_NOTHROW(session.cut_everywhere("send"));
  CHECK_NOTHROW(session.cut_everywhere("idle"));
  CHECK_NOTHROW(session.finish());
  CHECK(session.broken_exchanges() > 400);
  stop_all(witnesses);
  witnesses.clear();
  CHECK(all_have_left(site));
}

TEST_CASE("An open of RTMPT that is cut anywhere leaves no session behind") {
  LifeSite site;
  LastingStreams witnesses = begin(site.echo_legs(), 1);
  FaultyProxy proxy(site.httpd().plain().port);
  const std::string request = post("/open/1", std::string(1, '\0'));
  const auto whole = try_exchange(site.httpd().plain(), request);
  REQUIRE(whole);
  for (std::size_t offset = 0; offset <= request.size(); ++offset) {
    proxy.set_faults(cut_at(Cut::request, offset));
    try_exchange(through(proxy), request);
  }
  for (std::size_t offset = 0; offset < as_text(*whole).size(); ++offset) {
    proxy.set_faults(cut_at(Cut::reply, offset));
    CHECK_FALSE(try_exchange(through(proxy), request));
  }
  stop_all(witnesses);
  witnesses.clear();
  CHECK(all_have_left(site));
  for (const auto& [reason, count] : reasons(site)) {
    CAPTURE(reason, count);
    // Refused is one whose body did not come.
    CHECK(std::set<std::string>{"close", "timeout", "client-gone", "unclaimed", "refused"}.contains(reason));
  }
}

TEST_CASE("A client of RTMP that is cut anywhere in its handshake or connect leaves nothing behind") {
  const bool tls = GENERATE(false, true);
  CAPTURE(tls);
  LifeSite site;
  LastingStreams witnesses = begin(site.echo_legs(), 1);
  FaultyProxy proxy(tls ? site.httpd().tls().port : site.httpd().plain().port);
  const std::string said = handshake() + connect_command("live");
  for (const std::size_t offset : places_in(said.size())) {
    proxy.set_faults(cut_at(Cut::request, offset));
    say_and_hear(through(proxy, tls), said);
    proxy.set_faults(cut_at(Cut::reply, offset));
    say_and_hear(through(proxy, tls), said);
  }
  stop_all(witnesses);
  witnesses.clear();
  CHECK(all_have_left(site));
}

TEST_CASE("A viewer over HTTP that is cut anywhere in its request, or in what it gets, leaves nothing behind") {
  const bool tls = GENERATE(false, true);
  constexpr std::size_t kOfAnswer = 400;
  CAPTURE(tls);
  LifeSite site;
  LastingStreams publishers = site.publish();
  LastingStreams witnesses = begin(site.viewer_legs(), 1);
  FaultyProxy proxy(tls ? site.httpd().tls().port : site.httpd().plain().port);
  const std::string request = get("/show/cam.flv");
  for (std::size_t offset = 0; offset < request.size(); ++offset) {
    proxy.set_faults(cut_at(Cut::request, offset));
    say_and_hear(through(proxy, tls), request);
  }
  for (std::size_t offset = 0; offset < kOfAnswer; ++offset) {
    proxy.set_faults(cut_at(Cut::reply, offset));
    say_and_hear(through(proxy, tls), request);
  }
  for (LastingStreams* const streams : {&witnesses, &publishers}) {
    stop_all(*streams);
    streams->clear();
  }
  CHECK(all_have_left(site));
}

TEST_CASE("Segments of one byte, delays and stalls change nothing but the time") {
  LifeSite site;
  LastingStreams publishers = site.publish();
  FaultyProxy plain(site.httpd().plain().port);
  FaultyProxy tls(site.httpd().tls().port);
  LinkFaults faults;
  SECTION("segments of one byte") {
    faults.one_byte_segments = true;
  }
  SECTION("a delay, and a stall of two seconds") {
    faults.delay = 10ms;
    faults.stall_after_sent = 5000;
    faults.stall = 2s;
  }
  plain.set_faults(faults);
  tls.set_faults(faults);
  LastingStreams slow = begin(site.legs_at(through(plain), through(tls, true)), 1);
  for (const auto& stream : slow) {
    CAPTURE(stream->name());
    CHECK(stream->goes_on(4));
  }
  for (LastingStreams* const streams : {&slow, &publishers}) {
    stop_all(*streams);
    streams->clear();
  }
  CHECK(all_have_left(site));
}

TEST_CASE(
    "The session log says of a client whose connection is reset that it is gone, and of a silent one the timeout") {
  const bool is_silent = GENERATE(false, true);
  CAPTURE(is_silent);
  LifeSite site({.session_timeout = "3s"});
  LastingStreams publishers = site.publish();
  FaultyProxy plain(site.httpd().plain().port);
  FaultyProxy tls(site.httpd().tls().port);
  // A client of RTMP, or a viewer, who is silent is asked by its own kernel alone, which is alive.
  LastingStreams cut = begin(is_silent ? site.tunnel_legs_at(through(plain), through(tls, true))
                                       : site.legs_at(through(plain), through(tls, true)),
                             1);
  check_all_go_on(cut);
  const int count = static_cast<int>(cut.size());
  for (FaultyProxy* const proxy : {&plain, &tls})
    is_silent ? proxy->fall_silent() : proxy->reset_all();
  CHECK(happens([&] { return reasons(site)[is_silent ? "timeout" : "client-gone"] == count; }));
  CAPTURE(read_file(site.httpd().root() / "logs/session.log"));
  CHECK(reasons(site).size() == 1);
  if (is_silent) { // so that its clients need not wait
    plain.reset_all();
    tls.reset_all();
  }
  stop_all(publishers);
}
