// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/stream_headers.hpp>

#include <algorithm>

namespace rtmpt_proxy::protocol {

bool StreamHeaders::has(MediaKind kind) const {
  return std::any_of(headers.begin(), headers.end(), [kind](const Header& header) { return header.kind == kind; });
}

void HeaderKeeper::changed(std::size_t new_bytes) {
  new_bytes_ += new_bytes;
  shared_.reset();
}

bool HeaderKeeper::take_metadata(std::string_view metadata) {
  if (current_.metadata.view() == metadata) return false;
  current_.metadata = SharedText(metadata);
  changed(metadata.size());
  return true;
}

bool HeaderKeeper::take_header(MediaKind kind, std::uint16_t slot, std::string_view payload) {
  auto& headers = current_.headers;
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const StreamHeaders::Header& header) {
    return header.kind == kind && header.slot == slot;
  });
  if (found != headers.end() && found->payload.view() == payload) return false;
  std::size_t bytes = payload.size();
  for (auto header = headers.begin(); header != headers.end(); ++header)
    if (header != found) bytes += header->payload.view().size();
  if (payload.size() > kMostHeaderBytes || bytes > kMostBytes) return drop(found);
  if (found != headers.end())
    found->payload = SharedText(payload);
  else if (headers.size() < kMostHeaders)
    headers.push_back({kind, slot, SharedText(payload)});
  else
    return false;
  changed(payload.size());
  return true;
}

bool HeaderKeeper::drop(std::vector<StreamHeaders::Header>::iterator header) {
  if (header == current_.headers.end()) return false;
  current_.headers.erase(header);
  changed(0);
  return true;
}

std::shared_ptr<const StreamHeaders> HeaderKeeper::headers() {
  if (!shared_) shared_ = std::make_shared<const StreamHeaders>(current_);
  return shared_;
}

} // namespace rtmpt_proxy::protocol
