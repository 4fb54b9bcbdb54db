// SPDX-License-Identifier: Apache-2.0
#include "../server/server_talk.hpp"

#include <rtmpt_proxy/protocol/media/media_role.hpp>

#include <catch2/catch.hpp>

#include <string>

using namespace rtmpt_proxy::protocol;
using namespace rtmpt_proxy::test;
using namespace std::string_literals;
using Role = MediaRole;

TEST_CASE("The first bytes say what a message is") {
  struct Row {
    MediaKind kind;
    std::string payload;
    Role role;
    std::uint16_t slot = 0;
  };
  constexpr auto A = MediaKind::audio;
  constexpr auto V = MediaKind::video;
  const auto row = GENERATE(values<Row>({
      {V, "", Role::nothing},
      {A, "", Role::nothing},
      {V, key_frame(), Role::key_frame},
      {V, picture(), Role::other},
      {V, video_header(), Role::sequence_header},
      {V, "\x17\x02\0\0\0"s, Role::nothing}, // the end of a sequence
      {V, "\x17\x01", Role::nothing},        // no room for a composition time
      {V, "\x1c\0\0\0\0hevc"s, Role::sequence_header},
      {V,
       "\x12"
       "h263",
       Role::key_frame},
      {V,
       "\x22"
       "h263",
       Role::other},
      {V, "\x57\0"s, Role::other},                  // a command for a player
      {V, "\x90hvc1config", Role::sequence_header}, // enhanced
      {V,
       "\x91hvc1"
       "123",
       Role::key_frame},
      {V,
       "\xa1hvc1"
       "123",
       Role::other},
      {V, "\x93hvc1", Role::key_frame},
      {V, "\xa3hvc1", Role::other},
      {V, "\x92hvc1", Role::nothing},
      {V, "\x94hvc1", Role::sequence_header, 4},
      {V,
       "\x95"
       "av01",
       Role::sequence_header, 5},
      {V, "\x91hv", Role::nothing},
      {V, "\xd1", Role::other}, // an enhanced command
      {V,
       "\x96\x00"
       "avc1\x02head"s,
       Role::sequence_header, 0x20}, // one track, the third
      {V,
       "\x96\x11"
       "avc1\x00"
       "data"s,
       Role::key_frame},
      {V,
       "\xa6\x21"
       "avc1\x00"
       "data"s,
       Role::other},
      {V,
       "\x96\x00"
       "avc1"s,
       Role::nothing},
      {V,
       "\x97\x02"
       "nan\x01"
       "avc1"
       "data",
       Role::key_frame}, // a modifier of three bytes in front
      {V,
       "\x97\x02"
       "nan\x00"
       "avc1"
       "head"s,
       Role::sequence_header},
      {V, "\x97\xff", Role::nothing},
      {A, sound(), Role::other},
      {A, audio_header(), Role::sequence_header},
      {A, "\xaf", Role::nothing},
      {A,
       "\x2f"
       "mp3",
       Role::other},
      {A, "\x90Opushead", Role::sequence_header},
      {A, "\x91Opusdata", Role::other},
      {A, "\x94Opus\1\2", Role::sequence_header, 4},
      {A,
       "\x95\x00"
       "mp4a\x01head"s,
       Role::sequence_header, 0x10},
      {A,
       "\x95\x01"
       "mp4a\x01"
       "data",
       Role::other},
      {A, "\x90Op", Role::nothing},
      {MediaKind::data, "x", Role::other},
  }));
  CAPTURE(row.payload);
  const MediaFacts facts = facts_of(row.kind, row.payload);
  CHECK(facts.role == row.role);
  CHECK(facts.slot == row.slot);
}

TEST_CASE("Modifiers have an end") {
  std::string payload = "\x97";
  for (int i = 0; i < 100; ++i)
    payload += "\0x\7"s;
  CHECK(facts_of(MediaKind::video, payload).role != Role::nothing);
}
