// SPDX-License-Identifier: Apache-2.0
// Descriptors that travel with bytes: which arrive, who owns them, and what is lost when too many are open.
#include "local/descriptor_passing.hpp"

#include "open_descriptors.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace rtmpt_proxy::local;
using namespace rtmpt_proxy::test;

namespace {

SocketPair pair_of(int type) {
  auto pair = make_socket_pair(type);
  REQUIRE(pair);
  return std::move(*pair);
}

std::vector<Descriptor> pipes(std::size_t count) {
  std::vector<Descriptor> made;
  while (made.size() < count) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    for (const int end : ends)
      made.emplace_back(end);
  }
  made.resize(count);
  return made;
}

std::vector<int> numbers(const std::vector<Descriptor>& descriptors) {
  std::vector<int> all;
  for (const Descriptor& descriptor : descriptors)
    all.push_back(descriptor.get());
  return all;
}

bool is_same_file(int first, int second) {
  struct stat one {};
  struct stat other {};
  return ::fstat(first, &one) == 0 && ::fstat(second, &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

// Fewer descriptors than now may be opened, while it lives.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit limit{most, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

 private:
  rlimit before_{};
};

} // namespace

TEST_CASE("Descriptors arrive in their order, as copies that close on exec", "[descriptor_passing]") {
  const int type = GENERATE(SOCK_STREAM, SOCK_SEQPACKET);
  const std::size_t count = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{10}, kMostPassedDescriptors);
  const SocketPair pair = pair_of(type);
  const std::vector<Descriptor> sent = pipes(count);
  REQUIRE(send_with_descriptors(pair.ours.get(), "bytes", numbers(sent)) == 5);

  std::string bytes(16, '\0');
  std::vector<Descriptor> came;
  const Received received = receive_with_descriptors(pair.theirs.get(), bytes, came);
  CHECK(received.status == ReceiveStatus::received);
  CHECK(received.bytes == 5);
  CHECK(bytes.substr(0, 5) == "bytes");
  CHECK_FALSE(received.descriptors_lost);
  REQUIRE(came.size() == count);
  for (std::size_t i = 0; i < count; ++i) {
    CHECK(is_same_file(came[i].get(), sent[i].get()));
    CHECK(came[i].get() != sent[i].get());
    CHECK(is_closed_on_exec(came[i].get()));
    CHECK(is_open(sent[i].get()));
  }
}

TEST_CASE("More descriptors than the kernel passes are not sent, and no byte is", "[descriptor_passing]") {
  const SocketPair pair = pair_of(SOCK_STREAM);
  const std::vector<int> many(kMostPassedDescriptors + 1, STDERR_FILENO);
  errno = 0;
  CHECK(send_with_descriptors(pair.ours.get(), "x", many) == -1);
  CHECK(errno == EINVAL);
  char byte = 0;
  std::vector<Descriptor> came;
  CHECK(receive_with_descriptors(pair.theirs.get(), {&byte, 1}, came).status == ReceiveStatus::would_block);
}

TEST_CASE("A message without descriptors brings none, and adds to none", "[descriptor_passing]") {
  const SocketPair pair = pair_of(SOCK_STREAM);
  REQUIRE(send_with_descriptors(pair.ours.get(), "x") == 1);
  std::vector<Descriptor> came = pipes(1);
  const int before = came.front().get();
  char byte = 0;
  CHECK(receive_with_descriptors(pair.theirs.get(), {&byte, 1}, came).bytes == 1);
  REQUIRE(came.size() == 1);
  CHECK(came.front().get() == before);
  CHECK(is_open(before));
}

TEST_CASE("Neither a full socket nor an empty one is waited for", "[descriptor_passing]") {
  const SocketPair pair = pair_of(SOCK_STREAM);
  std::vector<char> bytes(1u << 16);
  std::vector<Descriptor> came;
  CHECK(receive_with_descriptors(pair.theirs.get(), bytes, came).status == ReceiveStatus::would_block);

  std::size_t sent_bytes = 0;
  ssize_t sent = 0;
  while ((sent = send_with_descriptors(pair.ours.get(), {bytes.data(), bytes.size()})) > 0)
    sent_bytes += static_cast<std::size_t>(sent);
  CHECK(sent == -1);
  CHECK(errno == EAGAIN);
  CHECK(send_with_descriptors(pair.ours.get(), "x", std::vector<int>{STDERR_FILENO}) == -1);
  CHECK(errno == EAGAIN);

  std::size_t came_bytes = 0;
  for (Received received; (received = receive_with_descriptors(pair.theirs.get(), bytes, came)).bytes > 0;)
    came_bytes += received.bytes;
  CHECK(came_bytes == sent_bytes);
  CHECK(came.empty());
}

TEST_CASE("The other end's closing is an end for the reader and an error for the writer", "[descriptor_passing]") {
  SocketPair pair = pair_of(SOCK_STREAM);
  REQUIRE(send_with_descriptors(pair.theirs.get(), "x") == 1);
  pair.theirs.reset();
  char byte = 0;
  std::vector<Descriptor> came;
  CHECK(receive_with_descriptors(pair.ours.get(), {&byte, 1}, came).status == ReceiveStatus::received);
  CHECK(receive_with_descriptors(pair.ours.get(), {&byte, 1}, came).status == ReceiveStatus::end);
  CHECK(send_with_descriptors(pair.ours.get(), "x") == -1); // and no SIGPIPE
  CHECK(errno == EPIPE);
}

TEST_CASE("A message without a byte looks like the end, and its descriptors arrive", "[descriptor_passing]") {
  const SocketPair pair = pair_of(SOCK_SEQPACKET);
  const std::vector<Descriptor> sent = pipes(1);
  REQUIRE(send_with_descriptors(pair.ours.get(), "", numbers(sent)) == 0);
  char byte = 0;
  std::vector<Descriptor> came;
  CHECK(receive_with_descriptors(pair.theirs.get(), {&byte, 1}, came).status == ReceiveStatus::end);
  REQUIRE(came.size() == 1);
  CHECK(is_same_file(came.front().get(), sent.front().get()));
}

TEST_CASE("What is no socket cannot be read, and errno says so", "[descriptor_passing]") {
  char byte = 0;
  std::vector<Descriptor> came;
  errno = 0;
  CHECK(receive_with_descriptors(pipes(1).front().get(), {&byte, 1}, came).status == ReceiveStatus::failed);
  CHECK(errno == ENOTSOCK);
}

TEST_CASE("Descriptors that cannot be opened here are reported as lost", "[descriptor_passing]") {
  const SocketPair pair = pair_of(SOCK_STREAM);
  const std::vector<Descriptor> sent = pipes(4);
  REQUIRE(send_with_descriptors(pair.ours.get(), "x", numbers(sent)) == 1);
  char byte = 0;
  std::vector<Descriptor> came;
  Received received;
  {
    const Descriptor next(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)); // the lowest number that is free
    const DescriptorLimit limit(static_cast<rlim_t>(next.get()) + 1);  // so this one was the last
    received = receive_with_descriptors(pair.theirs.get(), {&byte, 1}, came);
  }
  CHECK(received.status == ReceiveStatus::received);
  CHECK(received.bytes == 1);
  CHECK(received.descriptors_lost);
  CHECK(came.size() < 4);
}
