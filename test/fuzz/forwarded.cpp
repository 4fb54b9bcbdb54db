// SPDX-License-Identifier: Apache-2.0
// What the peer appends is read whatever stands in front of it, a client is a hop that the header has, and the same
// header gives the same client in one line or in two, when they are cut at an element that was read.
#include "forwarded_entries.hpp"
#include "require.hpp"

#include <string>

using namespace rtmpt_proxy;
using rtmpt_proxy::test::require;

namespace {

policy::Restored walk(std::span<const std::string_view> lines) {
  return restore_client(test::trusted_peer(), test::trusted_proxies(), policy::ForwardedSyntax::forwarded, lines);
}

policy::Restored walk(std::string_view line) {
  return walk(std::span(&line, 1));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto [client, end] = walk(test::lines_of(text));
  require(client.has_value() || end == policy::WalkEnd::bad_entry, "lines without a client have a bad entry");

  const policy::Restored behind = walk(std::string(text) + ", for=\"[2001:db7::9]:80\";host=\"\\\",for=10.0.0.5\"");
  require(behind.client && protocol::to_text(behind.client->address).view() == "2001:db7::9", "the peer's word counts");
  require(behind.end == policy::WalkEnd::client_found && behind.client->port == 80, "it ends the walk");

  const policy::Restored whole = walk(text);
  const policy::Restored with_proxy = walk(std::string(text) + ", for=10.0.0.2");
  require(with_proxy.end == whole.end, "a trusted hop at the right changes nothing further left");
  require(!whole.client || with_proxy.client == whole.client, "nor who the client is");
  const std::string proxy_line = "for=10.0.0.2";
  const std::string_view two[] = {text, proxy_line};
  require(walk(two).client == with_proxy.client, "the proxy's own line is as good as its own element");
  return 0;
}
