// SPDX-License-Identifier: Apache-2.0
#include "media_packet.hpp"

#include "support/clients/flv.hpp"

namespace rtmpt_proxy::bench {

int pictures_in_tags(std::string_view tags) {
  constexpr std::size_t kTrailerBytes = 4;
  int pictures = 0;
  while (tags.size() >= test::kFlvTagHeaderBytes) {
    if (test::is_picture(tags)) ++pictures;
    const auto body_bytes = AMF_DecodeInt24(tags.data() + 1);
    const std::size_t tag_bytes = test::kFlvTagHeaderBytes + body_bytes + kTrailerBytes;
    if (tag_bytes >= tags.size()) break;
    tags.remove_prefix(tag_bytes);
  }
  return pictures;
}

} // namespace rtmpt_proxy::bench
