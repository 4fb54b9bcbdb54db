// SPDX-License-Identifier: Apache-2.0
#include "protocol/rtmp/gated_command.hpp"

#include "protocol/rtmp/message_name.hpp"

#include <rtmpt_proxy/protocol/rtmp/amf0.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace rtmpt_proxy::protocol {

namespace {

constexpr std::array kStrictNames{std::pair{std::string_view("connect"), StrictCommandKind::connect},
                                  std::pair{std::string_view("publish"), StrictCommandKind::publish},
                                  std::pair{std::string_view("play"), StrictCommandKind::play},
                                  std::pair{std::string_view("play2"), StrictCommandKind::play2},
                                  std::pair{std::string_view("releaseStream"), StrictCommandKind::announce},
                                  std::pair{std::string_view("FCPublish"), StrictCommandKind::announce},
                                  std::pair{std::string_view("FCUnpublish"), StrictCommandKind::end_announced},
                                  std::pair{std::string_view("closeStream"), StrictCommandKind::close_stream},
                                  std::pair{std::string_view("deleteStream"), StrictCommandKind::delete_stream}};

StrictCommand bad_command() {
  StrictCommand command;
  command.kind = StrictCommandKind::bad;
  return command;
}

StrictCommandKind kind_of(std::string_view name) {
  const auto found =
      std::find_if(kStrictNames.begin(), kStrictNames.end(), [name](const auto& one) { return one.first == name; });
  return found == kStrictNames.end() ? StrictCommandKind::other : found->second;
}

bool is_whole_string(const Amf0Token& token) {
  return token.kind == Amf0Kind::string && !token.is_cut && !token.is_long;
}

// Whether a command of that kind may come with this instead of a name. nginx-rtmp publishes and plays "" for null and
// for nothing at all, but not for publish(false), which ends a publishing.
bool is_no_name(StrictCommandKind kind, const Amf0Token& token) {
  if (kind == StrictCommandKind::play) return false;
  if (token.kind == Amf0Kind::boolean) return token.number == 0;
  if (kind == StrictCommandKind::publish) return false;
  return token.kind == Amf0Kind::null || token.kind == Amf0Kind::undefined || token.kind == Amf0Kind::end;
}

// The name in an object {streamName, ...}; of a repeated one some media servers take the first, some the last.
bool read_stream_name_property(Amf0Reader& reader, StrictCommand& command) {
  if (reader.next().kind != Amf0Kind::object) return false;
  for (;;) {
    const Amf0Token token = reader.next();
    if (token.kind == Amf0Kind::end) return false;
    if (token.kind == Amf0Kind::close && token.depth == 0) return command.stream_name.has_value();
    if (token.depth != 1 || token.name != "streamName") continue;
    if (!is_whole_string(token) || command.stream_name) return false;
    command.stream_name = token.text;
  }
}

// Nothing is decided by it, so that one that cannot be read is left out.
void read_publish_type(Amf0Reader& reader, StrictCommand& command) {
  constexpr std::array<std::string_view, 3> kTypes{"live", "record", "append"};
  const Amf0Token type = reader.next();
  if (type.kind == Amf0Kind::string && std::find(kTypes.begin(), kTypes.end(), type.text) != kTypes.end())
    command.publish_type = type.text;
}

bool read_name(Amf0Reader& reader, StrictCommand& command) {
  if (command.kind == StrictCommandKind::play2) return read_stream_name_property(reader, command);
  const Amf0Token name = reader.next();
  if (is_whole_string(name)) command.stream_name = name.text;
  const bool is_good = reader.error() == Amf0Error::none && (command.stream_name || is_no_name(command.kind, name));
  if (is_good && command.kind == StrictCommandKind::publish) read_publish_type(reader, command);
  return is_good;
}

bool read_message_stream(Amf0Reader& reader, StrictCommand& command) {
  const Amf0Token id = reader.next();
  if (id.kind == Amf0Kind::string && !id.is_cut) return true; // GStreamer writes the stream's name
  if (id.kind != Amf0Kind::number) return false;
  if (!(id.number >= 0 && id.number <= std::numeric_limits<std::uint32_t>::max())) return false;
  command.message_stream = static_cast<std::uint32_t>(id.number);
  return true;
}

// transaction id, null, argument
bool read_arguments(Amf0Reader& reader, StrictCommand& command) {
  const Amf0Token transaction = reader.next();
  const Amf0Token nothing = reader.next();
  if (transaction.kind != Amf0Kind::number) return false;
  command.transaction_id = transaction.number;
  if (nothing.kind != Amf0Kind::null && nothing.kind != Amf0Kind::undefined) return false;
  return command.kind == StrictCommandKind::delete_stream ? read_message_stream(reader, command)
                                                          : read_name(reader, command);
}

StrictCommand read_strict_connect(std::string_view text) {
  StrictCommand command;
  command.connect = read_rtmp_command(text);
  const RtmpCommand& connect = command.connect;
  if (connect.kind != RtmpCommandKind::connect || connect.error != Amf0Error::none) return bad_command();
  if (!connect.has_whole_object || connect.is_unclear) return bad_command();
  command.kind = StrictCommandKind::connect;
  command.transaction_id = connect.transaction_id;
  return command;
}

// Whether some media server could take the command for one of those that are decided about, by a name that is written
// otherwise.
bool is_disguised(const RtmpChunkReader& chunks) {
  return std::any_of(kWithheldNames.begin(), kWithheldNames.end(), [&chunks](std::string_view name) {
    return may_have_name(chunks.message_type(), chunks.command(), name);
  });
}

} // namespace

StrictCommand read_strictly(const RtmpChunkReader& chunks) {
  constexpr char kNameMarker = 0x02;
  const std::string_view whole = chunks.command();
  if (chunks.is_amf3_command() && !whole.starts_with('\0')) return bad_command();
  const std::string_view text = command_text(chunks);
  if (!text.starts_with(kNameMarker)) return bad_command();
  Amf0Reader reader(text);
  const Amf0Token name = reader.next();
  if (name.kind != Amf0Kind::string) return bad_command();
  StrictCommand command;
  command.kind = kind_of(name.text);
  switch (command.kind) {
  case StrictCommandKind::connect: return read_strict_connect(text);
  case StrictCommandKind::other: return is_disguised(chunks) ? bad_command() : command;
  case StrictCommandKind::close_stream: return command;
  default: return read_arguments(reader, command) ? command : bad_command();
  }
}

} // namespace rtmpt_proxy::protocol
