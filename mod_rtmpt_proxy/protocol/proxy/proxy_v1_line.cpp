// SPDX-License-Identifier: Apache-2.0
#include "protocol/proxy/proxy_v1_line.hpp"

#include <algorithm>

namespace rtmpt_proxy::protocol {

namespace {

// Takes the front of `rest` up to the next space, and the space. Several spaces make empty fields.
std::string_view take_field(std::string_view& rest) {
  const std::size_t space = std::min(rest.find(' '), rest.size());
  const std::string_view field = rest.substr(0, space);
  rest.remove_prefix(std::min(space + 1, rest.size()));
  return field;
}

std::optional<IpAddress> parse_address(std::string_view text, bool v6) {
  const bool written_as_v6 = text.find(':') != std::string_view::npos;
  return written_as_v6 == v6 ? parse_ip_address(text) : std::nullopt;
}

} // namespace

ProxyHeaderError parse_proxy_v1_line(std::string_view line, ProxyHeader& header) {
  std::string_view rest = line;
  const std::string_view protocol = take_field(rest);
  if (protocol == "UNKNOWN") return ProxyHeaderError::none; // whatever follows is to be ignored
  if (protocol != "TCP4" && protocol != "TCP6") return ProxyHeaderError::v1_unknown_protocol;
  if (std::count(line.begin(), line.end(), ' ') != 4) return ProxyHeaderError::v1_malformed;

  const bool v6 = protocol == "TCP6";
  const std::optional<IpAddress> source = parse_address(take_field(rest), v6);
  const std::optional<IpAddress> destination = parse_address(take_field(rest), v6);
  if (!source || !destination) return ProxyHeaderError::v1_bad_address;
  const std::optional<std::uint16_t> source_port = parse_port(take_field(rest));
  const std::optional<std::uint16_t> destination_port = parse_port(take_field(rest));
  if (!source_port || !destination_port) return ProxyHeaderError::v1_bad_port;
  header.connection = ProxiedConnection{{*source, *source_port}, {*destination, *destination_port}};
  return ProxyHeaderError::none;
}

} // namespace rtmpt_proxy::protocol
