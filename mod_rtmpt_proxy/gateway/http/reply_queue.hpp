// SPDX-License-Identifier: Apache-2.0
// Replies that the socket has not taken yet, in order. For a client that never reads its replies (librtmp when it
// publishes) it keeps a count, not bytes.
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

  // Adds the rest of a reply that was written in part. Only when the queue is empty().
  void push_bytes(std::string_view bytes) { bytes_.append(bytes); }

  // Counts one more reply that has no data; `text` is the complete reply. All counted replies are written with the text
  // of the first one, because they can differ only in the polling byte.
  void push_empty_reply(std::string_view text);

  // Adds the last reply of the connection. Nothing may follow it.
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
