// The memory in which httpd's parent tells its children how the gateway is.
#include "module/link/gateway_board.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <functional>
#include <string>

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
