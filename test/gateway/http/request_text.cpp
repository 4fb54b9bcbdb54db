// SPDX-License-Identifier: Apache-2.0
#include "request_text.hpp"

#include <catch2/catch.hpp>

namespace rtmpt_proxy::test {

using gateway::HttpProgress;
using gateway::HttpRequestHead;

std::string_view to_string(HttpProgress progress) {
  switch (progress) {
  case HttpProgress::need_more: return "need_more";
  case HttpProgress::head: return "head";
  case HttpProgress::body: return "body";
  case HttpProgress::complete: return "complete";
  case HttpProgress::bad: return "bad";
  case HttpProgress::head_too_large: return "head_too_large";
  case HttpProgress::body_too_large: return "body_too_large";
  }
  return "unknown";
}

void Feeder::feed(std::string_view bytes) {
  input_ += bytes;
  for (;;) {
    if (last_ >= HttpProgress::bad) return;
    std::size_t consumed_bytes = 0;
    last_ = reader_.feed(input_, consumed_bytes, most_body_bytes_);
    if (consumed_bytes > input_.size()) FAIL("more was consumed than was there");
    if (last_ == HttpProgress::head) take_head();
    if (last_ == HttpProgress::body) {
      if (reader_.body_piece().empty() || reader_.body_piece().size() > most_body_bytes_) FAIL("a piece of no use");
      body_ += reader_.body_piece();
    }
    if (last_ == HttpProgress::complete) {
      seen_ += head_ + " body=" + body_ + "\n";
      head_.clear();
      body_.clear();
    }
    input_.erase(0, consumed_bytes);
    if (last_ == HttpProgress::need_more) return;
  }
}

void Feeder::take_head() {
  const HttpRequestHead& head = reader_.head();
  head_ = (head.is_post ? "POST " : "other ") + head.target + " host=" + head.host;
  if (head.keep_alive) head_ += " keep-alive";
  if (head.expects_continue) head_ += " expects-continue";
  if (head.is_chunked) head_ += " chunked";
  if (head.has_content_length) head_ += " length=" + std::to_string(head.content_length);
}

std::string Feeder::seen() const {
  const bool is_error = last_ != HttpProgress::need_more && last_ != HttpProgress::complete;
  return seen_ + head_ + (is_error ? std::string(head_.empty() ? "" : " ") + std::string(to_string(last_)) : "");
}

std::string seen_at_every_cut(std::string_view text, std::size_t body_limit_bytes) {
  return seen_at_some_cuts(text, 1, body_limit_bytes);
}

std::string seen_at_some_cuts(std::string_view text, std::size_t step, std::size_t body_limit_bytes) {
  Feeder whole(body_limit_bytes);
  whole.feed(text);
  const std::string expected = whole.seen();
  for (std::size_t cut = 0; cut <= text.size(); cut += step) {
    Feeder feeder(body_limit_bytes);
    feeder.feed(text.substr(0, cut));
    feeder.feed(text.substr(cut));
    if (feeder.seen() != expected) FAIL("cut at " << cut << ": " << feeder.seen() << "\nexpected: " << expected);
  }
  Feeder feeder(body_limit_bytes);
  for (const char byte : text)
    feeder.feed({&byte, 1});
  if (feeder.seen() != expected) FAIL("byte by byte: " << feeder.seen() << "\nexpected: " << expected);
  Feeder sipping(body_limit_bytes, 1);
  sipping.feed(text);
  if (sipping.seen() != expected)
    FAIL("a byte of the body at a time: " << sipping.seen() << "\nexpected: " << expected);
  return expected;
}

} // namespace rtmpt_proxy::test
