// SPDX-License-Identifier: Apache-2.0
// A query that nobody has signed opens nothing, whatever else stands in it, and what stands behind a good token changes
// nothing but to spoil it. A field that a program could take for the form's is found behind others too.
#include "require.hpp"

#include <rtmpt_proxy/policy/callbacks/callback_form.hpp>
#include <rtmpt_proxy/policy/tokens/stream_token.hpp>

using namespace rtmpt_proxy::policy;
using rtmpt_proxy::protocol::KeyedDigest;
using rtmpt_proxy::test::require;

namespace {

// No HMAC, but other bytes for other texts; never those that a fuzzer would find.
KeyedDigest digest(std::string_view key, std::string_view text) {
  KeyedDigest result{};
  std::size_t place = 0;
  for (const std::string_view part : {key, text})
    for (const char c : part) {
      result[place % result.size()] = static_cast<std::uint8_t>(result[place % result.size()] * 31 + c + 7);
      ++place;
    }
  return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const TokenKeys keys{{"k", std::string(32, 's')}};
  TokenRequest request;
  request.method = "PLAY";
  request.host = "h";
  request.path = "/live/cam1";
  request.address = "192.0.2.7";
  const std::string good = signed_query(keys[0], {"PLAY", "h", "/live/cam1", 100, {}}, digest);
  request.query = text;
  const bool is_open = judge_token(request, keys, 0, digest) == TokenFault::none;
  require(!is_open || text.find("token=k.") != std::string::npos, "nothing opens without a token");
  const std::string both = text + "&" + good;
  request.query = both;
  const TokenFault fault = judge_token(request, keys, 0, digest);
  require(fault == TokenFault::none || fault == TokenFault::malformed, "a good token is good or spoilt");
  require(!hides_form_field(text) || hides_form_field("a=b&" + text), "a field is found behind others");
  require(hides_form_field(text + "&name=x"), "a field is found at the end");
  const TokenKeysResult parsed = parse_token_keys(text);
  require(parsed.error.empty() != parsed.keys.empty(), "a file has keys or an error");
  return 0;
}
