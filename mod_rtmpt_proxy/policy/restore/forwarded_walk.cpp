// SPDX-License-Identifier: Apache-2.0
#include "policy/restore/forwarded_element.hpp"
#include "policy/text/header_text.hpp"

#include <rtmpt_proxy/policy/restore/forwarded_walk.hpp>

namespace rtmpt_proxy::policy {

namespace {

// Takes the entries of a header's lines from right to left.
class HopReader {
 public:
  HopReader(ForwardedSyntax syntax, std::span<const std::string_view> lines) : syntax_(syntax), lines_(lines) {}

  bool at_end() const { return !in_line_ && lines_.empty(); }

  // The next hop; none when the entry is not good. Not to be called at the end nor after an entry that is not good.
  std::optional<Endpoint> next() {
    if (!in_line_) {
      rest_ = lines_.back();
      lines_ = lines_.first(lines_.size() - 1);
    }
    const bool is_list = syntax_ == ForwardedSyntax::address_list;
    const std::size_t begin = is_list ? rest_.rfind(',') + 1 : last_element_begin(rest_); // npos + 1 is 0
    if (begin == std::string_view::npos) return std::nullopt;
    const std::string_view entry = trimmed(rest_.substr(begin));
    in_line_ = begin > 0; // also when nothing is left of the comma: that is an empty entry
    rest_ = rest_.substr(0, in_line_ ? begin - 1 : 0);
    return is_list ? protocol::parse_endpoint(entry) : forwarded_for(entry);
  }

 private:
  ForwardedSyntax syntax_;
  std::span<const std::string_view> lines_; // those not begun
  std::string_view rest_;                   // of the line that is being read, while in_line_
  bool in_line_ = false;
};

} // namespace

ForwardedSyntax forwarded_syntax(std::string_view header_name) {
  return equal_in_any_case(header_name, "Forwarded") ? ForwardedSyntax::forwarded : ForwardedSyntax::address_list;
}

std::string_view to_string(WalkEnd end) {
  switch (end) {
  case WalkEnd::peer_not_trusted: return "the peer is no trusted proxy";
  case WalkEnd::client_found: return "the client is the first hop that is no trusted proxy";
  case WalkEnd::all_trusted: return "every hop is a trusted proxy";
  case WalkEnd::bad_entry: return "an entry is no address";
  case WalkEnd::no_entry: return "the header is missing";
  }
  return "the walk has an unknown end";
}

Restored restore_client(const IpAddress& peer, const TrustedProxies& trusted, ForwardedSyntax syntax,
                        std::span<const std::string_view> lines) {
  if (!trusted.contains(peer)) return {std::nullopt, WalkEnd::peer_not_trusted};
  std::optional<Endpoint> last_good;
  HopReader hops(syntax, lines);
  while (!hops.at_end()) {
    const std::optional<Endpoint> hop = hops.next();
    if (!hop) return {last_good, WalkEnd::bad_entry};
    last_good = hop;
    if (!trusted.contains(hop->address)) return {last_good, WalkEnd::client_found};
  }
  return {last_good, last_good ? WalkEnd::all_trusted : WalkEnd::no_entry};
}

Restored restore_client_of_source(const Endpoint& source, const TrustedProxies& trusted, ForwardedSyntax syntax,
                                  std::span<const std::string_view> lines) {
  Restored restored = restore_client(source.address, trusted, syntax, lines);
  if (restored.end == WalkEnd::peer_not_trusted) restored.end = WalkEnd::client_found;
  if (!restored.client) restored.client = source;
  return restored;
}

} // namespace rtmpt_proxy::policy
