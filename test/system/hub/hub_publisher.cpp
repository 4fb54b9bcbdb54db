// SPDX-License-Identifier: Apache-2.0
#include "hub/hub_publisher.hpp"

#include "test/support/deadline.hpp"
#include "test/unit/protocol/rtmp/rtmp_samples.hpp"

#include <string_view>

namespace rtmpt_proxy::test {

using namespace std::string_literals;

namespace {

constexpr std::uint8_t kAudio = 8;
constexpr std::uint8_t kVideo = 9;
constexpr std::uint8_t kData = 18;

// createStream and `what`, as a client sends them behind its connect without waiting for answers. What has come.
std::string begin(RtmpClient& client, const std::string& app, const std::string& what, const std::string& name,
                  std::string_view answer) {
  client.connect(app);
  const std::string create = amf_string("createStream") + amf_number(4) + amf_null();
  client.send(chunks({.payload = create}) + chunks({.stream = 4, .payload = start_payload(what, name)}));
  std::string heard;
  eventually("the hub answers a " + what, [&] {
    heard += client.receive_what_is_there();
    return heard.find(answer) != std::string::npos;
  });
  return heard;
}

} // namespace

HubPublisher::HubPublisher(const Endpoint& endpoint, const std::string& app, const std::string& name)
    : client_(endpoint) {
  begin(client_, app, "publish", name, "NetStream.Publish.Start");
}

void HubPublisher::send_media(int width, int height, double frame_rate) {
  const std::string metadata =
      amf_string("@setDataFrame") + amf_string("onMetaData") +
      amf_ecma_array(
          {{"width", amf_number(width)}, {"height", amf_number(height)}, {"framerate", amf_number(frame_rate)}});
  client_.send(chunks({.stream = 5, .type = kData, .payload = metadata}) +
               chunks({.stream = 6, .type = kVideo, .payload = "\x17\0\0\0\0header"s}) +
               chunks({.stream = 4, .type = kAudio, .payload = "\xaf\0header"s}) +
               chunks({.stream = 6, .type = kVideo, .payload = "\x17\1\0\0\0picture"s}));
}

void HubPublisher::send_key_frame(std::size_t bytes_of_picture) {
  constexpr std::uint32_t kChunkBytes = 65536;
  client_.send(set_chunk_size(kChunkBytes));
  for (int i = 0; i < kPicturesOfKeyFrame; ++i) {
    time_ += 40;
    const std::string head = i == 0 ? "\x17\1\0\0\0"s : "\x27\1\0\0\0"s;
    client_.send(chunks({.stream = 6,
                         .type = kVideo,
                         .payload = head + std::string(bytes_of_picture - head.size(), 'p'),
                         .chunk_size = kChunkBytes,
                         .timestamp = time_}));
  }
}

void HubPublisher::stay() {
  time_ += 23;
  client_.send(chunks({.stream = 4, .type = kAudio, .payload = "\xaf\1sound"s, .timestamp = time_}));
}

void HubPublisher::send_picture(std::string_view bytes) {
  time_ += 40;
  const std::string payload = "\x17\1\0\0\0"s + std::string(bytes);
  client_.send(chunks({.stream = 6, .type = kVideo, .payload = payload, .timestamp = time_}));
}

HubViewer::HubViewer(const Endpoint& endpoint, const std::string& app, const std::string& name)
    : client_(endpoint), heard_(begin(client_, app, "play", name, "NetStream.Play.Start")) {}

std::string HubViewer::receive() {
  std::string bytes = client_.receive(1);
  return bytes += client_.receive_what_is_there();
}

} // namespace rtmpt_proxy::test
