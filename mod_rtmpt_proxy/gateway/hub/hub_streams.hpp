// SPDX-License-Identifier: Apache-2.0
// The streams of all hubs, shared by all loops: who may publish which, and where.
#pragma once

#include "gateway/hub/hub_stream.hpp"

#include <rtmpt_proxy/protocol/media/segment_maker.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

// What a new publisher begins with. Without a stream: another client publishes it.
struct PublicationStart {
  std::shared_ptr<HubStream> stream;
  PublicationId id = 0;
  protocol::SegmentMaker maker;     // goes on with the time and the numbers of the publisher before
  HubLoop* replaced_loop = nullptr; // where the publisher lives that must go now; null: there was none
  PublicationId replaced = 0;
};

// What is told of one stream.
struct HubStreamFacts {
  std::string hub;
  std::string path;
  bool is_published = false;
  std::string publisher_address; // empty: nobody publishes
  std::uint64_t viewers = 0;
};

// Every thread may use it at any time. Must outlive every HubLoop. SharedState owns it. A stream exists while it is
// published or has viewers.
class HubStreams {
 public:
  HubStreams() = default;
  HubStreams(const HubStreams&) = delete;
  HubStreams& operator=(const HubStreams&) = delete;

  // A client on `loop` wants to publish. The caller tells the loop of a publisher that is replaced.
  PublicationStart publish(const HubTerms& terms, const std::string& path, HubLoop& loop);
  // The publisher has left. Returns the loops that have viewers; none when it published the stream no longer.
  std::vector<HubLoop*> unpublish(const std::shared_ptr<HubStream>& stream, PublicationId id);

  // A viewer of `loop` wants the stream, published or not.
  std::pair<std::shared_ptr<HubStream>, StreamView> view(const std::string& hub, const std::string& path,
                                                         HubLoop& loop);
  // `loop` has no viewer of the stream any more.
  void leave(const std::shared_ptr<HubStream>& stream, HubLoop& loop);
  // The same for all streams: the loop ends.
  void leave_all(HubLoop& loop);

  // All streams, in the order of hub and path. For a status page; it copies.
  std::vector<HubStreamFacts> facts() const;
  // The streams of that application of the hub that are published, or whose viewers wait for the publisher to come
  // back.
  protocol::StreamList list(const std::string& hub, const std::string& app) const;
  // Whether somebody publishes that stream.
  bool is_published(const std::string& hub, const std::string& path) const;
  std::uint64_t viewers_of(const std::string& hub, const std::string& path) const;
  // Null: nobody publishes or plays it.
  std::shared_ptr<HubStream> find(const std::string& hub, const std::string& path) const;

 private:
  using Key = std::pair<std::string, std::string>; // hub, path
  using Streams = std::map<Key, std::shared_ptr<HubStream>>;

  std::shared_ptr<HubStream> stream_at(const std::string& hub, const std::string& path);
  Streams::iterator forget_unused(Streams::iterator place);
  std::vector<std::shared_ptr<const HubStream>> streams_of(const std::string& hub, const std::string& beginning) const;

  mutable std::mutex mutex_; // taken before that of a stream
  Streams streams_;
  PublicationId last_id_ = 0;
};

} // namespace rtmpt_proxy::gateway
