// SPDX-License-Identifier: Apache-2.0
// Replies as text, and what a reader makes of them, for comparing.
#pragma once

#include "gateway/backends/reply_reader.hpp"

#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// Feeds a reader as a connection does: what is not consumed is presented again with more behind it.
class ReplyFeeder {
 public:
  // More bytes came. After an error nothing is read any more.
  void feed(std::string_view bytes);

  // Each complete reply in one line, then the error if there was one: "200 keep-alive length=3 body=abc". A reply that
  // is not complete shows up without its end of line.
  std::string seen() const;
  gateway::ReplyProgress last() const { return last_; }
  const gateway::HttpReplyReader& reader() const { return reader_; }
  std::size_t unconsumed_bytes() const { return input_.size(); }
  std::size_t pieces() const { return pieces_; }

 private:
  void take(std::size_t consumed_bytes);

  gateway::HttpReplyReader reader_;
  gateway::ReplyProgress last_ = gateway::ReplyProgress::need_more;
  std::string input_;
  std::string seen_;
  std::size_t pieces_ = 0;
};

// What is seen of `text` in one piece, cut in two at every place, and byte by byte; fails the test when it differs.
std::string reply_seen_at_every_cut(std::string_view text);

} // namespace rtmpt_proxy::test
