// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/rtmp/rtmp_chunks.hpp>

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::protocol {

namespace {

// Message types.
constexpr std::uint8_t kSetChunkSize = 1;
constexpr std::uint8_t kAbort = 2;

constexpr std::uint8_t kNoHeader = 3; // of the four formats
constexpr std::uint32_t kTimeIsExtended = 0xffffff;
constexpr std::size_t kExtendedBytes = 4;
constexpr std::size_t kControlBytes = 4; // the length of Set Chunk Size and Abort
constexpr std::array<std::size_t, 4> kHeaderBytes{11, 7, 3, 0};

bool is_command(std::uint8_t type) {
  return type == kAmf0CommandMessage || type == kAmf3CommandMessage;
}

bool is_control(std::uint8_t type) {
  return type == kSetChunkSize || type == kAbort;
}

// Data, and shared objects, whose first bytes are kept as well.
bool is_data(std::uint8_t type) {
  return type == kAmf0DataMessage || type == kAmf3DataMessage || type == kAmf0SharedObjectMessage ||
         type == kAmf3SharedObjectMessage;
}

bool is_media(std::uint8_t type) {
  return type == kAudioMessage || type == kVideoMessage;
}

// What is known of messages without a name of their own.
bool is_plain(std::uint8_t type) {
  return (type >= kAcknowledgementMessage && type <= kPeerBandwidthMessage) || type == kAggregateMessage;
}

// Whether what is kept of such a message counts in kept_bytes_.
bool is_counted(std::uint8_t type) {
  return is_command(type) || is_data(type);
}

// Clearing or assigning would keep the memory.
void release(std::string& text) {
  std::string().swap(text);
}

} // namespace

std::string_view to_string(ChunkError error) {
  switch (error) {
  case ChunkError::none: return "the chunks are good";
  case ChunkError::too_many_chunk_streams: return "there are over 64 chunk streams";
  case ChunkError::missing_header: return "a chunk stream begins without a message's length";
  case ChunkError::message_changed: return "a message changes its length, type or stream within itself";
  case ChunkError::header_in_message: return "a whole header stands within a message";
  case ChunkError::bad_chunk_size: return "the chunk size is not 1 to 2147483647";
  case ChunkError::unclear_chunk_size:
    return "the chunk size is not 128 to 10485760, shrinks, or comes in another form";
  case ChunkError::short_control_message: return "a control message has fewer than 4 bytes";
  case ChunkError::command_too_large: return "commands take over 65536 bytes";
  case ChunkError::payload_too_large: return "the messages under way are too large";
  case ChunkError::unclear_timestamp: return "a chunk may repeat its timestamp, or not";
  }
  return "the chunks have an unknown error";
}

ChunkFeedResult RtmpChunkReader::feed(std::string_view bytes) {
  if (error_ != ChunkError::none) return {ChunkProgress::failed, 0};
  forget_finished();
  std::size_t consumed_bytes = 0;
  for (;;) {
    const bool again = !replay_.empty();
    const std::string_view piece = again ? std::string_view(replay_) : bytes.substr(consumed_bytes);
    if (piece.empty()) return {ChunkProgress::need_more, consumed_bytes};
    const bool is_payload = stage_ == Stage::payload;
    const std::size_t taken_bytes = is_payload ? std::min<std::size_t>(piece.size(), chunk_left_) : 1;
    const auto first = static_cast<std::uint8_t>(piece.front());
    if (is_payload) take_payload(piece.substr(0, taken_bytes));
    if (again)
      replay_.erase(0, taken_bytes);
    else
      consumed_bytes += taken_bytes;
    if (!again) position_ += taken_bytes;
    if (!is_payload) take(first);
    if (stage_ == Stage::payload && chunk_left_ == 0) end_chunk();
    if (error_ != ChunkError::none) return {ChunkProgress::failed, consumed_bytes};
    if (finished_) return {ChunkProgress::message, consumed_bytes};
  }
}

std::string_view RtmpChunkReader::command() const {
  if (!finished_ || !is_command(streams_[*finished_].type)) return {};
  return streams_[*finished_].kept;
}

std::string_view RtmpChunkReader::head() const {
  if (!finished_) return {};
  const ChunkStream& stream = streams_[*finished_];
  if (is_data(stream.type)) return stream.kept;
  if (!is_media(stream.type)) return {};
  return {stream.head.data(), std::min<std::size_t>(stream.length_bytes, kMediaHeadBytes)};
}

std::string_view RtmpChunkReader::payload() const {
  return finished_ && keeps_whole(streams_[*finished_].type) ? streams_[*finished_].kept : std::string_view();
}

bool RtmpChunkReader::keeps_whole(std::uint8_t type) const {
  return payload_limit_bytes_ > 0 && (is_media(type) || is_data(type) || is_plain(type));
}

std::uint64_t RtmpChunkReader::header_begin() const {
  return stage_ == Stage::basic || stage_ == Stage::payload ? position_ : chunk_begin_;
}

std::size_t RtmpChunkReader::held_bytes() const {
  std::size_t bytes = streams_.capacity() * sizeof(ChunkStream);
  for (const ChunkStream& stream : streams_)
    if (stream.kept.capacity() > std::string().capacity()) bytes += stream.kept.capacity() + 1;
  return bytes;
}

// A byte of a header.
void RtmpChunkReader::take(std::uint8_t byte) {
  if (stage_ == Stage::basic) return take_basic(byte);
  if (stage_ == Stage::repeated_timestamp) return take_repeated(byte);
  field_[field_bytes_++] = byte;
  if (field_bytes_ < field_end_) return;
  switch (stage_) {
  case Stage::stream_id: return begin_chunk(64u + field_[0] + (field_end_ == 2 ? 256u * field_[1] : 0u));
  case Stage::header: return end_header();
  case Stage::extended_timestamp: current().extended = field(0, kExtendedBytes); return begin_payload();
  case Stage::basic:
  case Stage::repeated_timestamp:
  case Stage::payload: break;
  }
}

void RtmpChunkReader::take_basic(std::uint8_t byte) {
  format_ = byte >> 6;
  chunk_begin_ = position_ - 1;
  const std::uint32_t id = byte & 0x3fu;
  if (id > 1) return begin_chunk(id);
  expect(Stage::stream_id, id + 1);
}

// Bytes count as the repeated timestamp as long as they are equal to it. The first different byte shows that all of
// them belong to the payload, and, if the payload ends before, to the bytes after it.
void RtmpChunkReader::take_repeated(std::uint8_t byte) {
  field_[field_bytes_++] = byte;
  const std::uint32_t shift = static_cast<std::uint32_t>(8 * (kExtendedBytes - field_bytes_));
  if (field(0, field_bytes_) == current().extended >> shift) {
    if (field_bytes_ == kExtendedBytes) begin_payload();
    return;
  }
  if (rules_ == ChunkRules::strict) return fail(ChunkError::unclear_timestamp);
  replay_.insert(0, reinterpret_cast<const char*>(field_.data()), field_bytes_);
  begin_payload();
}

void RtmpChunkReader::expect(Stage stage, std::size_t bytes) {
  stage_ = stage;
  field_bytes_ = 0;
  field_end_ = bytes;
}

void RtmpChunkReader::begin_chunk(std::uint32_t id) {
  current_ = place_of(id);
  if (current_ == streams_.size()) {
    // fmt 1 has all that matters here, and librtmp begins its pings with it.
    if (format_ > 1) return fail(ChunkError::missing_header);
    if (streams_.size() == kMaxChunkStreams) return fail(ChunkError::too_many_chunk_streams);
    streams_.emplace_back().id = id;
  }
  expect(Stage::header, kHeaderBytes[format_]);
  if (format_ == kNoHeader) end_header();
}

void RtmpChunkReader::end_header() {
  ChunkStream& stream = current();
  const bool begins = begins_message_ = stream.left_bytes == 0;
  if (!begins && format_ != kNoHeader && rules_ != ChunkRules::lenient) return fail(ChunkError::header_in_message);
  // A header of fmt 1 leaves the message stream as it was. That of fmt 0 is the only number that is little-endian.
  const std::uint32_t message_stream =
      format_ > 0 ? stream.message_stream
                  : std::uint32_t{field_[7]} | field_[8] << 8 | field_[9] << 16 | std::uint32_t{field_[10]} << 24;
  if (format_ < 2 && !announce(field(3, 3), field_[6], message_stream)) return fail(ChunkError::message_changed);
  if (format_ != kNoHeader) {
    stream.extended = field(0, 3);
    stream.has_extended = stream.extended == kTimeIsExtended;
  }
  if (begins) begin_message();
  if (begins && has_unclear_timestamp()) return fail(ChunkError::unclear_timestamp);
  if (!stream.has_extended) return begin_payload();
  const bool may_be_left_out = format_ == kNoHeader && !begins;
  expect(may_be_left_out ? Stage::repeated_timestamp : Stage::extended_timestamp, kExtendedBytes);
}

// Of the message that begins. An extended time of fmt 0 is no delta that anybody means.
void RtmpChunkReader::take_time() {
  ChunkStream& stream = current();
  if (format_ == 0) {
    stream.time = stream.extended;
    stream.delta = stream.has_extended ? 0 : stream.extended;
    return;
  }
  if (format_ != kNoHeader) stream.delta = stream.extended;
  stream.time += stream.delta;
}

// Takes the length, type and message stream of a header. False when they contradict the message under way.
bool RtmpChunkReader::announce(std::uint32_t length_bytes, std::uint8_t type, std::uint32_t message_stream) {
  ChunkStream& stream = current();
  if (stream.left_bytes > 0)
    return stream.length_bytes == length_bytes && stream.type == type && stream.message_stream == message_stream;
  stream.message_stream = message_stream;
  stream.length_bytes = length_bytes;
  stream.type = type;
  return true;
}

// Of the message that begins.
bool RtmpChunkReader::has_unclear_timestamp() const {
  const ChunkStream& stream = streams_[current_];
  if (rules_ != ChunkRules::strict || !stream.has_extended || is_media(stream.type)) return false;
  return format_ == kNoHeader || stream.length_bytes > chunk_size_;
}

void RtmpChunkReader::begin_message() {
  ChunkStream& stream = current();
  stream.left_bytes = stream.length_bytes;
  stream.message_begin = chunk_begin_;
  stream.is_lost = false;
  if (is_command(stream.type) && stream.length_bytes > kMaxCommandBytes) fail(ChunkError::command_too_large);
  if (is_control(stream.type) && stream.length_bytes < kControlBytes) fail(ChunkError::short_control_message);
}

void RtmpChunkReader::begin_payload() {
  if (std::exchange(begins_message_, false)) take_time();
  stage_ = Stage::payload;
  chunk_left_ = std::min(current().left_bytes, chunk_size_);
}

void RtmpChunkReader::take_payload(std::string_view piece) {
  ChunkStream& stream = current();
  const auto taken_bytes = static_cast<std::uint32_t>(piece.size());
  const std::size_t before_bytes = stream.length_bytes - stream.left_bytes;
  chunk_left_ -= taken_bytes;
  stream.left_bytes -= taken_bytes;
  if (is_media(stream.type) && before_bytes < kMediaHeadBytes)
    std::copy_n(piece.begin(), std::min(piece.size(), kMediaHeadBytes - before_bytes),
                stream.head.begin() + static_cast<std::ptrdiff_t>(before_bytes));
  if (keeps_whole(stream.type)) return keep_payload(stream, piece);
  if (is_data(stream.type)) keep_data(stream, piece);
  if (is_control(stream.type)) stream.kept += piece.substr(0, kControlBytes - stream.kept.size());
  if (!is_command(stream.type)) return;
  kept_bytes_ += piece.size();
  if (kept_bytes_ > kMaxCommandBytes) return fail(ChunkError::command_too_large);
  stream.kept += piece;
}

void RtmpChunkReader::keep_payload(ChunkStream& stream, std::string_view piece) {
  payload_bytes_ += piece.size();
  if (payload_bytes_ > payload_limit_bytes_) return fail(ChunkError::payload_too_large);
  stream.kept += piece;
}

// Where there is no room for data, they are passed over, and who depends on them is told.
void RtmpChunkReader::keep_data(ChunkStream& stream, std::string_view piece) {
  piece = piece.substr(0, kMaxDataBytes - stream.kept.size());
  stream.is_lost = stream.is_lost || kept_bytes_ + piece.size() > kMaxCommandBytes;
  if (stream.is_lost) return;
  kept_bytes_ += piece.size();
  stream.kept += piece;
}

void RtmpChunkReader::end_chunk() {
  stage_ = Stage::basic;
  if (error_ == ChunkError::none && current().left_bytes == 0) end_message();
}

void RtmpChunkReader::end_message() {
  ChunkStream& stream = current();
  finished_ = current_;
  if (!is_control(stream.type)) return;
  std::uint32_t value = 0;
  for (const char byte : std::exchange(stream.kept, {}))
    value = value << 8 | static_cast<std::uint8_t>(byte);
  if (stream.type == kSetChunkSize) return set_chunk_size(value);
  abort_message(value);
}

void RtmpChunkReader::set_chunk_size(std::uint32_t bytes) {
  if (bytes == 0 || bytes > 0x7fffffff) return fail(ChunkError::bad_chunk_size);
  if (rules_ != ChunkRules::lenient && !is_clear_chunk_size(bytes)) return fail(ChunkError::unclear_chunk_size);
  chunk_size_ = std::min(bytes, kMaxChunkSizeBytes);
}

// As chunks are never smaller than 128 bytes there, the 4 bytes stand in one chunk.
bool RtmpChunkReader::is_clear_chunk_size(std::uint32_t bytes) const {
  if (bytes < std::max(kMinClientChunkSizeBytes, chunk_size_) || bytes > kMaxClientChunkSizeBytes) return false;
  if (streams_[current_].length_bytes != kControlBytes) return false;
  const bool is_alone =
      std::none_of(streams_.begin(), streams_.end(), [](const ChunkStream& stream) { return stream.left_bytes > 0; });
  return is_alone || rules_ != ChunkRules::strict;
}

void RtmpChunkReader::abort_message(std::uint32_t id) {
  const std::size_t place = place_of(id);
  if (place == streams_.size()) return;
  ChunkStream& stream = streams_[place];
  stream.left_bytes = 0;
  forget_kept(stream);
}

void RtmpChunkReader::forget_kept(ChunkStream& stream) {
  if (keeps_whole(stream.type))
    payload_bytes_ -= stream.kept.size();
  else if (is_counted(stream.type))
    kept_bytes_ -= stream.kept.size();
  release(stream.kept);
}

void RtmpChunkReader::forget_finished() {
  if (!finished_) return;
  forget_kept(streams_[*finished_]);
  finished_.reset();
}

std::size_t RtmpChunkReader::place_of(std::uint32_t id) const {
  const auto found =
      std::find_if(streams_.begin(), streams_.end(), [id](const ChunkStream& stream) { return stream.id == id; });
  return static_cast<std::size_t>(found - streams_.begin());
}

// Big-endian, out of the bytes collected.
std::uint32_t RtmpChunkReader::field(std::size_t begin, std::size_t bytes) const {
  std::uint32_t value = 0;
  for (std::size_t i = begin; i < begin + bytes; ++i)
    value = value << 8 | field_[i];
  return value;
}

} // namespace rtmpt_proxy::protocol
