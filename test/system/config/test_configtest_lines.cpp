// SPDX-License-Identifier: Apache-2.0
// Lines that are good each by itself and do not work together are spoken of by `httpd -t`.
#include "support/sites/tried_site.hpp"

#include <catch2/catch.hpp>

using namespace rtmpt_proxy::test;

namespace {

constexpr const char* kPass = "RTMPTProxyPass rtmp://127.0.0.1\n";
constexpr auto good = Verdict::good;
constexpr auto warned = Verdict::warned;
constexpr auto refused = Verdict::refused;

} // namespace

TEST_CASE("RPAF lines that restore nothing, or twice, are spoken of") {
  const std::string on = "RPAFenable On\n";
  const std::string ips = "RPAFproxy_ips 127.0.0.1\n";
  const std::string forbid = "RPAF_ForbidIfNotProxy On\n";
  const std::string remote = "RemoteIPHeader X-Forwarded-For\n";
  const std::vector<std::string> remoteip = {"remoteip"};
  judge({
      {"on, with proxies", good, "RTMPT164", {}, on + ips},
      {"on, with proxies in the virtual hosts", good, "RTMPT164", {}, on, "", ips},
      {"on, proxies in one virtual host alone", warned, "RTMPT164", {"the main server"}, on, ips},
      {"on", warned, "RTMPT164", {"the main server", "expected RPAFproxy_ips"}, on},
      {"on in a virtual host", warned, "RTMPT164", {"virtual host localhost", "httpd.conf:", "RPAFproxy_ips"}, "", on},
      {"off", good, "RTMPT164", {}, "RPAFenable Off\n"},
      {"everybody is refused",
       refused,
       "RTMPT164",
       {"RPAF_ForbidIfNotProxy", "every request", "expected"},
       on + forbid},
      {"strangers are refused", good, "RTMPT165", {}, on + ips + forbid},
      {"nobody is refused", warned, "RTMPT165", {"RPAF_ForbidIfNotProxy", "expected RPAFenable On"}, ips + forbid},
      {"mod_remoteip, loaded", good, "RTMPT166", {}, on + ips, "", "", remoteip},
      {"mod_remoteip alone", good, "RTMPT166", {}, remote, "", "", remoteip},
      {"mod_remoteip too",
       warned,
       "RTMPT166",
       {"RemoteIPHeader X-Forwarded-For", "httpd.conf:", "RPAFenable On in the main server", "expected one"},
       on + ips + remote,
       "",
       "",
       remoteip},
      {"mod_remoteip's PROXY protocol too",
       warned,
       "RTMPT166",
       {"RemoteIPProxyProtocol On", "expected one"},
       "",
       on + ips + "RemoteIPProxyProtocol On\n",
       "",
       remoteip},
      {"and off", good, "RTMPT166", {}, "", on + ips + "RemoteIPProxyProtocol Off\n", "", remoteip},
  });
}

TEST_CASE("Lines that do streams no good are spoken of, with file and line") {
  const std::string pass = kPass;
  const std::string off = "KeepAlive Off\n";
  const std::string small = "LimitRequestBody 102400\n";
  const std::string in_send = "<Location \"/send\">\n" + small + "</Location>\n";
  const std::string again = "RTMPTProxyPass rtmp://127.0.0.2\n";
  judge({
      {"KeepAlive On", good, "RTMPT169", {}, off, pass + "KeepAlive On\n"},
      {"KeepAlive Off for pages", good, "RTMPT169", {}, off},
      {"KeepAlive Off, inherited",
       warned,
       "RTMPT169",
       {"httpd.conf:", "virtual host localhost", "expected"},
       off,
       pass},
      {"KeepAlive Off", warned, "RTMPT169", {"KeepAlive Off", "expected KeepAlive On"}, "", pass + off},
      {"no limit", good, "RTMPT170", {}, "", pass + "LimitRequestBody 0\n"},
      {"a sensible limit", good, "RTMPT170", {}, "", pass + "LimitRequestBody 1048576\n"},
      {"a small limit for pages", good, "RTMPT170", {}, small, pass + "LimitRequestBody 0\n"},
      {"a small limit for a form", good, "RTMPT170", {}, "", pass + "<Location /form>\n" + small + "</Location>\n"},
      {"a small limit for files", good, "RTMPT170", {}, "", pass + "<Directory />\n" + small + "</Directory>\n"},
      {"a small limit", warned, "RTMPT170", {"102400", "httpd.conf:", "expected at least 1048576"}, "", pass + small},
      {"a small limit, and another one for streams",
       good,
       "RTMPT170",
       {},
       "",
       pass + small + "<LocationMatch \"^/(open|send)/\">\nLimitRequestBody 0\n</LocationMatch>\n"},
      {"a small limit, and another one for a form",
       warned,
       "RTMPT170",
       {"<LocationMatch \"^/(open|send)/\">"},
       "",
       pass + small + "<Location /form>\nLimitRequestBody 0\n</Location>\n"},
      {"a small limit, inherited", warned, "RTMPT170", {"102400", "virtual host localhost"}, small, pass},
      {"a small limit for sends", warned, "RTMPT170", {"102400"}, "", pass + in_send},
      {"a small limit for sends, main server", warned, "RTMPT170", {"102400"}, in_send, pass},
      {"a small limit for all", warned, "RTMPT170", {}, "", pass + "<Location />\n" + small + "</Location>\n"},
      {"a small limit by pattern",
       warned,
       "RTMPT170",
       {},
       "",
       pass + "<LocationMatch \"^/(send|idle)/\">\n" + small + "</LocationMatch>\n"},
      {"one pass each", good, "RTMPT167", {}, again, pass},
      {"two passes",
       warned,
       "RTMPT167",
       {"rtmp://127.0.0.2", "rtmp://127.0.0.1", "httpd.conf:", "expected one"},
       "",
       pass + again},
      {"two passes, main server", warned, "RTMPT167", {"expected one"}, pass + again},
      {"forwarding with a pass", good, "RTMPT171", {}, "", pass + "RTMPTForwardClient none\n"},
      {"forwarding with a ProxyPass", good, "RTMPT171", {}, "", "RTMPTForwardClient none\nProxyPass / rtmp://media/\n"},
      {"forwarding with a ProxyPass of a place",
       good,
       "RTMPT171",
       {},
       "",
       "RTMPTForwardClient none\n<Location />\nProxyPass rtmp://media/\n</Location>\n"},
      {"forwarding with a route",
       good,
       "RTMPT171",
       {},
       "",
       "RTMPTForwardClient none\nRTMPTProxyPassMatch Host a rtmp://b\n"},
      {"forwarding for others", good, "RTMPT171", {}, "RTMPTForwardClient none\n", pass},
      {"forwarding without a pass",
       warned,
       "RTMPT171",
       {"RTMPTForwardClient none", "httpd.conf:", "virtual host localhost", "expected RTMPTProxyPass"},
       "",
       "RTMPTForwardClient none\n"},
      {"forwarding for nobody", warned, "RTMPT171", {"RTMPTForwardClient", "no server"}, "RTMPTForwardClient none\n"},
      {"another setting", warned, "RTMPT171", {"RTMPTSessionLog syslog:local1"}, "", "RTMPTSessionLog syslog:local1\n"},
      {"turned off", warned, "RTMPT171", {"RTMPTIdleHold 1s"}, pass, "RTMPTProxyPass !\nRTMPTIdleHold 1s\n"},
  });
}

TEST_CASE("A ProxyPass by which no stream can come is refused") {
  const std::string media = "<Proxy balancer://media>\nBalancerMember rtmp://127.0.0.1\n</Proxy>\n";
  const std::string web = "<Proxy balancer://web>\nBalancerMember http://127.0.0.1\n</Proxy>\n";
  judge({
      {"as it should be", good, "RTMPT168", {}, "", "ProxyPass \"/\" \"rtmp://media/\" connectiontimeout=3\n"},
      {"a balancer", good, "RTMPT168", {}, media, "ProxyPass / balancer://media/\n"},
      {"of a place", good, "RTMPT168", {}, "", "<Location \"/\">\nProxyPass rtmpt://media:82/\n</Location>\n"},
      {"one by one",
       good,
       "RTMPT168",
       {},
       "",
       "ProxyPass /open rtmp://media/open\nProxyPass /send rtmp://media/send\n"},
      {"an exception", good, "RTMPT168", {}, "", "ProxyPass /open !\nProxyPass / rtmp://media/\n"},
      {"a pattern", good, "RTMPT168", {}, "", "ProxyPassMatch ^/(open|send|idle|close)/ rtmp://media\n"},
      {"another scheme", good, "RTMPT168", {}, web, "ProxyPass /live http://media\nProxyPass / balancer://web\n"},
      {"no slash",
       refused,
       "RTMPT168",
       {"httpd.conf:", "ProxyPass / rtmp://media", "no slash", "expected ProxyPass \"/\" \"rtmp://media/\""},
       "",
       "ProxyPass \"/\" \"rtmp://media\"\n"},
      {"no slash, a balancer",
       refused,
       "RTMPT168",
       {"balancer://media", "no slash"},
       media,
       "ProxyPass / balancer://media\n"},
      {"no slash, of a place",
       refused,
       "RTMPT168",
       {"no slash"},
       "",
       "<Location />\nProxyPass rtmp://media\n</Location>\n"},
      {"in the main server", refused, "RTMPT168", {"no slash"}, "ProxyPass / rtmp://media\n"},
      {"an application",
       refused,
       "RTMPT168",
       {"ProxyPass /live rtmp://media/...", "/open, /send", "expected ProxyPass \"/\" \"rtmp://media/\""},
       "",
       "ProxyPass /live rtmp://media/live/secret\n"},
      {"an application alone",
       refused,
       "RTMPT168",
       {"ProxyPass /live rtmp://media"},
       "",
       "ProxyPass /live rtmp://media\n"},
      {"an application behind",
       refused,
       "RTMPT168",
       {"ProxyPass / rtmp://media/..."},
       "",
       "ProxyPass / rtmp://media/live/\n"},
  });
  const auto result = try_site({"a secret", refused, "", {}, "", "ProxyPass /live rtmp://media/live/secret\n"});
  CHECK(result.output.find("secret") == std::string::npos);
}

TEST_CASE("A media server that mod_proxy takes and no stream can reach is refused") {
  const auto member = [](const std::string& words) {
    return "<Proxy balancer://media>\nBalancerMember " + words + "\n</Proxy>\n";
  };
  const std::string tls = "RTMPT over TLS to a media server is not supported";
  judge({
      {"ours", good, "RTMPT174", {}, member("rtmp://media") + member("rtmpt://media:82") + member("rtmps://media")},
      {"of the web", good, "RTMPT174", {}, member("https://media"), "ProxyPass /rtmps/ http://rtmps/\n"},
      {"a member over TLS",
       refused,
       "RTMPT174",
       {"httpd.conf:", "BalancerMember \"rtmpts://media:443\"", "expected rtmpt://media:443", tls},
       member("rtmpts://media:443 retry=1")},
      {"in capitals", refused, "RTMPT174", {"expected rtmpt://media"}, member("RTMPTS://media")},
      {"a ProxyPass over TLS",
       refused,
       "RTMPT174",
       {"httpd.conf:", "ProxyPass \"rtmpts://media/\"", "expected rtmpt://media", tls},
       "",
       "ProxyPass \"/\" \"rtmpts://media/\"\n"},
      {"of a place", refused, "RTMPT174", {tls}, "", "<Location />\nProxyPass rtmpts://media/\n</Location>\n"},
      {"checked by connecting", good, "RTMPT175", {}, member("rtmp://media hcmethod=TCP"), "", "", {"proxy_hcheck"}},
      {"not checked", good, "RTMPT175", {}, member("rtmp://media hcmethod=none"), "", "", {"proxy_hcheck"}},
      {"checked by a page, where there can be one",
       good,
       "RTMPT175",
       {},
       member("rtmpt://media hcmethod=GET"),
       "",
       "",
       {"proxy_hcheck"}},
      {"checked by a page",
       refused,
       "RTMPT175",
       {"httpd.conf:", "\"rtmp://media\" hcmethod=GET", "expected hcmethod=TCP"},
       member("rtmp://media hcmethod=GET hcuri=/"),
       "",
       "",
       {"proxy_hcheck"}},
  });
}

TEST_CASE("What mod_proxy refuses of a balancer is explained") {
  const std::string member = "BalancerMember rtmp://127.0.0.1";
  const auto balancer = [](const std::string& lines) { return "<Proxy balancer://media>\n" + lines + "\n</Proxy>\n"; };
  const std::string typo = balancer(member + "\nProxySet lbmethod=rtmptsession");
  const std::string checks = balancer(member + " hcmethod=TCP hcinterval=1");
  judge({
      {"our method", good, "RTMPT172", {}, balancer(member + "\nProxySet lbmethod=rtmptsessions")},
      {"a typo in it",
       refused,
       "RTMPT172",
       {"httpd.conf:", "lbmethod=rtmptsession:", "expected one of", "byrequests", "rtmptsessions"},
       typo},
      {"a method that is not loaded",
       refused,
       "RTMPT172",
       {"lbmethod=bybusyness"},
       balancer("ProxySet lbmethod=bybusyness")},
      {"behind ProxyPass", refused, "RTMPT172", {"lbmethod=best"}, "ProxyPass / balancer://media/ lbmethod=best\n"},
      {"health checks", good, "RTMPT173", {}, checks, "", "", {"proxy_hcheck"}},
      {"health checks without their module",
       refused,
       "RTMPT173",
       {"httpd.conf:", "BalancerMember", "hcmethod=TCP", "expected mod_proxy_hcheck", "a2enmod proxy_hcheck"},
       checks},
      {"a template without it", refused, "RTMPT173", {"hctemplate=tcp"}, balancer(member + " hctemplate=tcp")},
  });
}

TEST_CASE("<IfModule mod_rtmpt_proxy.c> is true") {
  const auto result =
      try_site({"", refused, "", {}, "<IfModule mod_rtmpt_proxy.c>\nRTMPTIdleHold soon\n</IfModule>\n"});
  CHECK(result.output.find("RTMPTIdleHold 'soon'") != std::string::npos);
}

TEST_CASE("A line that sends pages elsewhere and matches an open is named, once for a virtual host") {
  const std::string pass = kPass;
  const std::string on = "RewriteEngine On\n";
  const std::vector<std::string> rewrite = {"rewrite"};
  const auto left = [&](const std::string& lines) {
    return TriedSite{lines, warned,       "RTMPT041", {"httpd.conf:", "virtual host localhost", "expected Require"},
                     "",    pass + lines, "",         rewrite};
  };
  const auto fine = [&](const std::string& lines) {
    return TriedSite{lines, good, "RTMPT041", {}, "", pass + lines, "", rewrite};
  };
  judge({
      left(on + "RewriteRule ^ https://localhost%{REQUEST_URI} [R=301,L]\n"),
      left(on + "RewriteRule !^/pages /index.php [L]\n"),
      left(on + "RewriteRule ^/OPEN http://127.0.0.1:9/ [P,NC]\n"),
      left("Redirect / https://localhost/\n"),
      left("Redirect permanent /open https://localhost/\n"),
      left("RedirectMatch ^/(.*) https://localhost/$1\n"),
      left("RedirectPermanent /open/1 https://localhost/\n"),
      left("Alias \"/open\" \"/tmp\"\n"),
      left("ScriptAlias \"/open/\" \"/tmp/\"\n"),
      left("FallbackResource /index.php\n"),
      left("ProxyPass \"/\" \"http://127.0.0.1:9/\"\n"),
      fine(""),
      fine("RewriteRule ^ https://localhost/ [R]\n"), // the engine is off
      fine(on + "RewriteRule ^/open - [F]\n"),
      fine(on + "RewriteRule ^/open /gone [G]\n"),
      fine(on + "RewriteRule ^/open /x [R=404]\n"),
      fine(on + "RewriteRule ^ - [E=seen:1]\n"),
      fine(on + "RewriteRule ^/pages https://localhost/ [R]\n"),
      fine(on + "RewriteRule ^/OPEN https://localhost/ [R]\n"),
      fine("Redirect gone /open\n"),
      fine("Redirect 403 /\n"),
      fine("Redirect /ope https://localhost/\n"),
      fine("Alias \"/opening\" \"/tmp\"\n"),
      fine("FallbackResource disabled\n"),
      fine("ProxyPass \"/open\" \"!\"\n"),
      {"the main server's redirect", warned, "RTMPT041", {"Redirect / https"}, "Redirect / https://localhost/\n", pass},
      {"the main server's rewriting", good, "RTMPT041", {}, on + "RewriteRule ^ https://x/ [R]\n", pass, "", rewrite},
      {"no streams here", good, "RTMPT041", {}, "", "Redirect / https://localhost/\n"},
  });
  const auto result = try_site({"", warned, "", {}, "", pass + "Redirect / https://x/\nAlias /open /tmp\n"});
  CHECK(result.output.find("RTMPT041") == result.output.rfind("RTMPT041"));
}
