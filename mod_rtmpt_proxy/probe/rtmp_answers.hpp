// SPDX-License-Identifier: Apache-2.0
// What a media server answers to a client's first words: its handshake, and the answer to connect.
#pragma once

#include "probe/rtmp_words.hpp"

#include <rtmpt_proxy/protocol/rtmp/handshake.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::probe {

struct ConnectAnswer {
  bool accepted = false;   // _result
  std::string code;        // "NetConnection.Connect.Success"
  std::string description; // for people
  std::string server;      // fmsVer
};

// Reads in pieces of any size. Memory is bounded by the handshake and the chunk reader's. An error stays.
class RtmpAnswers {
 public:
  void feed(std::string_view bytes);

  std::size_t bytes() const { return bytes_; } // of all that was fed
  bool has_handshake() const { return hello_.size() == protocol::kHandshakeBytes; }
  // What Adobe's servers write behind the time in S1: "version 5.1.2.3". Others leave it 0, which gives an empty text.
  std::string server_of_handshake() const;
  // S1, which a client gives back as C2. Empty before it has come.
  std::string_view server_hello() const;
  const std::optional<ConnectAnswer>& connect_answer() const { return answer_; }
  // Why the bytes are no RTMP; empty when they may be.
  const std::string& error() const { return error_; }

 private:
  void take_command(std::string_view command);

  std::size_t bytes_ = 0;
  std::string hello_; // S0, S1, S2
  protocol::RtmpChunkReader chunks_;
  std::optional<ConnectAnswer> answer_;
  std::string error_;
};

} // namespace rtmpt_proxy::probe
