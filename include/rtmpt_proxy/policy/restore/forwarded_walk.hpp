// SPDX-License-Identifier: Apache-2.0
// Finds the client behind proxies, as far as trusted proxies can say.
//
//   X-Forwarded-For: spoofed, client, proxy 1            from the TCP peer, proxy 2
//                    ignored  ◄──┴─ walked right to left while the hop is trusted
//
// Each proxy appends whom it got the request from, so what stands right is a trusted proxy's word and what stands left
// of the first hop that is not trusted is anybody's.
#pragma once

#include <rtmpt_proxy/policy/restore/ip_network.hpp>
#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace rtmpt_proxy::policy {

using protocol::Endpoint;

enum class ForwardedSyntax : std::uint8_t {
  address_list, // X-Forwarded-For, X-Real-IP and any other: addresses with or without a port, and commas
  forwarded,    // RFC 7239
};

// "Forwarded" in any case is RFC 7239's, every other header a list.
ForwardedSyntax forwarded_syntax(std::string_view header_name);

// Why a walk has ended. Only with client_found the client is known not to be a trusted proxy.
enum class WalkEnd : std::uint8_t {
  peer_not_trusted, // nothing was read
  client_found,     // the first hop that is not trusted
  all_trusted,      // the left-most hop is trusted too: it is the client
  bad_entry,        // an entry that is empty, does not parse, or hides the address ("unknown", "_hidden")
  no_entry,         // no line at all
};

// A short sentence for a log ("an entry is no address"); it quotes nothing of the header.
std::string_view to_string(WalkEnd end);

struct Restored {
  std::optional<Endpoint> client; // none: the client is the peer
  WalkEnd end = WalkEnd::no_entry;
};

// `lines` are the values of one header, in the order in which they came: the walk goes on from the first entry of a
// line to the last of the line before, as if they had been joined with commas. Of RFC 7239, whose quoted strings may
// contain commas, an element is read from its end: a quotation mark left open further left, where a client may have
// written what it likes, does not touch the element that the peer appended. An entry that is not good is never passed
// over; the client is then the last good hop, or none.
//
// A duplicate of a parameter within an element of RFC 7239 makes it bad, as do more than 16 parameters and blanks that
// the grammar has not. Time is proportional to what the walk reads, and nothing is allocated.
Restored restore_client(const IpAddress& peer, const TrustedProxies& trusted, ForwardedSyntax syntax,
                        std::span<const std::string_view> lines);

// The same for a connection whose peer, a trusted proxy, announced by the PROXY protocol that it comes from `source`:
// the header's lines are the source's words then, so the walk begins there. The client is never none.
Restored restore_client_of_source(const Endpoint& source, const TrustedProxies& trusted, ForwardedSyntax syntax,
                                  std::span<const std::string_view> lines);

} // namespace rtmpt_proxy::policy
