// SPDX-License-Identifier: Apache-2.0
#include "gateway/sockets/door_connect.hpp"

#include <cerrno>
#include <system_error>

#include <sys/socket.h>

namespace rtmpt_proxy::gateway {

DoorConnected connect_to_door(boost::asio::local::stream_protocol::socket& socket, const local::Descriptor& door) {
  using boost::asio::local::stream_protocol;
  boost::system::error_code error;
  socket.close(error);
  socket.open(stream_protocol(), error);
  if (!error) socket.non_blocking(true, error);
  if (error) return {error.message()};
  const stream_protocol::endpoint way("/proc/self/fd/" + std::to_string(door.get()));
  if (::connect(socket.native_handle(), way.data(), static_cast<socklen_t>(way.size())) == 0) return {};
  const int number = errno;
  return {std::error_code(number, std::generic_category()).message(), number == EAGAIN};
}

} // namespace rtmpt_proxy::gateway
