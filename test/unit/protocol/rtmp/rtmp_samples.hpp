// SPDX-License-Identifier: Apache-2.0
// RTMP as clients write it, for the tests' tables: AMF0 values, chunks, commands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmpt_proxy::test {

// Big-endian.
std::string be(std::uint64_t value, std::size_t bytes);

// AMF0 values. A value is the bytes of one, marker included.
std::string amf_number(double value);
std::string amf_boolean(bool value);
std::string amf_string(std::string_view text);
std::string amf_long_string(std::string_view text);
std::string amf_null();
using Properties = std::vector<std::pair<std::string, std::string>>; // name, value
std::string amf_object(const Properties& properties);
std::string amf_ecma_array(const Properties& properties);
std::string amf_array(const std::vector<std::string>& values);

struct Chunked {
  std::uint32_t stream = 3;
  std::uint8_t type = 20;
  std::string payload;
  std::uint32_t chunk_size = 128;
  std::uint32_t timestamp = 0;
  bool repeats_extended = true; // chunks of fmt 3 repeat an extended timestamp
};

// The basic header of a chunk: `format` 0 to 3, `stream` 2 to 65599, in its shortest form.
std::string basic_header(int format, std::uint32_t stream);
// A header of fmt 0: basic, time, length, type and message stream 1; the extended timestamp, if any, included.
std::string full_header(std::uint32_t stream, std::uint32_t timestamp, std::size_t length_bytes, std::uint8_t type);
// A whole message: a chunk of fmt 0 and as many of fmt 3 as it takes.
std::string chunks(const Chunked& message);
std::string set_chunk_size(std::uint32_t bytes);
std::string abort_message(std::uint32_t stream);

// C0, C1 and C2.
std::string handshake(int version = 3);

// Payloads of commands.
std::string connect_payload(const Properties& properties);
std::string connect_to(std::string_view app);
std::string start_payload(std::string_view command, std::string_view name); // publish or play

// A handshake, and each payload as a command of type 20 on chunk stream 3.
std::string client_stream(const std::vector<std::string>& payloads);

// What OBS Studio sends with enhanced RTMP: nested maps and arrays in connect, a query in app, larger chunks.
std::string obs_stream();

} // namespace rtmpt_proxy::test
