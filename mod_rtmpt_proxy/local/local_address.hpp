// SPDX-License-Identifier: Apache-2.0
// The address of a local socket (unix(7)).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <sys/socket.h>
#include <sys/un.h>

namespace rtmpt_proxy::local {

// A path in an address has room for as many bytes, without the zero byte at its end.
inline constexpr std::size_t kMaxPathBytes = sizeof(sockaddr_un::sun_path) - 1;

class LocalAddress {
 public:
  // A name in the file system. Empty when it is longer than kMaxPathBytes.
  static std::optional<LocalAddress> of_path(std::string_view path);
  // A name outside of the file system, which ends with the last socket that has it. Empty when it is longer than
  // kMaxPathBytes.
  static std::optional<LocalAddress> abstract(std::string_view name);

  // Connects `socket` to who listens at this address. Returns 0, or errno.
  int connect(int socket) const;
  // Gives `socket` this address. Returns 0, or errno.
  int bind(int socket) const;

 private:
  LocalAddress() = default;

  sockaddr_un address_{};
  socklen_t size_bytes_ = sizeof address_;
};

// Connects `socket` to who listens at `path`. Returns 0, or errno: ENAMETOOLONG for a path longer than kMaxPathBytes.
int connect_to_path(int socket, std::string_view path);

} // namespace rtmpt_proxy::local
