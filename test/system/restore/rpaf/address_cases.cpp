// SPDX-License-Identifier: Apache-2.0
#include "restore/rpaf/rpaf_case.hpp"

namespace rtmpt_proxy::test {

namespace {

struct Row {
  std::string value;  // of the header
  std::string client; // empty: the peer
  std::string reason;
};

// Each from an IPv4 and an IPv6 peer in turn.
std::vector<RpafCase> with_header(const std::string& header, const std::string& host, const std::vector<Row>& rows) {
  std::vector<RpafCase> cases;
  for (const Row& row : rows) {
    RpafCase made;
    made.reason = row.reason;
    made.headers = header + ": " + row.value;
    made.client = row.client;
    made.host = host;
    made.from = cases.size() % 3 == 2 ? "::1" : "127.0.0.1";
    cases.push_back(made);
  }
  return cases;
}

void append(std::vector<RpafCase>& cases, std::vector<RpafCase> more) {
  cases.insert(cases.end(), more.begin(), more.end());
}

const std::string kManyHops = [] {
  std::string hops = "203.0.113.9";
  for (int i = 0; i < 400; ++i)
    hops += ", 10.0.0." + std::to_string(i % 200 + 1);
  return hops;
}();

} // namespace

std::vector<RpafCase> x_forwarded_for_cases() {
  return with_header("X-Forwarded-For", "plain",
                     {
                         {"203.0.113.9", "203.0.113.9", "one hop"},
                         {"10.0.0.5, 203.0.113.9", "203.0.113.9", "left of the client is anybody's word"},
                         {"203.0.113.9, 10.0.0.2", "203.0.113.9", "a second trusted proxy"},
                         {"198.51.100.7, 203.0.113.9, 10.0.0.3, 10.0.0.2", "203.0.113.9", "two more proxies"},
                         {"203.0.113.9,10.0.0.2", "203.0.113.9", "no blank"},
                         {" \t203.0.113.9 \t,\t 10.0.0.2\t", "203.0.113.9", "blanks and tabs"},
                         {"10.0.0.3, 10.0.0.2", "10.0.0.3", "all trusted: the left-most is the client"},
                         {"127.0.0.1", "127.0.0.1", "the proxy's own request, said by itself"},
                         {"2001:db8::9", "2001:db8::9", "IPv6"},
                         {"2001:DB8:0::9", "2001:db8::9", "IPv6 in another spelling"},
                         {"2001:db8::9, 2001:db8:10::2", "2001:db8::9", "an IPv6 proxy in between"},
                         {"203.0.113.9:4711", "203.0.113.9", "a port, as Azure's gateway writes it"},
                         {"[2001:db8::9]:4711", "2001:db8::9", "IPv6 with a port"},
                         {"[2001:db8::9]", "2001:db8::9", "IPv6 in brackets"},
                         {"203.0.113.9, 10.0.0.2:4711", "203.0.113.9", "a trusted proxy with a port"},
                         {"::ffff:203.0.113.9", "203.0.113.9", "IPv4 as an IPv6 socket writes it"},
                         {"203.0.113.9, ::ffff:10.0.0.2", "203.0.113.9", "a trusted proxy written so"},
                         {"10.0.0.5, 203.0.113.9\nX-Forwarded-For: 10.0.0.2", "203.0.113.9", "two lines are one list"},
                         {"10.0.0.5\nX-Forwarded-For: 203.0.113.9", "203.0.113.9", "the last line is the proxy's"},
                         {"10.0.0.5 \"\nX-Forwarded-For: 203.0.113.9", "203.0.113.9", "a quotation mark hides no line"},
                         {"10.0.0.5 \", 203.0.113.9", "203.0.113.9", "a quotation mark hides no entry"},
                         {"10.0.0.5 \\, 203.0.113.9", "203.0.113.9", "nor does a backslash"},
                         {"10.0.0.5 \"", "", "a quotation mark gives nobody an address"},
                         {"", "", "an empty header"},
                         {",", "", "two empty entries"},
                         {"203.0.113.9,", "", "an empty entry is not passed over"},
                         {"203.0.113.9, , 10.0.0.2", "10.0.0.2", "an empty one in the middle"},
                         {"10.0.0.5, unknown", "", "a word is not passed over"},
                         {"203.0.113.9, unknown, 10.0.0.2", "10.0.0.2", "a word behind a good hop"},
                         {"10.0.0.5, localhost", "", "no name is resolved"},
                         {"10.0.0.5, 203.0.113", "", "short forms are none"},
                         {"10.0.0.5, 10.0.0.010", "", "octal forms are none"},
                         {"10.0.0.5, 0xcb007109", "", "hexadecimal forms are none"},
                         {"10.0.0.5, 3405803785", "", "integers are none"},
                         {"10.0.0.5, 203.0.113.9:0", "", "port 0"},
                         {"10.0.0.5, 203.0.113.9:65536", "", "a port over 65535"},
                         {"10.0.0.5, 203.0.113.9:80x", "", "a port with a letter"},
                         {"10.0.0.5, 203.0.113.9 10.0.0.6", "", "two addresses in one entry"},
                         {"10.0.0.5, fe80::9%lo", "", "no zones"},
                         {"10.0.0.5, \"203.0.113.9\"", "", "quotation marks belong to Forwarded"},
                         {"10.0.0.5, for=203.0.113.9", "", "so does for="},
                         {"10.0.0.5, 203.0.113.256", "", "a number over 255"},
                         {"10.0.0.5, ::1::", "", "no IPv6 address"},
                         {std::string(8000, 'x'), "", "8 kB of garbage"},
                         {std::string(8000, ','), "", "8 kB of commas"},
                         {kManyHops, "203.0.113.9", "four hundred trusted hops"},
                     });
}

std::vector<RpafCase> other_header_cases() {
  auto cases = with_header("X-Real-IP", "realip",
                           {
                               {"203.0.113.9", "203.0.113.9", "one address"},
                               {"2001:db8::9", "2001:db8::9", "IPv6"},
                               {"10.0.0.5\nX-Real-IP: 203.0.113.9", "203.0.113.9", "of two lines the proxy's"},
                               {"10.0.0.5, 203.0.113.9", "203.0.113.9", "of a list the right-most"},
                               {"somebody", "", "no address"},
                               {"\nX-Forwarded-For: 10.0.0.5", "", "an empty header gives way to no other"},
                           });
  append(cases, with_header("X-Forwarded-For", "realip",
                            {{"10.0.0.5", "", "without X-Real-IP no other header is read"},
                             {"10.0.0.5\nForwarded: for=10.0.0.5", "", "none of them"},
                             {"10.0.0.5\nX-Real-IP: 203.0.113.9", "203.0.113.9", "the one header is"}}));
  append(cases,
         with_header("Forwarded", "rfc7239",
                     {
                         {"for=203.0.113.9", "203.0.113.9", "one parameter"},
                         {"For=\"203.0.113.9:4711\";proto=https", "203.0.113.9", "names have no case"},
                         {"for=\"[2001:db8::9]:4711\"", "2001:db8::9", "IPv6 with a port"},
                         {"proto=https;for=203.0.113.9;by=10.0.0.2", "203.0.113.9", "in any order"},
                         {"for=10.0.0.5, for=203.0.113.9", "203.0.113.9", "two elements"},
                         {"for=203.0.113.9, for=10.0.0.2", "203.0.113.9", "a trusted proxy in between"},
                         {"for=10.0.0.5;x=\", for=203.0.113.9", "203.0.113.9", "an open quotation mark hides nothing"},
                         {"for=203.0.113.9;host=\"a, for=10.0.0.5\"", "203.0.113.9", "an element quoted in another"},
                         {"for=10.0.0.5\nForwarded: for=203.0.113.9", "203.0.113.9", "two lines are one list"},
                         {"for=10.0.0.5, for=unknown", "", "a hidden client"},
                         {"for=10.0.0.5, for=_hidden", "", "a client under another name"},
                         {"for=10.0.0.5, proto=https", "", "an element without for="},
                         {"for=10.0.0.5, for=2001:db8::9", "", "IPv6 without brackets and quotation marks"},
                         {"for=203.0.113.9;for=10.0.0.5", "", "the same parameter twice"},
                         {"203.0.113.9", "", "a list of addresses is none of elements"},
                     }));
  append(cases, with_header("X-Forwarded-For", "rfc7239", {{"10.0.0.5", "", "without Forwarded no other is read"}}));
  return cases;
}

std::vector<RpafCase> rpaf_cases() {
  std::vector<RpafCase> all;
  for (auto* const cases : {x_forwarded_for_cases, other_header_cases, trust_cases, host_cases, https_and_port_cases})
    append(all, cases());
  return all;
}

} // namespace rtmpt_proxy::test
