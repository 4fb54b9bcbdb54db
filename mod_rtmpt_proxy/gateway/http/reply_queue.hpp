// Replies that the socket would not take yet, in order. A client that never reads its replies (librtmp when it
// publishes) costs a number here, not bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

//   bytes of a begun reply | n equal empty replies | a last reply
class ReplyQueue {
 public:
  bool empty() const { return bytes_.empty() && empty_replies_ == 0 && last_.empty(); }

  // The rest of a reply that was written in part; only when the queue is empty().
  void push_bytes(std::string_view bytes) { bytes_.append(bytes); }

  // One more reply that is nothing but `text`, a complete reply. All counted replies take the text of the first:
  // they differ in their polling interval at most.
  void push_empty_reply(std::string_view text);

  // The last reply of the connection: nothing may follow it.
  void push_last(std::string_view text) { last_.append(text); }

  // The next bytes to write; empty when empty(). Valid until the next non-const call.
  std::string_view front();
  void advance(std::size_t count);

  std::uint64_t counted_replies() const { return empty_replies_; }

 private:
  static constexpr std::size_t kBatchBytes = 16384;

  std::string bytes_;
  std::size_t written_ = 0; // of bytes_
  std::string empty_text_;
  std::uint64_t empty_replies_ = 0;
  std::string last_;
};

} // namespace rtmpt_proxy::gateway
