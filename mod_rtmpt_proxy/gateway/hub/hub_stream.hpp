// SPDX-License-Identifier: Apache-2.0
// One stream of a hub, shared by all loops: who publishes it, which loops have viewers of it, and what new viewers get.
#pragma once

#include <rtmpt_proxy/protocol/media/gop_cache.hpp>
#include <rtmpt_proxy/protocol/media/media_description.hpp>
#include <rtmpt_proxy/protocol/media/time_line.hpp>
#include <rtmpt_proxy/protocol/messages/stream_list_messages.hpp>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

class HubLoop;
struct HubTerms;

// Names one publisher of one stream for as long as the gateway runs. 0: nobody.
using PublicationId = std::uint64_t;

// What a viewer's loop learns when its first viewer comes, and what each viewer begins with.
struct StreamView {
  bool is_published = false;
  std::vector<protocol::SharedSegment> kept; // since the last entrance
};

// Every thread may use it at any time. It is on the data path: once for each segment, not for each viewer.
class HubStream {
 public:
  HubStream(std::string hub, std::string path) : hub_(std::move(hub)), path_(std::move(path)) {}
  HubStream(const HubStream&) = delete;
  HubStream& operator=(const HubStream&) = delete;

  const std::string& hub() const { return hub_; }
  const std::string& path() const { return path_; } // application and name

  // Adds a segment of this publisher. `time_line` is what another publisher goes on with. `loops` gets the loops that
  // have viewers. False: it publishes the stream no longer.
  bool add(PublicationId publisher, const protocol::SharedSegment& segment, const protocol::TimeLine& time_line,
           std::vector<HubLoop*>& loops);

  // What a new viewer of `loop` begins with. From now on the loop gets every segment. A viewer may get one twice.
  StreamView view(HubLoop& loop);
  // How long viewers wait for another publisher when the last one has left.
  std::chrono::milliseconds wait() const;
  // How many viewers there are, for those who look at the hub.
  void count_viewer(int more);
  std::uint64_t viewers() const;
  // The loops that have viewers.
  std::vector<HubLoop*> loops() const;

  // What a list of streams says of it at that time, without its name. None when its name is hidden, or nobody publishes
  // it and its viewers do not wait for a publisher that has just left: a name that viewers ask for is no stream yet.
  std::optional<protocol::ListedStream> listed(std::chrono::steady_clock::time_point now) const;

 private:
  friend class HubStreams; // which decides who publishes, under its own lock

  struct Publisher {
    PublicationId id = 0;
    HubLoop* loop = nullptr;
    std::string client_address;
    std::string user;
  };

  // What is told of the stream as its last publisher has made it.
  struct Story {
    protocol::MediaDescriber media;
    std::chrono::system_clock::time_point since; // when that publisher began
    bool hides_name = false;
    std::chrono::milliseconds wait{0};                   // how long its viewers wait for the next one
    std::chrono::steady_clock::time_point awaited_until; // set when it has left
  };

  const std::string hub_;
  const std::string path_;

  mutable std::mutex mutex_; // guards the following
  Publisher publisher_;
  std::vector<HubLoop*> loops_; // with viewers
  protocol::GopCache kept_{0};
  protocol::TimeLine time_line_;
  std::uint64_t next_number_ = 1;
  std::uint64_t viewers_ = 0;
  std::chrono::milliseconds wait_{0};
  Story story_;
};

} // namespace rtmpt_proxy::gateway
