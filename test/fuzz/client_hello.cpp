// SPDX-License-Identifier: Apache-2.0
// A hello is the same however many bytes of it were looked at before (how many, the last byte says), what is needed is
// never less than what is missing for another result, and there is an end of it.
#include "require.hpp"

#include <rtmpt_proxy/protocol/tls/client_hello.hpp>

#include <algorithm>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;
using Error = ClientHelloError;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const ClientHelloLook whole = look_at_client_hello(bytes);
  const auto check_prefix = [&](std::size_t count) {
    const ClientHelloLook look = look_at_client_hello(bytes.substr(0, count));
    if (look.error != Error::need_more) {
      require(look == whole, "more bytes change nothing");
      return;
    }
    require(look.needed_bytes > count, "something is needed");
    require(look.needed_bytes <= kMaxClientFlightBytes, "no more is needed than a flight has");
    require(look.hello == ClientHello{}, "half a hello says nothing");
    if (look.needed_bytes > count + 1) {
      const std::size_t almost = std::min(size, look.needed_bytes - 1);
      const ClientHelloLook before = look_at_client_hello(bytes.substr(0, almost));
      require(before.error != Error::none, "no less is needed for a hello");
    }
  };
  check_prefix(size == 0 ? 0 : data[size - 1] % size);
  check_prefix(size / 2);
  check_prefix(size);
  std::size_t looks = 0;
  ClientHelloLook look = look_at_client_hello({});
  while (look.error == Error::need_more && look.needed_bytes <= size) {
    look = look_at_client_hello(bytes.substr(0, look.needed_bytes));
    require(++looks <= 2 * kMaxClientHelloRecords, "looks come to an end");
  }
  require(look.error == Error::need_more || look == whole, "who waits for what is needed gets the same");
  if (whole.error != Error::none) require(whole.hello == ClientHello{}, "an error has no hello");
  if (whole.error != Error::none) return 0;
  require(whole.hello.server_name.size() <= 255, "a name has an end");
  require(std::all_of(whole.hello.server_name.begin(), whole.hello.server_name.end(),
                      [](char character) { return character > ' ' && character < '\x7f'; }),
          "a name is printable");
  return 0;
}
