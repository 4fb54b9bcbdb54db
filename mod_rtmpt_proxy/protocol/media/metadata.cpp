// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/metadata.hpp>
#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>
#include <rtmpt_proxy/protocol/rtmp/amf0_writer.hpp>

#include <algorithm>
#include <array>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::string_view kMetadata = "onMetaData";
// "@setDataFrame" as a string of AMF0.
constexpr std::string_view kSetDataFrame("\x02\x00\x0d@setDataFrame", 16);
constexpr std::size_t kMostProperties = 64;

constexpr std::array<std::string_view, 6> kLeftOut{"hasAudio", "hasVideo",  "duration",
                                                   "filesize", "keyframes", "hasKeyframes"};

bool is_left_out(std::string_view name) {
  return std::find(kLeftOut.begin(), kLeftOut.end(), name) != kLeftOut.end();
}

void copy_property(std::string& out, const Amf0Token& property) {
  switch (property.kind) {
  case Amf0Kind::number: return put_amf0_property(out, property.name, property.number);
  case Amf0Kind::boolean: return put_amf0_property(out, property.name, property.number != 0);
  case Amf0Kind::string: return put_amf0_property(out, property.name, property.text);
  default: return;
  }
}

} // namespace

std::string_view stream_data(std::string_view payload) {
  if (payload.starts_with(kSetDataFrame)) payload.remove_prefix(kSetDataFrame.size());
  if (payload.size() > kMaxStreamDataBytes) return {};
  return Amf0Reader(payload).next().kind == Amf0Kind::string ? payload : std::string_view();
}

bool is_metadata(std::string_view data) {
  const Amf0Token name = Amf0Reader(data).next();
  return name.kind == Amf0Kind::string && name.text == kMetadata;
}

std::string flv_metadata(std::string_view metadata, bool has_audio, bool has_video) {
  std::string out;
  put_amf0(out, kMetadata);
  begin_amf0_array(out);
  put_amf0_property(out, "hasAudio", has_audio);
  put_amf0_property(out, "hasVideo", has_video);
  Amf0Reader reader(metadata);
  std::size_t properties = 0;
  for (Amf0Token token = reader.next(); token.kind != Amf0Kind::end; token = reader.next()) {
    if (token.depth != 1 || token.name.empty() || is_left_out(token.name)) continue;
    if (++properties > kMostProperties) break;
    copy_property(out, token);
  }
  end_amf0_object(out);
  return out;
}

} // namespace rtmpt_proxy::protocol
