// SPDX-License-Identifier: Apache-2.0
#include "gateway/sessions/allowed_streams.hpp"

#include <rtmpt_proxy/policy/callbacks/callback_form.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace rtmpt_proxy::gateway {

using protocol::StreamEnding;
using protocol::StreamUse;

namespace {

// The bytes of the stream itself: what the client has sent or got since it was allowed. With several streams at a time
// each has the bytes of all.
std::uint64_t bytes_of(const AllowedStream& stream, const SessionCounters& counters) {
  return stream.publishes ? counters.bytes_to_backend : counters.bytes_to_client;
}

bool is_over(const AllowedStream& stream, std::uint64_t sent) {
  return sent >= stream.ends_at.value_or(AllowedStreams::kSessionEnd);
}

} // namespace

void AllowedStreams::allow(const SessionCounters& counters, TimePoint now) {
  if (asked_.path.empty()) return; // nobody was asked
  asked_.began = now;
  asked_.bytes_before = bytes_of(asked_, counters);
  if (allowed_.size() == kMostStreams) allowed_.erase(allowed_.begin());
  allowed_.push_back(std::exchange(asked_, {}));
}

void AllowedStreams::begin(const protocol::StreamUse& use) {
  if (allowed_.empty() || allowed_.back().use != 0) return;
  allowed_.back().use = use.number;
  allowed_.back().message_stream = use.message_stream;
}

void AllowedStreams::follow(const std::vector<StreamUse>& uses, const std::vector<StreamEnding>& endings,
                            std::uint64_t position) {
  for (AllowedStream& stream : allowed_) {
    if (stream.use == 0 || stream.ends_at) continue;
    const auto is_it = [&stream](const StreamUse& use) { return use.number == stream.use; };
    if (std::any_of(uses.begin(), uses.end(), is_it)) continue;
    const auto ending = std::find_if(endings.begin(), endings.end(), [&stream](const StreamEnding& one) {
      return one.message_stream == stream.message_stream;
    });
    stream.ends_at = ending == endings.end() ? position : ending->position;
  }
}

bool AllowedStreams::has_ended(std::uint64_t sent) const {
  return std::any_of(allowed_.begin(), allowed_.end(),
                     [sent](const AllowedStream& stream) { return is_over(stream, sent); });
}

std::vector<std::string> AllowedStreams::take_notices(policy::AskRequest about, const SessionCounters& counters,
                                                      TimePoint now, std::uint64_t sent) {
  std::vector<std::string> notices;
  for (const AllowedStream& stream : allowed_) {
    if (!is_over(stream, sent)) continue;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - stream.began).count();
    const std::string form =
        policy::stream_form(stream.publishes ? "publish_done" : "play_done", stream.path, stream.app_path, {}) +
        policy::end_form(bytes_of(stream, counters) - stream.bytes_before, static_cast<std::uint64_t>(seconds));
    about.method = "DONE";
    about.path = stream.path;
    about.shown_path = stream.shown_path;
    about.host = stream.host;
    about.query = stream.query;
    about.session_form = stream.session_form;
    about.stream_form = form;
    notices.push_back(policy::ask_request(about));
  }
  std::erase_if(allowed_, [sent](const AllowedStream& stream) { return is_over(stream, sent); });
  return notices;
}

} // namespace rtmpt_proxy::gateway
