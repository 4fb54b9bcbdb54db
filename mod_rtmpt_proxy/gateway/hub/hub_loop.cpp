// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/hub_loop.hpp"

#include "gateway/hub/pull.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;

void HubLoop::close() {
  is_closed_ = true;
  streams_.leave_all(*this);
  pulls_.clear();
}

StreamView HubLoop::join(const std::string& hub, const std::string& path, Viewer& viewer) {
  auto [stream, view] = streams_.view(hub, path, *this);
  auto& local = local_streams_[stream.get()];
  if (!local) local = std::make_unique<LocalStream>(stream);
  local->join(viewer);
  viewers_[&viewer] = local.get();
  stream->count_viewer(1);
  return std::move(view);
}

void HubLoop::leave(Viewer& viewer) {
  const auto found = viewers_.find(&viewer);
  if (is_closed_ || found == viewers_.end()) return;
  LocalStream& local = *found->second;
  viewers_.erase(found);
  local.leave(viewer);
  local.stream()->count_viewer(-1);
  forget_unused(*local.stream());
}

void HubLoop::forget_unused(const HubStream& stream) {
  const auto found = local_streams_.find(&stream);
  if (found == local_streams_.end() || found->second->viewers() > 0 || found->second->is_telling()) return;
  const std::unique_ptr<LocalStream> local = std::move(found->second);
  local_streams_.erase(found);
  streams_.leave(local->stream(), *this);
}

PublicationStart HubLoop::publish(const HubTerms& terms, const std::string& path, Publisher& publisher) {
  PublicationStart start = streams_.publish(terms, path, *this);
  if (!start.stream) return start;
  publishers_[start.id] = &publisher;
  if (HubLoop* const other = start.replaced_loop)
    asio::post(other->loop_.io, [kept = other->shared_from_this(), id = start.replaced] { kept->replace(id); });
  return start;
}

void HubLoop::replace(PublicationId id) {
  const auto found = publishers_.find(id);
  if (found != publishers_.end()) found->second->replaced();
}

void HubLoop::unpublish(const std::shared_ptr<HubStream>& stream, PublicationId id) {
  if (is_closed_) return;
  publishers_.erase(id);
  // Posted to the own loop as well: the publisher may be within a call.
  for (HubLoop* const loop : streams_.unpublish(stream, id))
    loop->put_mail(stream, nullptr);
}

void HubLoop::spread(const std::shared_ptr<HubStream>& stream, const protocol::SharedSegment& segment,
                     const std::vector<HubLoop*>& loops) {
  bool is_mine = false;
  for (HubLoop* const loop : loops) {
    if (loop == this)
      is_mine = true;
    else
      loop->put_mail(stream, segment);
  }
  if (!is_mine) return;
  take_mail(*stream); // of a publisher before this one
  take_segment(*stream, segment);
}

// One handler at a time is posted for a stream, however much comes until it runs.
void HubLoop::put_mail(const std::shared_ptr<HubStream>& stream, const protocol::SharedSegment& segment) {
  {
    const std::lock_guard lock(mail_mutex_);
    const auto [place, is_new] = mail_.try_emplace(stream.get());
    place->second.put(segment);
    if (!is_new) return;
  }
  asio::post(loop_.io, [kept = shared_from_this(), stream] { kept->take_mail(*stream); });
}

void HubLoop::take_mail(const HubStream& stream) {
  StreamMailbox box;
  {
    const std::lock_guard lock(mail_mutex_);
    auto found = mail_.extract(&stream);
    if (found.empty()) return;
    box = std::move(found.mapped());
  }
  for (const protocol::SharedSegment& segment : box.items()) {
    if (segment)
      take_segment(stream, segment);
    else
      publisher_left(stream);
  }
}

void HubLoop::start_pull(std::shared_ptr<Pull> pull) {
  Pull& started = *pull;
  pulls_[&started] = std::move(pull);
  started.start();
}

void HubLoop::end_pull(const Pull& pull) {
  const auto found = pulls_.find(&pull);
  if (found == pulls_.end()) return;
  asio::post(loop_.io, [kept = std::move(found->second)] {});
  pulls_.erase(found);
}

void HubLoop::tell_source_failed(const std::pair<std::string, std::string>& hub_and_path, SourceFault fault) {
  const auto stream = streams_.find(hub_and_path.first, hub_and_path.second);
  if (is_closed_ || !stream) return;
  for (HubLoop* const loop : stream->loops())
    asio::post(loop->loop_.io,
               [kept = loop->shared_from_this(), stream, fault] { kept->source_failed(*stream, fault); });
}

void HubLoop::source_failed(const HubStream& stream, SourceFault fault) {
  const auto found = local_streams_.find(&stream);
  if (found == local_streams_.end()) return;
  found->second->source_failed(fault);
  forget_unused(stream);
}

void HubLoop::take_segment(const HubStream& stream, const protocol::SharedSegment& segment) {
  const auto found = local_streams_.find(&stream);
  if (found == local_streams_.end()) return;
  found->second->take_segment(segment);
  forget_unused(stream);
}

void HubLoop::publisher_left(const HubStream& stream) {
  const auto found = local_streams_.find(&stream);
  if (found == local_streams_.end()) return;
  found->second->publisher_left(stream.wait());
  forget_unused(stream);
}

} // namespace rtmpt_proxy::gateway
