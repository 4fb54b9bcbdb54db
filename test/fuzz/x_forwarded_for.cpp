// SPDX-License-Identifier: Apache-2.0
// The client is one of the header's own entries or the peer, it is what a plain reading of the joined lines gives, and
// the text of its address parses to itself.
#include "forwarded_entries.hpp"
#include "require.hpp"

#include <algorithm>
#include <string>

using namespace rtmpt_proxy;
using rtmpt_proxy::test::require;

namespace {

// Rule by rule, with copies: split all at commas, trim, walk.
std::optional<protocol::Endpoint> plainly(std::string joined, const policy::TrustedProxies& trusted) {
  std::optional<protocol::Endpoint> last_good;
  for (bool more = true; more;) {
    const std::size_t comma = joined.rfind(',');
    more = comma != std::string::npos;
    std::string entry = joined.substr(more ? comma + 1 : 0);
    while (entry.ends_with(' ') || entry.ends_with('\t'))
      entry.pop_back();
    const std::size_t blanks = entry.find_first_not_of(" \t");
    const auto hop = protocol::parse_endpoint(blanks == std::string::npos ? "" : entry.substr(blanks));
    if (!hop) break;
    last_good = hop;
    if (!trusted.contains(hop->address)) break;
    joined.resize(more ? comma : 0);
  }
  return last_good;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const policy::TrustedProxies trusted = test::trusted_proxies();
  const auto lines = test::lines_of(text);
  const auto [client, end] =
      restore_client(test::trusted_peer(), trusted, policy::ForwardedSyntax::address_list, lines);
  std::string joined(text);
  std::replace(joined.begin(), joined.end(), '\n', ',');
  require(client == plainly(joined, trusted), "the walk is the plain reading of the joined lines");
  const bool found = client && !trusted.contains(client->address);
  require(found == (end == policy::WalkEnd::client_found), "who is not trusted ends the walk");
  if (!client) return 0;
  const auto again = protocol::parse_ip_address(protocol::to_text(client->address).view());
  require(again == client->address, "the text of an address parses to the same address");
  return 0;
}
