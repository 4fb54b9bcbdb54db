// SPDX-License-Identifier: Apache-2.0
// Taking a query out of a connect moves no byte: what is heard afterwards is the same connect without queries, and
// everything behind it is as it was. A login that is read from a query is written as one that reads the same.
#include "require.hpp"

#include <rtmpt_proxy/protocol/rtmp/adobe_login.hpp>
#include <rtmpt_proxy/protocol/rtmp/client_greeting.hpp>
#include <rtmpt_proxy/protocol/rtmp/connect_query.hpp>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

std::string without_query(const std::string& text) {
  return text.substr(0, text.find('?'));
}

void check_greeting(std::string_view input) {
  std::string bytes(kHandshakeBytes, 'h');
  bytes.front() = static_cast<char>(kRtmpVersion);
  ClientGreeting before;
  before.feed(bytes + std::string(input));
  std::string changed(input.substr(0, kMaxGreetingBytes));
  const std::string whole = changed;
  const bool is_taken = take_query_out_of_greeting(changed);
  require(changed.size() == whole.size(), "no byte more or less");
  if (!is_taken) return require(changed == whole, "what is not taken out leaves everything as it was");
  if (before.state() != GreetingState::connected) return; // a connect behind other messages is read here as well
  ClientGreeting after;
  after.feed(bytes + changed);
  require(after.state() == GreetingState::connected, "the connect can be read as before");
  require(after.connect().app == without_query(before.connect().app), "app has lost its query alone");
  require(after.connect().tc_url == without_query(before.connect().tc_url), "and so has tcUrl");
  require(after.connect().flash_version == before.connect().flash_version, "nothing else has changed");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_greeting(input);
  for (const std::uint32_t chunk_size : {1u, 128u, 4096u}) {
    std::string chunks(input);
    if (!take_query_out(chunks, chunk_size)) require(chunks == input, "nothing changed");
    require(chunks.size() == input.size(), "no byte more or less");
  }
  if (const auto login = read_adobe_login(input)) {
    require(read_adobe_login(to_query(*login)) == login, "a login is written as it was read");
    require(login->user.find('&') == std::string::npos, "a user is one field");
  }
  return 0;
}
