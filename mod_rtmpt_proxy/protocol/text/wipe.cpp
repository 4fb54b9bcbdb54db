// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/text/wipe.hpp>

#include <algorithm>

#include <string.h> // explicit_bzero

namespace rtmpt_proxy::protocol {

void wipe(std::span<char> bytes) {
  if (!bytes.empty()) ::explicit_bzero(bytes.data(), bytes.size());
}

void wipe(std::string& text) {
  text.resize(text.capacity()); // only what lies before a text's end may be written
  wipe(std::span<char>(text));
  text.clear();
}

void append_and_wipe(std::string& text, std::string_view more) {
  if (more.size() > text.capacity() - text.size()) {
    std::string larger;
    larger.reserve(std::max(text.size() + more.size(), 2 * text.capacity()));
    larger.append(text);
    wipe(text);
    text.swap(larger);
  }
  text.append(more);
}

} // namespace rtmpt_proxy::protocol
