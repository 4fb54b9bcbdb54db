// SPDX-License-Identifier: Apache-2.0
// Takes a client's login out of what a media server gets. Some media servers read a query behind the application as a
// part of a stream's path, and a login is no media server's business.
//
//   app       02 | 00 2a | live?authmod=adobe&user=…          becomes
//   app       02 | 00 04 | live | 00 22 | "a_____…" | 05      a property more, of the same size, with the value null
//
// So no other byte changes or moves: lengths of messages, chunks and counts of bytes stay what the client sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

// `chunks` are those of a client's connect, from their first byte to their last one, cut at `chunk_size_bytes`, with
// nothing else between them. Takes the queries of app and tcUrl out of it. False, and nothing changed, when it is not
// such a message, or when a query has fewer than four bytes with its '?'.
bool take_query_out(std::string& chunks, std::uint32_t chunk_size_bytes);

// The same for the connect in everything that a client has sent behind its handshake. False when none is there whole.
bool take_query_out_of_greeting(std::string& bytes);

} // namespace rtmpt_proxy::protocol
