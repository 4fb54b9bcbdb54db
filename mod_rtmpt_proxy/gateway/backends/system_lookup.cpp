// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/name_resolver.hpp"
#include "local/error_text.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <cerrno>
#include <cstring>
#include <memory>

#include <netdb.h>
#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

namespace {

Lookup failure_of(int error, int system_error) {
  Lookup lookup;
  // A name without an address of the kinds asked for is as good as none.
  const bool none = error == EAI_NONAME || error == EAI_NODATA;
  lookup.status = none ? LookupStatus::no_such_name : LookupStatus::failed;
  lookup.failure = error == EAI_SYSTEM ? local::error_text(system_error) : ::gai_strerror(error);
  return lookup;
}

} // namespace

Lookup look_up_with_system(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* first = nullptr;
  const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &first);
  if (error != 0) return failure_of(error, errno);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(first, &::freeaddrinfo);
  Lookup lookup;
  for (const addrinfo* info = first; info; info = info->ai_next) {
    boost::asio::ip::tcp::endpoint endpoint;
    if (info->ai_addrlen > endpoint.capacity()) continue;
    endpoint.resize(info->ai_addrlen);
    std::memcpy(endpoint.data(), info->ai_addr, info->ai_addrlen);
    lookup.addresses.push_back(endpoint.address());
  }
  if (lookup.addresses.empty()) return failure_of(EAI_NODATA, 0);
  lookup.status = LookupStatus::found;
  return lookup;
}

} // namespace rtmpt_proxy::gateway
