// SPDX-License-Identifier: Apache-2.0
// mod_proxy_balancer's balancer-manager, used as a browser does: by its page, its links and its form.
#pragma once

#include "support/clients/byte_stream.hpp"
#include "support/clients/http_connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmpt_proxy::test {

// Directives for the virtual host that has the page. mod_proxy keeps a state of its own of each balancer for each
// virtual host: the page shows and changes that of the host whose page it is.
inline constexpr const char* kBalancerManagerLocation = "<Location /balancer-manager>\n"
                                                        "  SetHandler balancer-manager\n</Location>\n";

// What the page says of one member.
struct MemberRow {
  std::string status; // "Init Ok ", "Init Drn Ok "; see the letters of set_status()
  std::uint16_t port = 0;
  std::uint64_t elected = 0;
};

class BalancerManager {
 public:
  BalancerManager(Endpoint endpoint, std::string balancer)
      : endpoint_(std::move(endpoint)), balancer_(std::move(balancer)) {}

  // Switches one status of a member on or off: 'N' draining, 'D' disabled, 'H' hot standby, 'S' stopped. Throws
  // std::runtime_error when the page has no such member or does not answer.
  void set_status(const std::string& member_url, char status, bool on);

  // Gives a field of the member's form a value: {"w_hm", "TCP"}. Throws as above.
  void set_field(const std::string& member_url, const std::string& name, const std::string& value);

  // Adds a member; mod_proxy adds it disabled. Throws as above.
  void add_member(const std::string& member_url);

  // Throws std::runtime_error when the page does not list the member.
  MemberRow row(const std::string& member_url) const;

  // Whether the member's status has this word: "Ok", "Err", "Drn", "Dis", "HcFl", "Stby".
  bool is(const std::string& member_url, std::string_view word) const;

 private:
  using Fields = std::vector<std::pair<std::string, std::string>>; // name and value, neither encoded

  std::string headers() const;
  HttpResponse request(const std::string& text) const;
  std::string link_to(const std::string& text_of_link) const;
  void submit(const std::string& link, const Fields& chosen);

  Endpoint endpoint_;
  std::string balancer_;
};

} // namespace rtmpt_proxy::test
