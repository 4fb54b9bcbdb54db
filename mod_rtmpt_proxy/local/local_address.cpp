// SPDX-License-Identifier: Apache-2.0
#include "local/local_address.hpp"

#include <cerrno>
#include <cstring>

namespace rtmpt_proxy::local {

std::optional<LocalAddress> LocalAddress::of_path(std::string_view path) {
  if (path.size() > kMaxPathBytes) return std::nullopt;
  LocalAddress made;
  made.address_.sun_family = AF_UNIX;
  std::memcpy(made.address_.sun_path, path.data(), path.size());
  return made;
}

std::optional<LocalAddress> LocalAddress::abstract(std::string_view name) {
  if (name.size() > kMaxPathBytes) return std::nullopt;
  LocalAddress made;
  made.address_.sun_family = AF_UNIX;
  std::memcpy(made.address_.sun_path + 1, name.data(), name.size()); // the zero byte before it says that it is no path
  made.size_bytes_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return made;
}

int LocalAddress::connect(int socket) const {
  return ::connect(socket, reinterpret_cast<const sockaddr*>(&address_), size_bytes_) == 0 ? 0 : errno;
}

int LocalAddress::bind(int socket) const {
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address_), size_bytes_) == 0 ? 0 : errno;
}

int connect_to_path(int socket, std::string_view path) {
  const std::optional<LocalAddress> address = LocalAddress::of_path(path);
  return address ? address->connect(socket) : ENAMETOOLONG;
}

} // namespace rtmpt_proxy::local
