// SPDX-License-Identifier: Apache-2.0
// What a viewer who joins must get first: the metadata and the sequence headers that are in force.
#pragma once

#include <rtmpt_proxy/protocol/media/media_message.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rtmpt_proxy::protocol {

// A text that is kept once, however many have it. Never changed.
class SharedText {
 public:
  SharedText() = default; // empty
  explicit SharedText(std::string_view text) : text_(std::make_shared<const std::string>(text)) {}

  std::string_view view() const { return text_ ? std::string_view(*text_) : std::string_view(); }

 private:
  std::shared_ptr<const std::string> text_; // null: empty
};

// Never changed once it is shared.
struct StreamHeaders {
  struct Header {
    MediaKind kind = MediaKind::video;
    std::uint16_t slot = 0; // see MediaFacts
    SharedText payload;
  };
  SharedText metadata;         // onMetaData as viewers get it; empty: none
  std::vector<Header> headers; // in the order in which their slots were first used

  bool has(MediaKind kind) const;
};

// Follows the headers of one publisher. Not thread-safe.
class HeaderKeeper {
 public:
  static constexpr std::size_t kMostHeaders = 16;
  static constexpr std::size_t kMostHeaderBytes = 16384; // of one; encoders send less than 4 KiB
  static constexpr std::size_t kMostBytes = 65536;       // of all headers

  // Each says whether that changed anything; then headers() is another object from now on. A header for which there is
  // no room is not kept, and neither is the one before it in its slot: who joins later had better have none.
  bool take_metadata(std::string_view metadata);
  bool take_header(MediaKind kind, std::uint16_t slot, std::string_view payload);

  // Never null.
  std::shared_ptr<const StreamHeaders> headers();
  const StreamHeaders& current() const { return current_; }
  // How many bytes have been kept anew since the last call.
  std::size_t take_new_bytes() { return std::exchange(new_bytes_, 0); }

 private:
  bool drop(std::vector<StreamHeaders::Header>::iterator header);
  void changed(std::size_t new_bytes);

  StreamHeaders current_;
  std::shared_ptr<const StreamHeaders> shared_; // the same; null: it has changed since
  std::size_t new_bytes_ = 0;
};

} // namespace rtmpt_proxy::protocol
