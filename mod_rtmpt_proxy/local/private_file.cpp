// SPDX-License-Identifier: Apache-2.0
#include "local/private_file.hpp"

#include "local/descriptor.hpp"
#include "local/error_text.hpp"

#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rtmpt_proxy::local {

namespace {

constexpr mode_t kRightsOfOthers = S_IRWXO | S_IWGRP | S_IXGRP;
constexpr mode_t kAllRights = 07777;

PrivateText failed(std::string error, bool of_permission = false) {
  return {{}, std::move(error), of_permission};
}

std::string octal(mode_t mode) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & kAllRights));
  return text.data();
}

std::string fault_of(const struct stat& facts, std::size_t most_bytes) {
  if (!S_ISREG(facts.st_mode)) return "is no regular file";
  if ((facts.st_mode & kRightsOfOthers) != 0)
    return "has the mode " + octal(facts.st_mode) + ", by which others may read or change it: expected 0600 or 0640";
  if (facts.st_uid != 0 && facts.st_uid != ::geteuid())
    return "belongs to the user with the number " + std::to_string(facts.st_uid) + ": expected root";
  if (static_cast<std::size_t>(facts.st_size) > most_bytes)
    return "is over " + std::to_string(most_bytes) + " bytes long";
  return {};
}

} // namespace

PrivateText read_private_file(const std::string& path, std::size_t most_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return failed("cannot be read: " + error_text(errno), errno == EACCES);
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0) return failed("cannot be read: " + error_text(errno));
  if (std::string fault = fault_of(facts, most_bytes); !fault.empty()) return failed(std::move(fault));
  PrivateText read;
  std::array<char, 4096> piece; // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
  for (;;) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("cannot be read: " + error_text(errno));
    if (count == 0) return read;
    read.text.append(piece.data(), static_cast<std::size_t>(count));
    if (read.text.size() > most_bytes) return failed("is over " + std::to_string(most_bytes) + " bytes long");
  }
}

} // namespace rtmpt_proxy::local
