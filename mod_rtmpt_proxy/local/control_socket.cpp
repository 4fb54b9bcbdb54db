// SPDX-License-Identifier: Apache-2.0
#include "local/control_socket.hpp"

#include "local/error_text.hpp"
#include "local/local_address.hpp"

#include <cerrno>
#include <optional>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace rtmpt_proxy::local {

namespace {

constexpr int kQueue = 16;

// The mask for new files, for a while.
class FileMask {
 public:
  explicit FileMask(mode_t mask) : before_(::umask(mask)) {}
  ~FileMask() { ::umask(before_); }
  FileMask(const FileMask&) = delete;
  FileMask& operator=(const FileMask&) = delete;

 private:
  const mode_t before_;
};

std::string failure_of(const std::string& path, const std::string& what, int error) {
  return "'" + path + "': " + what + ": " + error_text(error);
}

// Whether a program listens at `path`, which names a socket. Unsure counts as yes.
bool somebody_listens(const std::string& path) {
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return connect_to_path(probe.get(), path) != ECONNREFUSED;
}

// Takes away what an httpd that was killed left behind. Empty when the path is free.
std::string clear_path(const std::string& path) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0)
    return errno == ENOENT ? std::string() : failure_of(path, "cannot be looked at", errno);
  if (!S_ISSOCK(file.st_mode)) return "'" + path + "': another file is there, expected none or a socket";
  if (somebody_listens(path)) return "'" + path + "': another program listens there";
  if (::unlink(path.c_str()) != 0) return failure_of(path, "the old socket cannot be removed", errno);
  return {};
}

// Named, but deaf: until it listens nobody can connect. Its file has the wanted mode from its first moment, for Linux
// gives it that of the socket itself, less the mask for new files. Whatever is at the path makes it fail, a symbolic
// link too.
std::string give_name(int socket, const ControlSocketPlan& plan) {
  const std::optional<LocalAddress> address = LocalAddress::of_path(plan.path);
  const FileMask none(0);
  int error = ENAMETOOLONG;
  if (address) error = ::fchmod(socket, plan.mode) == 0 ? address->bind(socket) : errno;
  return error == 0 ? std::string() : failure_of(plan.path, "a socket cannot be made there", error);
}

// Owner and group as planned, and a look at whether all is as planned now.
std::string give_rights(const ControlSocketPlan& plan, FileIdentity& identity) {
  struct stat file {};
  if (::lstat(plan.path.c_str(), &file) != 0) return failure_of(plan.path, "it is gone again", errno);
  identity = {file.st_dev, file.st_ino, file.st_mtim};
  if ((file.st_uid != plan.user || file.st_gid != plan.group) &&
      ::lchown(plan.path.c_str(), plan.user, plan.group) != 0)
    return failure_of(plan.path, "its owner cannot be changed", errno);
  if (::lstat(plan.path.c_str(), &file) == 0 && S_ISSOCK(file.st_mode) && (file.st_mode & 07777) == plan.mode &&
      file.st_uid == plan.user && file.st_gid == plan.group)
    return {};
  return "'" + plan.path + "': it does not have the rights that it was given";
}

std::string give_rights_and_listen(int socket, const ControlSocketPlan& plan, FileIdentity& identity) {
  std::string failure = give_rights(plan, identity);
  if (failure.empty() && ::listen(socket, kQueue) != 0)
    failure = failure_of(plan.path, "it cannot be listened on", errno);
  if (!failure.empty()) remove_control_socket(plan.path, identity);
  return failure;
}

} // namespace

ControlSocket make_control_socket(const ControlSocketPlan& plan) {
  ControlSocket made;
  if (plan.path.empty() || plan.path.size() > kMaxPathBytes) {
    made.failure = "'" + plan.path + "': expected a path of at most " + std::to_string(kMaxPathBytes) + " bytes";
    return made;
  }
  made.failure = clear_path(plan.path);
  if (!made.failure.empty()) return made;
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  made.failure = socket ? give_name(socket.get(), plan) : failure_of(plan.path, "no socket can be made", errno);
  if (made.failure.empty()) made.failure = give_rights_and_listen(socket.get(), plan, made.identity);
  if (made.failure.empty()) made.listener = std::move(socket);
  return made;
}

bool is_control_socket(const std::string& path, FileIdentity identity) {
  struct stat file {};
  return ::lstat(path.c_str(), &file) == 0 && S_ISSOCK(file.st_mode) && file.st_dev == identity.device &&
         file.st_ino == identity.inode && file.st_mtim.tv_sec == identity.made.tv_sec &&
         file.st_mtim.tv_nsec == identity.made.tv_nsec;
}

void remove_control_socket(const std::string& path, FileIdentity identity) {
  if (is_control_socket(path, identity)) ::unlink(path.c_str());
}

} // namespace rtmpt_proxy::local
