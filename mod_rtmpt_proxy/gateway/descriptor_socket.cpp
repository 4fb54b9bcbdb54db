#include "descriptor_socket.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace {
// As many as the kernel sends at a time (SCM_MAX_FD).
constexpr std::size_t kMostDescriptors = 253;
} // namespace

Descriptor::~Descriptor() {
  if (value_ >= 0) ::close(value_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (value_ >= 0) ::close(value_);
    value_ = std::exchange(other.value_, -1);
  }
  return *this;
}

ReceiveStatus receive(int socket, std::span<char> bytes, std::size_t& count, std::vector<Descriptor>& descriptors) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)];
  iovec piece{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  count = 0;
  ssize_t received = 0;
  do
    received = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (received < 0 && errno == EINTR);
  if (received < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? ReceiveStatus::would_block : ReceiveStatus::failed;
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t how_many = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < how_many; ++i) {
      int value = -1;
      std::memcpy(&value, CMSG_DATA(part) + i * sizeof(int), sizeof value);
      descriptors.emplace_back(value);
    }
  }
  count = static_cast<std::size_t>(received);
  return received == 0 ? ReceiveStatus::end : ReceiveStatus::received;
}

} // namespace rtmpt_proxy::gateway
