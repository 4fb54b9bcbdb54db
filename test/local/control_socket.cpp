// SPDX-License-Identifier: Apache-2.0
// The control socket's file: its rights from the first moment on, and what may stand in its place.
#include "local/control_socket.hpp"

#include "local/local_address.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace rtmpt_proxy::local;
using namespace rtmpt_proxy::test;
namespace fs = std::filesystem;

namespace {

ControlSocketPlan plan_for(const std::string& path, mode_t mode = kOwnerAlone) {
  return {path, ::geteuid(), ::getegid(), mode};
}

// errno of an attempt to connect, 0 when it is good.
int connect_error(const std::string& path) {
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect_to_path(socket.get(), path);
}

struct stat file_at(const std::string& path) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0) throw std::runtime_error("nothing at " + path);
  return file;
}

} // namespace

TEST_CASE("A control socket has the mode that was asked for, whatever the mask for new files", "[control_socket]") {
  const TemporaryFolder folder;
  const std::string path = folder / "s";
  const mode_t mode = GENERATE(0600, 0660, 0770);
  const mode_t mask = GENERATE(0, 022, 0777);
  const mode_t before = ::umask(mask);
  const ControlSocket made = make_control_socket(plan_for(path, mode));
  CHECK(::umask(before) == mask); // it is as it was
  REQUIRE(made.failure.empty());
  CHECK((file_at(path).st_mode & 07777) == mode);
  CHECK(S_ISSOCK(file_at(path).st_mode));
  CHECK(connect_error(path) == 0);
  CHECK(is_control_socket(path, made.identity));
}

TEST_CASE("A control socket belongs to whom it was asked for", "[control_socket]") {
  if (::geteuid() != 0) {
    WARN("only root can give files away: left out");
    return;
  }
  const TemporaryFolder folder;
  const passwd* const nobody = ::getpwnam("nobody");
  REQUIRE(nobody);
  ControlSocketPlan plan = plan_for(folder / "s", kOwnerAndGroup);
  plan.user = nobody->pw_uid;
  plan.group = nobody->pw_gid;
  const ControlSocket made = make_control_socket(plan);
  REQUIRE(made.failure.empty());
  CHECK(file_at(plan.path).st_uid == plan.user);
  CHECK(file_at(plan.path).st_gid == plan.group);
  CHECK((file_at(plan.path).st_mode & 07777) == kOwnerAndGroup);
}

TEST_CASE("A socket that nobody listens on any more is replaced", "[control_socket]") {
  const TemporaryFolder folder;
  const std::string path = folder / "s";
  ControlSocket old = make_control_socket(plan_for(path));
  REQUIRE(old.failure.empty());
  old.listener.reset(); // as after a kill
  REQUIRE(connect_error(path) == ECONNREFUSED);
  const ControlSocket made = make_control_socket(plan_for(path));
  CHECK(made.failure.empty());
  CHECK(connect_error(path) == 0);
  CHECK_FALSE(is_control_socket(path, old.identity));
  remove_control_socket(path, old.identity); // not its any more
  CHECK(connect_error(path) == 0);
  remove_control_socket(path, made.identity);
  CHECK(connect_error(path) == ENOENT);
}

TEST_CASE("A socket that somebody listens on stays", "[control_socket]") {
  const TemporaryFolder folder;
  const std::string path = folder / "s";
  const ControlSocket first = make_control_socket(plan_for(path));
  const ControlSocket second = make_control_socket(plan_for(path));
  CHECK(second.failure == "'" + path + "': another program listens there");
  CHECK_FALSE(second.listener);
  CHECK(is_control_socket(path, first.identity));
  CHECK(connect_error(path) == 0);
}

TEST_CASE("What is no socket is neither removed nor followed", "[control_socket]") {
  const TemporaryFolder folder;
  const std::string path = folder / "s";
  const std::string target = folder / "target";
  std::ofstream(target) << "precious";
  SECTION("a file") {
    fs::copy_file(target, path);
  }
  SECTION("a folder") {
    fs::create_directory(path);
  }
  SECTION("a link to a file") {
    fs::create_symlink(target, path);
  }
  SECTION("a link to nothing") {
    fs::create_symlink(folder / "nothing", path);
  }
  SECTION("a link to an old socket") {
    ControlSocket old = make_control_socket(plan_for(folder / "old"));
    REQUIRE(old.failure.empty());
    old.listener.reset();
    fs::create_symlink(folder / "old", path);
  }
  const auto before = file_at(path);
  const ControlSocket made = make_control_socket(plan_for(path));
  CHECK(made.failure == "'" + path + "': another file is there, expected none or a socket");
  CHECK_FALSE(made.listener);
  CHECK(file_at(path).st_ino == before.st_ino);
  CHECK_FALSE(fs::exists(folder / "nothing"));
  CHECK(fs::file_size(target) == 8);
}

TEST_CASE("A control socket that cannot be made leaves nothing behind, and its failure names path and reason",
          "[control_socket]") {
  const TemporaryFolder folder;
  ControlSocketPlan plan = plan_for(folder / "s");
  std::string reason;
  SECTION("no such folder") {
    plan.path = folder / "no/s";
    reason = "a socket cannot be made there: No such file or directory";
  }
  SECTION("a path that is too long") {
    plan.path = folder / std::string(kMaxPathBytes, 'x');
    reason = "expected a path of at most 107 bytes";
  }
  SECTION("a file in the place of a folder") {
    std::ofstream(folder / "file") << "x";
    plan.path = folder / "file/s";
    reason = "cannot be looked at: Not a directory";
  }
  const ControlSocket made = make_control_socket(plan);
  CHECK(made.failure == "'" + plan.path + "': " + reason);
  CHECK_FALSE(made.listener);
  CHECK_FALSE(fs::exists(plan.path));
}
