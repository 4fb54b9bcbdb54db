// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/hub_streams.hpp"

#include "gateway/hub/hub_terms.hpp"

#include <rtmpt_proxy/policy/limits/counted_address.hpp>
#include <rtmpt_proxy/policy/limits/publisher_identity.hpp>

#include <algorithm>
#include <chrono>

namespace rtmpt_proxy::gateway {

std::shared_ptr<HubStream> HubStreams::stream_at(const std::string& hub, const std::string& path) {
  auto& stream = streams_[{hub, path}];
  if (!stream) stream = std::make_shared<HubStream>(hub, path);
  return stream;
}

PublicationStart HubStreams::publish(const HubTerms& terms, const std::string& path, HubLoop& loop) {
  const std::lock_guard lock(mutex_);
  const auto stream = stream_at(terms.hub, path);
  const std::lock_guard stream_lock(stream->mutex_);
  HubStream::Publisher& publisher = stream->publisher_;
  const bool is_held = publisher.id != 0;
  const policy::PublisherIdentity holder{publisher.user, policy::counted_as(publisher.client_address)};
  if (is_held && !policy::may_take_over(holder, {terms.user, policy::counted_as(terms.client_address)})) return {};
  PublicationStart start{stream, ++last_id_,
                         protocol::SegmentMaker(stream->time_line_, stream->next_number_, terms.gather), publisher.loop,
                         publisher.id};
  publisher = {start.id, &loop, terms.client_address, terms.user};
  stream->story_ = {{}, std::chrono::system_clock::now(), terms.hides_name, terms.wait, {}};
  stream->kept_.clear();
  stream->kept_.set_limit(terms.gop_cache_bytes);
  stream->wait_ = terms.wait;
  return start;
}

std::vector<HubLoop*> HubStreams::unpublish(const std::shared_ptr<HubStream>& stream, PublicationId id) {
  const std::lock_guard lock(mutex_);
  std::vector<HubLoop*> loops;
  {
    const std::lock_guard stream_lock(stream->mutex_);
    if (stream->publisher_.id != id) return {};
    stream->publisher_ = {};
    stream->story_.awaited_until = std::chrono::steady_clock::now() + stream->story_.wait;
    stream->kept_.clear(); // a viewer who joins now must not see the last second again
    loops = stream->loops_;
  }
  forget_unused(streams_.find({stream->hub(), stream->path()}));
  return loops;
}

std::pair<std::shared_ptr<HubStream>, StreamView> HubStreams::view(const std::string& hub, const std::string& path,
                                                                   HubLoop& loop) {
  const std::lock_guard lock(mutex_);
  auto stream = stream_at(hub, path);
  StreamView view = stream->view(loop);
  return {std::move(stream), std::move(view)};
}

void HubStreams::leave(const std::shared_ptr<HubStream>& stream, HubLoop& loop) {
  const std::lock_guard lock(mutex_);
  {
    const std::lock_guard stream_lock(stream->mutex_);
    std::erase(stream->loops_, &loop);
  }
  forget_unused(streams_.find({stream->hub(), stream->path()}));
}

void HubStreams::leave_all(HubLoop& loop) {
  const std::lock_guard lock(mutex_);
  for (auto place = streams_.begin(); place != streams_.end();) {
    {
      const std::lock_guard stream_lock(place->second->mutex_);
      HubStream& stream = *place->second;
      std::erase(stream.loops_, &loop);
      if (stream.publisher_.loop == &loop) stream.publisher_ = {};
    }
    place = forget_unused(place);
  }
}

// Returns the next place.
HubStreams::Streams::iterator HubStreams::forget_unused(Streams::iterator place) {
  if (place == streams_.end()) return place;
  const std::shared_ptr<HubStream> stream = place->second;
  const std::lock_guard stream_lock(stream->mutex_);
  const bool is_used = stream->publisher_.id != 0 || !stream->loops_.empty();
  return is_used ? std::next(place) : streams_.erase(place);
}

std::vector<HubStreamFacts> HubStreams::facts() const {
  const std::lock_guard lock(mutex_);
  std::vector<HubStreamFacts> all;
  for (const auto& [key, stream] : streams_) {
    const std::lock_guard stream_lock(stream->mutex_);
    all.push_back({stream->hub(), stream->path(), stream->publisher_.id != 0, stream->publisher_.client_address,
                   stream->viewers_});
  }
  return all;
}

// Names with a '/' are those of another application, "live/studio", which a rule may guard. The lock of all streams is
// not held while each one is asked.
std::vector<std::shared_ptr<const HubStream>> HubStreams::streams_of(const std::string& hub,
                                                                     const std::string& beginning) const {
  std::vector<std::shared_ptr<const HubStream>> found;
  const std::lock_guard lock(mutex_);
  for (auto place = streams_.lower_bound({hub, beginning}); place != streams_.end(); ++place) {
    const auto& [its_hub, path] = place->first;
    if (its_hub != hub || !path.starts_with(beginning)) break;
    if (path.find('/', beginning.size()) == std::string::npos) found.push_back(place->second);
  }
  return found;
}

protocol::StreamList HubStreams::list(const std::string& hub, const std::string& app) const {
  const std::string beginning = app + '/';
  const auto now = std::chrono::steady_clock::now();
  protocol::StreamList list;
  for (const auto& stream : streams_of(hub, beginning)) {
    std::optional<protocol::ListedStream> listed = stream->listed(now);
    if (!listed) continue;
    if (list.streams.size() == protocol::kMaxListedStreams) {
      ++list.left_out;
      continue;
    }
    listed->name = stream->path().substr(beginning.size());
    list.streams.push_back(*std::move(listed));
  }
  return list;
}

bool HubStreams::is_published(const std::string& hub, const std::string& path) const {
  const auto stream = find(hub, path);
  if (!stream) return false;
  const std::lock_guard stream_lock(stream->mutex_);
  return stream->publisher_.id != 0;
}

std::uint64_t HubStreams::viewers_of(const std::string& hub, const std::string& path) const {
  const auto stream = find(hub, path);
  return stream ? stream->viewers() : 0;
}

std::shared_ptr<HubStream> HubStreams::find(const std::string& hub, const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find({hub, path});
  return found == streams_.end() ? nullptr : found->second;
}

} // namespace rtmpt_proxy::gateway
