// SPDX-License-Identifier: Apache-2.0
// Clients and streams that an administrator has shut out for a while (rtmptctl end --ban).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::policy {

// What a ban is about. Two texts for one thing: the first is compared, the second is shown, and tells less where the
// virtual host wants it so.
struct BanSubject {
  std::string vhost; // identifies the virtual host that it holds for
  std::string server_name;
  std::string address; // of the client, as limits count it
  std::string shown_address;
  std::string stream; // path of what nobody may publish; empty: none
  std::string shown_stream;
  bool operator==(const BanSubject&) const = default;
};

struct Ban {
  std::uint64_t number = 0; // 1 or more; names it
  BanSubject subject;
  std::chrono::steady_clock::time_point until;
  std::uint64_t refusals = 0; // clients and publishers that it has refused
};

// Bounded: when it is full, a new ban takes the place of the one that would end first. Not thread-safe.
class BanList {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  static constexpr std::size_t kMostBans = 1024;

  struct Added {
    std::uint64_t number = 0;
    bool is_full = false; // another ban has lost its place
  };

  // A client that is banned there already gets no second ban: the later end of both counts, and so does a stream.
  Added add(BanSubject subject, TimePoint until, TimePoint now);

  // Number 0: all of them. Returns how many were lifted.
  std::size_t lift(std::uint64_t number, TimePoint now);

  // Whether a client of that address may open or publish nothing at that virtual host, and whether nobody may publish
  // that stream there. Each yes counts as a refusal.
  bool refuses_client(std::string_view vhost, std::string_view address, TimePoint now);
  bool refuses_stream(std::string_view vhost, std::string_view stream, TimePoint now);

  // Those that hold, the oldest first.
  const std::vector<Ban>& bans(TimePoint now);

 private:
  void forget_ended(TimePoint now);

  std::vector<Ban> bans_;
  std::uint64_t last_number_ = 0;
};

} // namespace rtmpt_proxy::policy
