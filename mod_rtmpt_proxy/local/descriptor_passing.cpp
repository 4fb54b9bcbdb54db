// SPDX-License-Identifier: Apache-2.0
#include "local/descriptor_passing.hpp"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/uio.h>

namespace rtmpt_proxy::local {

namespace {

// Room for descriptors beside the bytes of a message. Not initialised: most messages bring none.
struct alignas(cmsghdr) Control {
  char bytes[CMSG_SPACE(sizeof(int) * kMostPassedDescriptors)];
};

void attach(msghdr& message, Control& control, std::span<const int> descriptors) {
  message.msg_control = control.bytes;
  message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  std::memset(control.bytes, 0, message.msg_controllen);
  cmsghdr* const part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
}

void take_descriptors(msghdr& message, std::vector<Descriptor>& descriptors) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t how_many = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < how_many; ++i) {
      int value = -1;
      std::memcpy(&value, CMSG_DATA(part) + i * sizeof(int), sizeof value);
      descriptors.emplace_back(value);
    }
  }
}

} // namespace

ssize_t send_with_descriptors(int socket, std::string_view bytes, std::span<const int> descriptors) {
  if (descriptors.size() > kMostPassedDescriptors) {
    errno = EINVAL;
    return -1;
  }
  iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  Control control;
  if (!descriptors.empty()) attach(message, control, descriptors);
  ssize_t count = 0;
  do
    count = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  return count;
}

Received receive_with_descriptors(int socket, std::span<char> bytes, std::vector<Descriptor>& descriptors) {
  Control control;
  iovec piece{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes;
  message.msg_controllen = sizeof control.bytes;
  ssize_t count = 0;
  do
    count = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (count < 0 && errno == EINTR);
  Received received;
  if (count < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK) received.status = ReceiveStatus::failed;
    return received;
  }
  take_descriptors(message, descriptors);
  received.status = count == 0 ? ReceiveStatus::end : ReceiveStatus::received;
  received.bytes = static_cast<std::size_t>(count);
  received.descriptors_lost = (message.msg_flags & MSG_CTRUNC) != 0;
  return received;
}

} // namespace rtmpt_proxy::local
