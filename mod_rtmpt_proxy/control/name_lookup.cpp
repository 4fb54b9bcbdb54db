// SPDX-License-Identifier: Apache-2.0
#include "control/name_lookup.hpp"

#include "local/error_text.hpp"

#include <rtmpt_proxy/protocol/text/ip_address.hpp>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <thread>

#include <netdb.h>
#include <netinet/in.h>

namespace rtmpt_proxy::control {

namespace {

NameLookup ask_system(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  NameLookup result;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found)) {
    result.error = error == EAI_SYSTEM ? local::error_text(errno) : ::gai_strerror(error);
    result.is_name_unknown = error == EAI_NONAME;
#ifdef EAI_NODATA // glibc: the name is known, and has no address
    result.is_name_unknown = result.is_name_unknown || error == EAI_NODATA;
#endif
    return result;
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  for (const addrinfo* one = found; one; one = one->ai_next) {
    SocketAddress& address = result.addresses.emplace_back();
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.bytes = one->ai_addrlen;
  }
  return result;
}

// Shared with the thread, which may outlive the question.
struct Question {
  std::mutex mutex;
  std::condition_variable answered;
  bool is_answered = false;
  NameLookup answer;
};

template <std::size_t bytes>
protocol::IpAddress address_of(const void* begin) {
  std::array<std::uint8_t, bytes> copy{};
  std::memcpy(copy.data(), begin, bytes);
  return protocol::IpAddress(std::span<const std::uint8_t, bytes>(copy));
}

} // namespace

NameLookup look_up(const std::string& host, std::uint16_t port, local::Deadline deadline) {
  auto question = std::make_shared<Question>();
  std::thread([question, host, port = std::to_string(port)] {
    NameLookup answer = ask_system(host, port);
    const std::lock_guard lock(question->mutex);
    question->answer = std::move(answer);
    question->is_answered = true;
    question->answered.notify_one();
  }).detach();
  std::unique_lock lock(question->mutex);
  if (!question->answered.wait_until(lock, deadline, [&] { return question->is_answered; }))
    return {{}, "no answer in time", false};
  return std::move(question->answer);
}

std::string to_text(const SocketAddress& address) {
  if (address.storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address.storage, sizeof v6);
    const auto ip = address_of<protocol::kIpv6Bytes>(&v6.sin6_addr);
    return '[' + std::string(protocol::to_text(ip).view()) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &address.storage, sizeof v4);
  const auto ip = address_of<protocol::kIpv4Bytes>(&v4.sin_addr);
  return std::string(protocol::to_text(ip).view()) + ':' + std::to_string(ntohs(v4.sin_port));
}

} // namespace rtmpt_proxy::control
