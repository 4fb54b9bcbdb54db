// SPDX-License-Identifier: Apache-2.0
// What clients say to an RTMP server, and what it says to them, one line for each message.
#pragma once

#include "../rtmp/rtmp_samples.hpp"

#include <rtmpt_proxy/protocol/media/media_message.hpp>
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::test {

// A command on message stream 1, in chunks.
std::string command(std::string_view name, double transaction_id, const std::vector<std::string>& values = {});
// Connect, createStream and publish or play of that name, behind a handshake.
std::string publisher_hello(std::string_view app, std::string_view name);
std::string viewer_hello(std::string_view app, std::string_view name);
// A message of a publisher, in chunks of the first chunk size.
std::string sent(protocol::MediaKind kind, std::uint32_t time, std::string_view payload);

// Payloads of messages. `what` makes them differ.
std::string key_frame(std::string_view what = "k");
std::string picture(std::string_view what = "p");
std::string video_header(std::string_view what = "v");
std::string sound(std::string_view what = "s");
std::string audio_header(std::string_view what = "a");
std::string metadata_of_size(int width, int height); // as publishers send it, with "@setDataFrame"

// Hears a server. Lines are such as "handshake", "chunk size 65536", "_result 1", "onStatus NetStream.Play.Start",
// "video 40 <payload>", "data 0 onMetaData", "stream begin 1".
class ServerListener {
 public:
  // Throws std::runtime_error when the bytes are no RTMP.
  void hear(std::string_view bytes);

  const std::vector<std::string>& lines() const { return lines_; }
  // Those heard since the last call.
  std::vector<std::string> take_lines();
  bool has(std::string_view line) const;
  // How many lines begin so.
  std::size_t count(std::string_view beginning) const;

 private:
  std::string line_of_message() const;

  std::size_t handshake_bytes_ = 0;
  protocol::RtmpChunkReader chunks_ = protocol::RtmpChunkReader::whole(std::size_t{16} << 20);
  std::vector<std::string> lines_;
  std::size_t taken_ = 0;
};

} // namespace rtmpt_proxy::test
