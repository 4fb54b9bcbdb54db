// SPDX-License-Identifier: Apache-2.0
// A header is the same however its bytes are cut (where, the last byte says), takes no byte behind its end, and what it
// says comes back from both of its encodings; bytes that are no header are held to the last one.
#include "require.hpp"

#include <rtmpt_proxy/protocol/proxy/client_preamble.hpp>

using namespace rtmpt_proxy::protocol;
using rtmpt_proxy::test::require;

namespace {

struct Read {
  ProxyFeedResult result; // consumed_bytes is the sum
  ProxyHeader header;
  std::string held;
  bool operator==(const Read& other) const {
    return result.error == other.result.error && result.consumed_bytes == other.result.consumed_bytes &&
           held == other.held && (result.error != ProxyHeaderError::none || header == other.header);
  }
};

Read read(std::string_view bytes, std::size_t piece_bytes) {
  ProxyHeaderReader reader;
  Read read;
  do {
    const ProxyFeedResult result = reader.feed(bytes.substr(read.result.consumed_bytes, piece_bytes));
    read.result = {result.error, read.result.consumed_bytes + result.consumed_bytes};
  } while (read.result.error == ProxyHeaderError::need_more && read.result.consumed_bytes < bytes.size());
  read.header = reader.header();
  read.held = reader.held();
  return read;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read whole = read(bytes, size);
  const auto [error, consumed_bytes] = whole.result;
  require(whole == read(bytes, size == 0 ? 1 : data[size - 1] % size + 1u), "a cut changes nothing");
  require(whole == read(bytes, 1), "bytes one by one change nothing");
  require(consumed_bytes <= size, "no more is consumed than there is");
  require(error != ProxyHeaderError::need_more || consumed_bytes == size, "who wants more has taken all");
  const ProxySignature signature = find_proxy_signature(bytes);
  require((signature == ProxySignature::none) == (error == ProxyHeaderError::not_a_proxy_header),
          "who has no signature is known by it");
  require(signature != ProxySignature::partial || error == ProxyHeaderError::need_more, "a begun signature is awaited");
  if (error == ProxyHeaderError::not_a_proxy_header)
    require(whole.held == bytes.substr(0, consumed_bytes), "bytes of others are held");
  if (error != ProxyHeaderError::none) return 0;
  require(read(bytes.substr(0, consumed_bytes), size) == whole, "what follows a header means nothing to it");
  require(read(bytes.substr(0, consumed_bytes - 1), size).result.error == ProxyHeaderError::need_more, "it ends once");
  if (!whole.header.connection) return 0;
  for (const std::string& again :
       {encode_proxy_v1(*whole.header.connection), encode_proxy_v2(*whole.header.connection)})
    require(read(again, again.size()).header.connection == whole.header.connection, "an encoding says the same");
  return 0;
}
