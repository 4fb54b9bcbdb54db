// SPDX-License-Identifier: Apache-2.0
// The first RTMP bytes of a client, for a backend that never answers.
#pragma once

#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

// C0, C1, C2, then the commands connect(`app`) and `command` ("publish" or "play") of `stream`, in chunks of 128 bytes.
// The names may be any bytes, at most 65,535.
std::string rtmp_words(std::string_view app, std::string_view command, std::string_view stream);

// How many of those bytes come before the last command.
std::size_t words_before_command(std::string_view app);

} // namespace rtmpt_proxy::test
