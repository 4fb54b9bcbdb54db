// SPDX-License-Identifier: Apache-2.0
// What an administrator in a hurry types, and the words that lead from there to what was meant.
#include "support/sites/tried_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

namespace {

struct Slip {
  std::string line; // in the virtual host, or outside of it where that is its place
  std::string id;
  std::vector<std::string> words;
};

void judge_slips(const std::vector<Slip>& slips, bool in_virtual_host = true) {
  std::vector<TriedSite> sites;
  for (const auto& slip : slips)
    sites.push_back({slip.line, Verdict::refused, slip.id, slip.words, in_virtual_host ? "" : slip.line + "\n",
                     in_virtual_host ? slip.line + "\n" : ""});
  judge(sites);
}

} // namespace

TEST_CASE("A URL of another kind leads to the one that was meant") {
  judge_slips({
      {"RTMPTProxyPass rtmps:media", "RTMPT010", {"two slashes", "rtmps://media"}},
      {"RTMPTProxyPass rtmpts://media:443", "RTMPT010", {"not supported", "expected rtmpt://media"}},
      {"RTMPTProxyPass rtmpe://media", "RTMPT010", {"rtmpe://media", "not supported", "expected rtmp://media"}},
      {"RTMPTProxyPass rtmpte://media", "RTMPT010", {"rtmpte://media", "not supported", "expected rtmpt://media"}},
      {"RTMPTProxyPass http://media:8080", "RTMPT010", {"http://media:8080", "expected rtmpt://media:8080"}},
      {"RTMPTProxyPass https://media", "RTMPT010", {"https://media", "not supported", "expected rtmpt://media"}},
      {"RTMPTProxyPass http://me:secret@media", "RTMPT010", {"http://...", "expected rtmpt://host[:port]"}},
      {"RTMPTProxyPass media:1935", "RTMPT010", {"media:1935", "expected rtmp://media:1935"}},
      {"RTMPTProxyPass 192.0.2.1", "RTMPT010", {"expected rtmp://192.0.2.1"}},
      {"RTMPTProxyPass rtmp:/media", "RTMPT010", {"two slashes", "rtmp://media"}},
      {"RTMPTProxyPass rtmp:media", "RTMPT010", {"two slashes", "rtmp://media"}},
      {"RTMPTProxyPass balancer:media", "RTMPT010", {"two slashes", "balancer://media"}},
      {"RTMPTProxyPass / rtmp://media/", "RTMPT010", {"takes no path", "expected rtmp://host[:port]"}},
      {"RTMPTProxyPass \"/live\" \"rtmp://media/live\"", "RTMPT010", {"takes no path"}},
      {"RTMPTProxyPassMatch Host a / rtmp://media", "RTMPT010", {"RTMPTProxyPassMatch", "takes no path"}},
      {"RTMPTProxyPass off", "RTMPT010", {"\"off\"", "expected !"}},
      {"RTMPTProxyPass none", "RTMPT010", {"\"none\"", "expected !"}},
      {"RTMPTProxyPass", "RTMPT010", {"RTMPTProxyPass", "expected rtmp://host[:port]"}},
      {"RTMPTProxyPass rtmp://::1:1935", "RTMPT010", {"brackets", "rtmp://[::1]"}},
      {"RTMPTProxyPass rtmp://media, retry=1", "RTMPT010", {"\"rtmp://media,\"", "no ',' at its end"}},
      {"RTMPTProxyPass rtmp://media:1935;", "RTMPT010", {"no ';' at its end"}},
      {"RTMPTProxyPass rtmp://media rtmp://media2", "RTMPT012", {"one URL", "<Proxy balancer://name>"}},
      {"RTMPTProxyPass rtmp://media timeout 5", "RTMPT012", {"timeout 5", "expected key=value"}},
      {"RTMPTProxyPass rtmp://media lbmethod=rtmptsessions", "RTMPT012", {"lbmethod", "<Proxy balancer://name>"}},
  });
}

TEST_CASE("A header that is more than a name leads to its name") {
  judge_slips({
      {"RTMPTProxyPassMatch Host: ^x$ rtmp://media", "RTMPT025", {"'Host:'", "without the colon", "Host"}},
      {"RTMPTProxyPassMatch \"Host: .*x.*\" rtmp://media", "RTMPT025", {"'Host: .*x.*'", "a word of its own"}},
      {"RTMPTProxyPassMatch ^/live rtmp://media", "RTMPT025", {"'^/live'", "no path", "the name of a header"}},
      {"RTMPTProxyPassMatch /live rtmp://media", "RTMPT025", {"'/live'", "no path"}},
      {"RTMPTProxyPassMatch %{HTTP_HOST} ^x$ rtmp://media", "RTMPT025", {"'%{HTTP_HOST}'", "Host"}},
      {"RTMPTProxyPassMatch Host *.example.com rtmp://media", "RTMPT026", {"*.example.com", "regular expression"}},
      {"RPAFheader X-Forwarded-For:", "RTMPT102", {"'X-Forwarded-For:'", "without the colon"}},
      {"RPAFheader \"X-Forwarded-For, X-Real-IP\"", "RTMPT102", {"one header"}},
      {"RPAFproxy_ips 192.0.2.1, 192.0.2.2", "RTMPT100", {"'192.0.2.1,'", "blanks", "comma"}},
      {"RPAFproxy_ips 192.0.2.1,192.0.2.2", "RTMPT100", {"'192.0.2.1,192.0.2.2'", "blanks", "comma"}},
  });
}

TEST_CASE("A number that is written otherwise leads to how it is written") {
  judge_slips({
      {"RTMPTIdleHold 0.5s", "RTMPT014", {"'0.5s'", "whole number", "500ms"}},
      {"RTMPTIdleHold .5", "RTMPT014", {"'.5'", "whole number"}},
      {"RTMPTIdleHold 500", "RTMPT014", {"'500'", "plain number is seconds", "0 and 30s", "500ms"}},
      {"RTMPTIdleHold 1sec", "RTMPT014", {"'1sec'", "ms, s, min or h"}},
      {"RTMPTIdleHold 1m", "RTMPT014", {"'1m'", "ms, s, min or h"}},
      {"RTMPTSessionTimeout 15000", "RTMPT014", {"'15000'", "1s and 1h", "15000ms"}},
      {"RTMPTSessionTimeout 1d", "RTMPT014", {"'1d'", "ms, s, min or h", "1s and 1h"}},
      {"RTMPTBufferSize 1MB", "RTMPT015", {"'1MB'", "K, M or G", "16K and 64M"}},
      {"RTMPTBufferSize 1.5M", "RTMPT015", {"'1.5M'", "whole number"}},
      {"RTMPTBufferSize 1G", "RTMPT015", {"'1G'", "K, M or G"}},
      {"RTMPTMaxSessions unlimited", "RTMPT028", {"'unlimited'", "0 (no limit)"}},
      {"RTMPTMaxSessions 1,000", "RTMPT028", {"'1,000'", "whole number"}},
      {"RTMPTMaxViewers many", "RTMPT028", {"'many'", "0 (no limit)"}},
      {"RTMPTMaxBitRate 8Mbit", "RTMPT520", {"'8Mbit'", "0 (no limit)", "8M or 2500k"}},
      {"RTMPTMaxBitRate 8000", "RTMPT520", {"'8000'", "between 16k and 1G"}},
      {"RTMPTMaxBitRate 8M drop", "RTMPT520", {"8M 'drop'", "close or throttle"}},
  });
}

TEST_CASE("Words of a log and of a socket that would become a file lead to off") {
  judge_slips({
      {"RTMPTSessionLog none", "RTMPT120", {"\"none\"", "off"}},
      {"RTMPTSessionLog on", "RTMPT120", {"\"on\"", "a file"}},
      {"RTMPTSessionLog |/bin/cat -u", "RTMPT122", {"\"-u\"", "\"|program with arguments\""}},
  });
  judge_slips(
      {
          {"RTMPTControlSocket none", "RTMPT150", {"'none'", "off"}},
          {"RTMPTControlSocket on", "RTMPT150", {"'on'", "the path of a socket"}},
          {"RTMPTControlSocket x.sock mode 0660", "RTMPT150", {"'mode'", "mode=OCTAL"}},
          {"RTMPTControlSocket x.sock 0660", "RTMPT150", {"'0660'", "mode=OCTAL"}},
          {"RTMPTControlSocket x.sock user=33", "RTMPT150", {"'user=33'", "the name of a user"}},
      },
      false);
}
