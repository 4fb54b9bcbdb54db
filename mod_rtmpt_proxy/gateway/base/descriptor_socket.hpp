// Bytes and descriptors over local sockets (SCM_RIGHTS).
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

// Owns one descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }
  explicit operator bool() const { return value_ >= 0; }

 private:
  int value_ = -1;
};

enum class ReceiveStatus { received, would_block, end, failed };

struct Received {
  ReceiveStatus status = ReceiveStatus::would_block; // end also stands for a message without a byte (SOCK_SEQPACKET)
  std::size_t bytes = 0;                             // that came
  bool descriptors_lost = false;                     // some that were sent could not be opened here: too many are open
};

// Reads once from the local socket `socket` into `bytes`, without waiting. Descriptors that came along are appended to
// `descriptors`, close-on-exec. On failed, errno says why.
Received receive(int socket, std::span<char> bytes, std::vector<Descriptor>& descriptors);

} // namespace rtmpt_proxy::gateway
