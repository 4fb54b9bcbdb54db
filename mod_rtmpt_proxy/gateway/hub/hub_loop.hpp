// SPDX-License-Identifier: Apache-2.0
// One event loop's part of all hubs: its viewers by stream, and its publishers.
#pragma once

#include "gateway/base/loop_services.hpp"
#include "gateway/hub/hub_streams.hpp"
#include "gateway/hub/hub_terms.hpp"
#include "gateway/hub/local_stream.hpp"
#include "gateway/hub/publisher.hpp"
#include "gateway/hub/stream_mailbox.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

class Pull;

// The loop makes it as a shared pointer, because a handler that is destroyed with the loop's io_context may hold a
// stream whose leg still knows it. Used only in the loop's thread, but for what is said to be for other loops.
class HubLoop : public std::enable_shared_from_this<HubLoop> {
 public:
  // Both must live until close().
  HubLoop(LoopServices& loop, HubStreams& streams) : loop_(loop), streams_(streams) {}
  HubLoop(const HubLoop&) = delete;
  HubLoop& operator=(const HubLoop&) = delete;

  // The loop is being destroyed: no other loop sends anything here any more, and nothing of the loop is used again.
  void close();
  bool is_closed() const { return is_closed_; }

  LoopServices& services() { return loop_; }
  HubStreams& streams() { return streams_; }

  // `viewer` gets the stream from now on. Returns what it begins with.
  StreamView join(const std::string& hub, const std::string& path, Viewer& viewer);
  // Before the viewer goes. Does nothing when it has not joined.
  void leave(Viewer& viewer);

  // `publisher` publishes the stream from now on, unless somebody else does: then the start has no stream. One that
  // must go is told on its own loop.
  PublicationStart publish(const HubTerms& terms, const std::string& path, Publisher& publisher);
  // It has left, or was told to go.
  void unpublish(const std::shared_ptr<HubStream>& stream, PublicationId id);

  // A segment of a publisher of this loop goes to the viewers of these loops.
  void spread(const std::shared_ptr<HubStream>& stream, const protocol::SharedSegment& segment,
              const std::vector<HubLoop*>& loops);

  // The loop keeps the pull, which begins now, until it has ended, or close().
  void start_pull(std::shared_ptr<Pull> pull);
  // It has ended: the loop lets go of it soon.
  void end_pull(const Pull& pull);
  // Tells all viewers of a stream, soon, on whatever loop they are.
  void tell_source_failed(const std::pair<std::string, std::string>& hub_and_path, SourceFault fault);

 private:
  // For other loops: a segment, or null when the publisher has left, goes to the viewers here soon.
  void put_mail(const std::shared_ptr<HubStream>& stream, const protocol::SharedSegment& segment);
  void take_mail(const HubStream& stream);
  void take_segment(const HubStream& stream, const protocol::SharedSegment& segment);
  void publisher_left(const HubStream& stream);
  void source_failed(const HubStream& stream, SourceFault fault);
  void replace(PublicationId id);
  void forget_unused(const HubStream& stream);

  LoopServices& loop_;
  HubStreams& streams_;
  std::unordered_map<const HubStream*, std::unique_ptr<LocalStream>> local_streams_;
  std::unordered_map<const Viewer*, LocalStream*> viewers_;
  std::unordered_map<PublicationId, Publisher*> publishers_;
  std::unordered_map<const Pull*, std::shared_ptr<Pull>> pulls_; // each knows its loop
  std::mutex mail_mutex_;                                        // guards the following
  std::unordered_map<const HubStream*, StreamMailbox> mail_;     // of a stream for which take_mail() is posted
  bool is_closed_ = false;
};

} // namespace rtmpt_proxy::gateway
