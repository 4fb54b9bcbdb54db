// SPDX-License-Identifier: Apache-2.0
// Requests as text, and what a reader makes of them, for comparing.
#pragma once

#include "gateway/http/request_reader.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

// Feeds a reader as a connection does: what is not consumed is presented again with more behind it.
class Feeder {
 public:
  explicit Feeder(std::size_t body_limit_bytes,
                  std::size_t most_body_bytes = gateway::HttpRequestReader::kAnySize) // in one piece
      : reader_(body_limit_bytes), most_body_bytes_(most_body_bytes) {}

  // More bytes came. After an error nothing is read any more.
  void feed(std::string_view bytes);

  // Each complete request in one line, then the error if there was one:
  // "POST /send/x/1 host=a keep-alive body=abc". A head that awaits its body shows up without one.
  std::string seen() const;
  gateway::HttpProgress last() const { return last_; }
  std::size_t unconsumed_bytes() const { return input_.size(); }

 private:
  void take_head();

  gateway::HttpRequestReader reader_;
  std::size_t most_body_bytes_;
  gateway::HttpProgress last_ = gateway::HttpProgress::need_more;
  std::string input_;
  std::string seen_;
  std::string head_;
  std::string body_;
};

std::string_view to_string(gateway::HttpProgress progress);

// What is seen of `text` in one piece, cut in two at every place, and byte by byte; fails the test when it differs.
std::string seen_at_every_cut(std::string_view text, std::size_t body_limit_bytes = 1000);
// The same for a text so long that each cut costs too much: it is cut in two at every `step`th place only.
std::string seen_at_some_cuts(std::string_view text, std::size_t step, std::size_t body_limit_bytes = 1000);

} // namespace rtmpt_proxy::test
