// SPDX-License-Identifier: Apache-2.0
// The memory in which httpd's parent tells its children how the gateway is.
#include "module/link/gateway_board.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace rtmpt_proxy::apache;

namespace {

// Whether it is true in a process that this one has forked.
bool holds_in_child(const std::function<bool()>& condition) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(condition() ? 0 : 1);
  int status = -1;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

template <class T>
T* page_of(T* address) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  return reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(address) / page * page);
}

} // namespace

TEST_CASE("What the parent writes on the board its children read", "[board]") {
  const BoardMappings board = make_board();
  REQUIRE(board.writer);
  REQUIRE(board.view);
  const auto says = [&board](GatewayCondition condition, const std::string& failure) {
    return board.view->state.load() == static_cast<std::uint32_t>(condition) && board.view->failure == failure;
  };
  CHECK(holds_in_child([&] { return says(GatewayCondition::unused, ""); }));
  write_on_board(*board.writer, GatewayCondition::failed, "no such file");
  CHECK(holds_in_child([&] { return says(GatewayCondition::failed, "no such file"); }));
  write_on_board(*board.writer, GatewayCondition::running, {});
  CHECK(board.view->state.load() == static_cast<std::uint32_t>(GatewayCondition::running));
  write_on_board(*board.writer, GatewayCondition::failed, std::string(2 * kMaxFailureBytes, 'x'));
  CHECK(says(GatewayCondition::failed, std::string(kMaxFailureBytes - 1, 'x')));
}

TEST_CASE("Children read which processes are gateways", "[board]") {
  const BoardMappings board = make_board();
  REQUIRE(board.writer);
  REQUIRE(board.view);
  const auto tells = [&board](pid_t pid) {
    const std::optional<RunningGateway> found = find_on_board(*board.view, pid);
    return !found ? "no gateway" : found->is_secluded ? "secluded" : "open";
  };
  for (const pid_t pid : {-1, 0, 1, 1000})
    CHECK(tells(pid) == std::string("no gateway"));
  write_on_board(*board.writer, std::vector<RunningGateway>{{1000, true}, {1001, false}});
  CHECK(holds_in_child([&] { return tells(1000) == std::string("secluded") && tells(1001) == std::string("open"); }));
  const std::uint64_t place_of_1001 = board.view->gateways[1].load();
  write_on_board(*board.writer, std::vector<RunningGateway>{{4'000'000, true}, {1001, false}});
  CHECK(tells(1000) == std::string("no gateway"));
  CHECK(tells(4'000'000) == std::string("secluded"));
  CHECK(board.view->gateways[1].load() == place_of_1001); // nobody misses it meanwhile
  std::vector<RunningGateway> many;
  for (pid_t pid = 1; many.size() < 1 + kMaxRetiringGateways; ++pid)
    many.push_back({pid, true});
  write_on_board(*board.writer, many);
  for (const RunningGateway& one : many)
    CHECK(tells(one.pid) == std::string("secluded"));
  write_on_board(*board.writer, std::vector<RunningGateway>());
  CHECK(tells(1) == std::string("no gateway"));
  for (const pid_t pid : {-1, 0})
    CHECK(tells(pid) == std::string("no gateway"));
}

TEST_CASE("No child can write on the board, nor make itself able to", "[board]") {
  const BoardMappings board = make_board();
  REQUIRE(board.writer);
  auto* const view = const_cast<GatewayBoard*>(page_of(board.view));
  CHECK(holds_in_child([&] { return ::mprotect(view, sizeof(GatewayBoard), PROT_READ | PROT_WRITE) != 0; }));
  CHECK(holds_in_child([&] {
    unsigned char resident[16];
    return ::mincore(page_of(board.writer), sizeof(GatewayBoard), resident) != 0; // nothing is mapped there
  }));
  // In the parent the one can be written and the other not.
  write_on_board(*board.writer, GatewayCondition::running, {});
  CHECK(::mprotect(view, sizeof(GatewayBoard), PROT_READ | PROT_WRITE) != 0);
}
