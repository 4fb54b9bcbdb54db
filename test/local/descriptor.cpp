// SPDX-License-Identifier: Apache-2.0
// Who closes a descriptor, and when.
#include "local/descriptor.hpp"

#include "open_descriptors.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <type_traits>

#include <sys/socket.h>
#include <unistd.h>

using namespace rtmpt_proxy::local;
using namespace rtmpt_proxy::test;

namespace {

int fresh() {
  return ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
}

} // namespace

static_assert(!std::is_copy_constructible_v<Descriptor> && !std::is_copy_assignable_v<Descriptor>);

TEST_CASE("A descriptor is closed by its last owner, once", "[descriptor]") {
  const int number = fresh();
  {
    Descriptor first(number);
    Descriptor second(std::move(first));
    CHECK_FALSE(first); // NOLINT(bugprone-use-after-move): a moved-from descriptor owns nothing
    CHECK(second.get() == number);
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("A descriptor that is assigned to closes what it had at once", "[descriptor]") {
  const int old_number = fresh();
  Descriptor target(old_number);
  const int new_number = fresh();
  Descriptor source(new_number);
  target = std::move(source);
  CHECK_FALSE(is_open(old_number));
  CHECK(is_open(new_number));
  CHECK(target.get() == new_number);

  Descriptor& same = target;
  target = std::move(same);
  CHECK(target.get() == new_number);
  CHECK(is_open(new_number));
}

TEST_CASE("A released descriptor stays open, a reset one does not", "[descriptor]") {
  const int number = fresh();
  Descriptor owner(number);
  CHECK(owner.release() == number);
  CHECK_FALSE(owner);
  CHECK(is_open(number));

  owner = Descriptor(number);
  owner.reset();
  CHECK_FALSE(owner);
  CHECK_FALSE(is_open(number));
  owner.reset();
  CHECK_FALSE(owner);
}

TEST_CASE("Closing leaves errno alone", "[descriptor]") {
  const int number = fresh();
  ::close(number);
  Descriptor stale(number); // close() fails with EBADF
  errno = ENOENT;
  stale.reset();
  CHECK(errno == ENOENT);
}

TEST_CASE("The sockets of a pair are connected and closed on exec", "[descriptor]") {
  const int type = GENERATE(SOCK_STREAM, SOCK_SEQPACKET);
  const auto pair = make_socket_pair(type);
  REQUIRE(pair);
  CHECK(is_closed_on_exec(pair->ours.get()));
  CHECK(is_closed_on_exec(pair->theirs.get()));
  REQUIRE(::send(pair->ours.get(), "ab", 2, 0) == 2);
  REQUIRE(::send(pair->ours.get(), "c", 1, 0) == 1);
  char bytes[8];
  CHECK(::recv(pair->theirs.get(), bytes, sizeof bytes, 0) == (type == SOCK_STREAM ? 3 : 2));
  CHECK(bytes[0] == 'a');
}

TEST_CASE("A pair of a kind that there is not fails with errno", "[descriptor]") {
  errno = 0;
  CHECK_FALSE(make_socket_pair(SOCK_RDM));
  CHECK(errno != 0);
}

TEST_CASE("A descriptor that never waits keeps its other flags", "[descriptor]") {
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  REQUIRE(::fcntl(writer.get(), F_SETFL, O_APPEND) == 0);
  REQUIRE(make_non_blocking(writer.get()));
  CHECK((::fcntl(writer.get(), F_GETFL) & (O_APPEND | O_NONBLOCK)) == (O_APPEND | O_NONBLOCK));
  REQUIRE(make_non_blocking(reader.get()));
  char byte = 0;
  CHECK(::read(reader.get(), &byte, 1) == -1);
  CHECK(errno == EAGAIN);
  CHECK_FALSE(make_non_blocking(-1));
  CHECK(errno == EBADF);
}
