// SPDX-License-Identifier: Apache-2.0
// A viewer that speaks HTTP or WebSocket and counts the pictures that come.
#pragma once

#include "support/clients/byte_stream.hpp"
#include "support/clients/flv.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

class FlvViewer {
 public:
  // Sends the request, and reads the head of the answer. Throws TimedOut, std::runtime_error.
  FlvViewer(const Endpoint& endpoint, std::string_view request, OnPicture on_picture = {});

  int status() const { return status_; }
  const std::string& head() const { return head_; }

  // Reads until so many pictures have come, or the answer ends, or `deadline`. Whether they have come.
  bool sees(int pictures, Deadline deadline = Deadline{});
  // Reads until the answer ends. Whether it does by `deadline`.
  bool ends(Deadline deadline = Deadline{});
  int pictures() const { return counter_.pictures(); }
  // How often a tag's time was earlier than that of the tag before it.
  int steps_back() const { return counter_.steps_back(); }
  // FLV's flags: 1 for pictures, 4 for sound; -1: none came.
  int flags() const;

  // Of a WebSocket: sends a ping, and reads until its pong comes.
  bool is_answered(std::string_view ping, Deadline deadline = Deadline{});
  // Of a WebSocket: the code of the close frame; 0: none came.
  int close_code() const { return close_code_; }

  void send(std::string_view bytes) { stream_->write_all(bytes); }
  void close() { stream_.reset(); }

 private:
  bool read_some(Deadline deadline);
  void take_body();
  bool take_chunk();
  bool take_frame();
  void take_flv(std::string_view bytes);

  std::unique_ptr<ByteStream> stream_;
  std::string unread_;
  std::string head_;
  int status_ = 0;
  bool is_websocket_ = false;
  bool is_chunked_ = false;
  bool has_ended_ = false;
  FlvCounter counter_;
  std::string beginning_; // of FLV
  std::string pong_;
  int close_code_ = 0;
};

// GET of the stream, as a player sends it; `headers` each with its CRLF.
std::string watch_request(const std::string& name = "cam", const std::string& headers = {});
// The same as an upgrade to WebSocket.
std::string websocket_request(const std::string& name = "cam", const std::string& headers = {});

// A frame of a client, masked.
std::string client_frame(int opcode, std::string_view payload);

} // namespace rtmpt_proxy::test
