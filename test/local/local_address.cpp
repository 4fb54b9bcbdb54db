// SPDX-License-Identifier: Apache-2.0
// Addresses of local sockets: how long they may be, and what they connect to.
#include "local/local_address.hpp"

#include "local/descriptor.hpp"
#include "temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <string>

#include <unistd.h>

using namespace rtmpt_proxy::local;
using namespace rtmpt_proxy::test;

namespace {

Descriptor stream_socket() {
  Descriptor made(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  REQUIRE(made);
  return made;
}

} // namespace

TEST_CASE("A path may fill the address, and no more", "[local_address]") {
  const TemporaryFolder folder;
  const std::string longest = folder / std::string(kMaxPathBytes - (folder / "").size(), 'x');
  REQUIRE(longest.size() == kMaxPathBytes);
  const Descriptor listener = stream_socket();
  CHECK(LocalAddress::of_path(longest).value().bind(listener.get()) == 0);
  REQUIRE(::listen(listener.get(), 1) == 0);
  CHECK(connect_to_path(stream_socket().get(), longest) == 0);
  CHECK_FALSE(LocalAddress::of_path(longest + "x"));
  CHECK(connect_to_path(stream_socket().get(), longest + "x") == ENAMETOOLONG);
}

TEST_CASE("Who cannot be connected to is told by the error", "[local_address]") {
  const TemporaryFolder folder;
  CHECK(connect_to_path(stream_socket().get(), folder / "nothing") == ENOENT);
  CHECK(connect_to_path(-1, folder / "nothing") == EBADF);
  const Descriptor deaf = stream_socket();
  const LocalAddress address = LocalAddress::of_path(folder / "deaf").value();
  REQUIRE(address.bind(deaf.get()) == 0);
  CHECK(address.bind(stream_socket().get()) == EADDRINUSE);
  CHECK(address.connect(stream_socket().get()) == ECONNREFUSED);
}

TEST_CASE("An abstract name is no file, and free again with its socket's end", "[local_address]") {
  const std::string name = "rtmpt-local-tests-" + std::to_string(::getpid());
  const LocalAddress address = LocalAddress::abstract(name).value();
  Descriptor listener = stream_socket();
  REQUIRE(address.bind(listener.get()) == 0);
  REQUIRE(::listen(listener.get(), 1) == 0);
  CHECK(::access(name.c_str(), F_OK) == -1);
  CHECK(address.connect(stream_socket().get()) == 0);
  // Another name, although it begins with the first: the length counts.
  CHECK(LocalAddress::abstract(name + "0").value().connect(stream_socket().get()) == ECONNREFUSED);
  CHECK(address.bind(stream_socket().get()) == EADDRINUSE);
  listener.reset();
  CHECK(address.bind(stream_socket().get()) == 0);
  CHECK_FALSE(LocalAddress::abstract(std::string(kMaxPathBytes + 1, 'x')));
}
