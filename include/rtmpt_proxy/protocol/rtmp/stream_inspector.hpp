// SPDX-License-Identifier: Apache-2.0
// Reads in a client's first RTMP bytes what it publishes or plays. It changes no byte.
//
//   C0   1 byte, the version: 3, or 6, 8, 9 for RTMPE, which cannot be read here
//   C1   1536 bytes, C2 1536 bytes: passed over
//   chunks with the commands connect{app, flashVer}, then publish(name) or play(name)      (Adobe, RTMP 1.0, 5.2
//   and 7.2)
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

enum class InspectionState : std::uint8_t {
  looking,    // not known yet
  known,      // publish or play was seen
  encrypted,  // RTMPE: nothing can be known
  unparsable, // no RTMP, or broken: see StreamFacts::problem
  gave_up,    // kMaxInspectedBytes or kMaxInspectedMessages without publish or play
};

enum class StreamKind : std::uint8_t { none, publish, play };

// One word, lower case, for logs and JSON: "looking", "gave-up"; "none", "publish".
std::string_view to_string(InspectionState state);
std::string_view to_string(StreamKind kind);

inline constexpr std::size_t kMaxInspectedBytes = 1u << 20; // handshake included
inline constexpr std::size_t kMaxInspectedMessages = 1000;
// Longer texts are cut there, between UTF-8 characters.
inline constexpr std::size_t kMaxAppBytes = 255;
inline constexpr std::size_t kMaxStreamNameBytes = 255;
inline constexpr std::size_t kMaxFlashVersionBytes = 64;

// Texts of the client, which may be any bytes. Escape them wherever they are written.
struct StreamFacts {
  InspectionState state = InspectionState::looking;
  StreamKind kind = StreamKind::none;
  // Both without a '?' and the text after it, where servers and clients put keys and tokens.
  std::string app; // of the last connect, without '/' at its end
  std::string stream_name;
  std::string flash_version;
  bool is_app_cut = false;
  bool is_stream_name_cut = false;
  bool is_flash_version_cut = false;
  std::string_view problem; // with unparsable: a short sentence for a log that quotes nothing; static
  bool operator==(const StreamFacts&) const = default;
};

// Follows what one client sends, in order, until publish or play. What was known by then stays, whatever the state: the
// first publish or play is the session's. A client that stops and publishes or plays something else on the same
// connection is not followed, and neither is play2, which only switches the bit rate of what plays.
//
// Memory: the object until the handshake's end, then a table of chunk streams (up to 7 kB for 64 of them) and the
// command under way (up to kMaxCommandBytes); the object and the facts once it is done. Not thread-safe.
class StreamInspector {
 public:
  StreamInspector();
  ~StreamInspector();
  StreamInspector(StreamInspector&&) noexcept;
  StreamInspector& operator=(StreamInspector&&) noexcept;

  // Takes the next bytes of the client, in pieces of any size. When it is done, a call costs one comparison.
  void feed(std::string_view bytes) {
    if (!is_done()) look(bytes);
  }

  bool is_done() const { return facts_.state != InspectionState::looking; }
  const StreamFacts& facts() const { return facts_; }

  // The memory behind the object, but for the texts of facts().
  std::size_t held_bytes() const;

 private:
  struct Looking;

  void look(std::string_view bytes);
  std::string_view pass_handshake(std::string_view bytes);
  void follow_chunks(std::string_view bytes);
  void take_command(std::string_view command);
  void finish(InspectionState state, std::string_view problem = {});

  StreamFacts facts_;
  std::unique_ptr<Looking> looking_; // until it is done
};

} // namespace rtmpt_proxy::protocol
