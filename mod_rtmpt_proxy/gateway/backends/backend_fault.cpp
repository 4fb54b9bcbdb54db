// SPDX-License-Identifier: Apache-2.0
#include "gateway/backends/backend_fault.hpp"

#include <boost/system/errc.hpp>

namespace rtmpt_proxy::gateway {

BackendFault fault_of(const boost::system::error_code& error, const boost::asio::ip::tcp::endpoint& endpoint) {
  namespace errc = boost::system::errc;
  if (!error) return BackendFault::none;
  if (error == errc::too_many_files_open || error == errc::too_many_files_open_in_system ||
      error == errc::no_buffer_space || error == errc::not_enough_memory)
    return BackendFault::gateways;
  // All local ports to that address are in use. For IPv6 it also says that this machine has no such address of its own,
  // and then the server cannot be reached from here.
  if (error == errc::address_not_available && endpoint.address().is_v4()) return BackendFault::nobodys;
  return BackendFault::backends;
}

BackendFault gravest(BackendFault one, BackendFault other) {
  for (const BackendFault fault : {BackendFault::gateways, BackendFault::nobodys, BackendFault::backends})
    if (one == fault || other == fault) return fault;
  return BackendFault::none;
}

} // namespace rtmpt_proxy::gateway
