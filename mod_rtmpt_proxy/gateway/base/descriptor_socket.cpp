#include "gateway/base/descriptor_socket.hpp"

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

Received receive(int socket, std::span<char> bytes, std::vector<Descriptor>& descriptors) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)];
  iovec piece{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t count = 0;
  do
    count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  Received received;
  if (count < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK) received.status = ReceiveStatus::failed;
    return received;
  }
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t how_many = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < how_many; ++i) {
      int value = -1;
      std::memcpy(&value, CMSG_DATA(part) + i * sizeof(int), sizeof value);
      descriptors.emplace_back(value);
    }
  }
  received.status = count == 0 ? ReceiveStatus::end : ReceiveStatus::received;
  received.bytes = static_cast<std::size_t>(count);
  received.descriptors_lost = (message.msg_flags & MSG_CTRUNC) != 0;
  return received;
}

} // namespace rtmpt_proxy::gateway
