// SPDX-License-Identifier: Apache-2.0
// Writes the AMF0 values of short commands, and puts a command into chunks. amf0.hpp shows the values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// Each appends to `out`. Text is cut at 65,535 bytes.
void put_amf0(std::string& out, double number);
void put_amf0(std::string& out, std::string_view text);
void put_amf0(std::string& out, bool value);
inline void put_amf0(std::string& out, const char* text) {
  put_amf0(out, std::string_view(text)); // a pointer would become a boolean
}
void put_amf0_null(std::string& out);

// An object: its beginning, its properties, its end.
void begin_amf0_object(std::string& out);
void put_amf0_property(std::string& out, std::string_view name, double number);
void put_amf0_property(std::string& out, std::string_view name, std::string_view text);
void put_amf0_property(std::string& out, std::string_view name, bool value);
inline void put_amf0_property(std::string& out, std::string_view name, const char* text) {
  put_amf0_property(out, name, std::string_view(text));
}
void end_amf0_object(std::string& out);

// An ECMA array, which goes on and ends as an object. The count of its properties, which readers take for a hint, is 0.
void begin_amf0_array(std::string& out);
// A property that is a strict array: `count` values follow.
void put_amf0_list_property(std::string& out, std::string_view name, std::uint32_t count);

// Chunk streams of commands: those of the connection, and those of a message stream.
inline constexpr std::uint8_t kConnectionChunkStream = 3;
inline constexpr std::uint8_t kStreamChunkStream = 5;

// A message of type 20 with time 0, in chunks of the first chunk size: on `chunk_stream`, 2 to 63, for
// `message_stream`. `payload` has at most 65,535 bytes.
std::string command_in_chunks(std::string_view payload, std::uint8_t chunk_stream = kConnectionChunkStream,
                              std::uint32_t message_stream = 0);

} // namespace rtmpt_proxy::protocol
