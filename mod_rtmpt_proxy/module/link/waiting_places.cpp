// SPDX-License-Identifier: Apache-2.0
#include "module/link/waiting_places.hpp"

#include <rtmpt_proxy/policy/limits/open_gate.hpp>

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::size_t kFewThreads = 4; // with fewer threads a quarter of them is none

bool set_lock(int file, short type, std::size_t byte) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte);
  lock.l_len = 1;
  return ::fcntl(file, F_SETLK, &lock) == 0;
}

} // namespace

class WaitingPlaces::Place {
 public:
  Place(WaitingPlaces& places, int byte) : places_(places), byte_(byte) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    places_.unlock_byte(byte_);
    places_.taken_.fetch_sub(1);
  }

 private:
  WaitingPlaces& places_;
  const int byte_;
};

WaitingPlaces::WaitingPlaces(std::size_t threads, int lock_file, std::size_t (*living_children)(),
                             std::size_t first_byte)
    : limit_(policy::long_waits(threads)),
      counts_all_children_(threads < kFewThreads && lock_file >= 0),
      threads_(threads),
      lock_file_(lock_file),
      first_byte_(first_byte),
      living_children_(living_children) {}

std::shared_ptr<void> WaitingPlaces::take() {
  if (taken_.fetch_add(1) >= limit_) {
    taken_.fetch_sub(1);
    return nullptr;
  }
  const int byte = counts_all_children_ ? lock_byte() : -1;
  if (counts_all_children_ && byte < 0) {
    taken_.fetch_sub(1);
    return nullptr;
  }
  return std::make_shared<Place>(*this, byte);
}

// The lock belongs to the process; only one of its threads at a time comes here.
int WaitingPlaces::lock_byte() const {
  const std::size_t places = std::min(policy::long_waits(living_children_() * threads_), kMostLockBytes);
  for (std::size_t byte = 0; byte < places; ++byte)
    if (set_lock(lock_file_, F_WRLCK, first_byte_ + byte)) return static_cast<int>(byte);
  return -1;
}

void WaitingPlaces::unlock_byte(int byte) const {
  if (byte >= 0) set_lock(lock_file_, F_UNLCK, first_byte_ + static_cast<std::size_t>(byte));
}

} // namespace rtmpt_proxy::apache
