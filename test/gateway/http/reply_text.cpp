// SPDX-License-Identifier: Apache-2.0
#include "reply_text.hpp"

#include <catch2/catch.hpp>

namespace rtmpt_proxy::test {

using gateway::HttpReplyHead;
using gateway::ReplyProgress;

void ReplyFeeder::feed(std::string_view bytes) {
  input_ += bytes;
  for (;;) {
    if (last_ == ReplyProgress::bad) return;
    std::size_t consumed_bytes = 0;
    last_ = reader_.feed(input_, consumed_bytes);
    if (consumed_bytes > input_.size()) FAIL("more was consumed than was there");
    take(consumed_bytes);
    input_.erase(0, consumed_bytes);
    if (last_ == ReplyProgress::need_more) return;
  }
}

void ReplyFeeder::take(std::size_t consumed_bytes) {
  const std::string_view piece = reader_.piece();
  if (piece.empty() != (last_ != ReplyProgress::data)) FAIL("a piece is there with data and only then");
  if (last_ == ReplyProgress::head) {
    const HttpReplyHead& head = reader_.head();
    seen_ += std::to_string(head.status) + (head.keep_alive ? " keep-alive" : "") +
             " length=" + std::to_string(head.content_length) + " body=";
  }
  if (last_ == ReplyProgress::data) {
    if (piece.data() != input_.data() || piece.size() != consumed_bytes) FAIL("a piece is what was consumed");
    seen_ += piece;
    ++pieces_;
  }
  if (last_ == ReplyProgress::complete) {
    if (consumed_bytes != 0) FAIL("the end of a reply took bytes behind it");
    seen_ += "\n";
  }
  if (reader_.in_reply() == (last_ == ReplyProgress::complete) && last_ != ReplyProgress::need_more)
    FAIL("a reply is in_reply until it is complete");
}

std::string ReplyFeeder::seen() const {
  return seen_ + (last_ == ReplyProgress::bad ? std::string(to_string(reader_.error())) : "");
}

std::string reply_seen_at_every_cut(std::string_view text) {
  ReplyFeeder whole;
  whole.feed(text);
  const std::string expected = whole.seen();
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    ReplyFeeder feeder;
    feeder.feed(text.substr(0, cut));
    feeder.feed(text.substr(cut));
    if (feeder.seen() != expected) FAIL("cut at " << cut << ": " << feeder.seen() << "\nexpected: " << expected);
  }
  ReplyFeeder feeder;
  for (const char byte : text)
    feeder.feed({&byte, 1});
  if (feeder.seen() != expected) FAIL("byte by byte: " << feeder.seen() << "\nexpected: " << expected);
  return expected;
}

} // namespace rtmpt_proxy::test
