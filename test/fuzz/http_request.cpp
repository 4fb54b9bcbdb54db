// SPDX-License-Identifier: Apache-2.0
// Where the bytes are cut (the last one says it) changes nothing in the requests that are read, and bounds are kept.
#include "gateway/http/request_reader.hpp"
#include "require.hpp"

#include <utility>

using namespace rtmpt_proxy::gateway;
using rtmpt_proxy::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto read = [&bytes](std::size_t cut, std::size_t most_body_bytes) {
    HttpRequestReader reader(100);
    std::string seen, body;
    for (std::size_t at = 0, end = cut, used = 0;; at += used) {
      const HttpProgress progress = reader.feed(bytes.substr(at, end - at), used, most_body_bytes);
      require(at + used <= end, "a reader stays within its bounds");
      if (progress == HttpProgress::head) seen += reader.head().target + " " + reader.head().host + " ";
      if (progress == HttpProgress::body) body += reader.body_piece();
      require(body.size() <= 100, "no body is larger than its limit");
      if (progress == HttpProgress::complete) seen += std::exchange(body, {}) + "\n";
      if (progress >= HttpProgress::bad || (progress == HttpProgress::need_more && end == bytes.size())) return seen;
      if (progress == HttpProgress::need_more) end = bytes.size();
    }
  };
  const std::size_t cut = bytes.empty() ? 0 : static_cast<std::size_t>(data[size - 1]) % size;
  require(read(cut, 7) == read(bytes.size(), HttpRequestReader::kAnySize), "a cut changes nothing");
  return 0;
}
