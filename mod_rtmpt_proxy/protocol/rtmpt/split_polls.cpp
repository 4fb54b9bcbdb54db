// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmpt/split_polls.hpp>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kLength = "\r\nContent-Length: ";
constexpr std::string_view kPoll = "POST /idle/";

// The text of a head from the value of its Content-Length on; empty when there is none.
std::string_view announced(std::string_view head) {
  const std::size_t length = head.rfind(kLength);
  return length == std::string_view::npos ? std::string_view() : head.substr(length + kLength.size());
}

// Every client's poll has a body of one byte.
bool is_poll_head(std::string_view head) {
  return head.starts_with(kPoll) && announced(head).starts_with("1\r\n");
}

bool is_whole_poll(std::string_view request) {
  if (request.size() <= kHeadEnd.size()) return false;
  const std::string_view head = request.substr(0, request.size() - 1);
  return head.ends_with(kHeadEnd) && is_poll_head(head);
}

} // namespace

bool is_head_alone(std::string_view bytes) {
  if (!bytes.ends_with(kHeadEnd) || bytes.find("\r\nExpect:") != std::string_view::npos) return false;
  const std::string_view length = announced(bytes);
  return !length.empty() && length.front() != '0';
}

std::size_t SplitPolls::next_look_bytes(std::string_view request, std::size_t wire_bytes) {
  request_bytes_ += wire_bytes;
  if (is_head_alone(request)) {
    head_bytes_ = is_poll_head(request) ? request_bytes_ : 0;
    return 1;
  }
  request_bytes_ = 0;
  return is_whole_poll(request) && head_bytes_ > 0 ? head_bytes_ + 1 : 1;
}

} // namespace rtmpt_proxy::protocol
