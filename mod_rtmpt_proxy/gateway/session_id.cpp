#include "session_id.hpp"

#include <rtmpt_proxy/protocol/session_loop.hpp>

#include <array>
#include <cerrno>
#include <system_error>

#include <sys/random.h>

namespace rtmpt_proxy::gateway {

std::string make_session_id(std::uint32_t loop) {
  constexpr auto kAlphabet = protocol::kSessionIdAlphabet;
  std::array<unsigned char, 22> random{};
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size()))
    throw std::system_error(errno, std::generic_category(), "getrandom");
  std::string id;
  id.reserve(1 + random.size());
  id += protocol::loop_character(loop);
  for (const unsigned char byte : random)
    id += kAlphabet[byte % kAlphabet.size()]; // 64 divides 256: no bias
  return id;
}

} // namespace rtmpt_proxy::gateway
