// SPDX-License-Identifier: Apache-2.0
#include "gateway/loops/session_ending.hpp"

#include "gateway/loops/gateway.hpp"
#include "gateway/sessions/stream.hpp"

#include <rtmpt_proxy/protocol/text/escaped_text.hpp>

#include <boost/asio/post.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxLoggedBytes = 256;

// Asks each loop for the session and brings the answers to the asker's loop.
class Search : public std::enable_shared_from_this<Search> {
 public:
  Search(Loop& asker, protocol::EndSession order, std::function<void(bool)> done)
      : asker_(asker), order_(std::move(order)), done_(std::move(done)) {}

  void begin() { on_each_loop(&Search::search); }

 private:
  void on_each_loop(void (Search::*act)(Loop& loop)) {
    Gateway& gateway = asker_.gateway();
    missing_ = gateway.count();
    for (std::uint32_t index = 0; index < gateway.count(); ++index)
      asio::post(gateway.at(index).io(),
                 [self = shared_from_this(), act, &loop = gateway.at(index)] { ((*self).*act)(loop); });
  }

  void search(Loop& loop) {
    auto found = std::make_shared<std::weak_ptr<Stream>>();
    const auto look = [self = shared_from_this(), found](Stream& session, bool is_leaving) {
      if (!is_leaving && session.watch().name() == self->order_.session_name) *found = session.weak_from_this();
    };
    loop.rounds().begin(look, [self = shared_from_this(), found](bool is_last) {
      if (is_last) self->bring(*found);
    });
  }

  // Runs on the loop that was asked.
  void bring(const std::weak_ptr<Stream>& found) {
    const std::shared_ptr<Stream> session = found.lock();
    const bool is_here = session && !session->ended();
    if (is_here && order_.ban.count() > 0) ban(*session); // before it can come back
    if (is_here) session->end_because(SessionEnd::administrator);
    asio::post(asker_.io(), [self = shared_from_this(), is_here] { self->take(is_here); });
  }

  void ban(const Stream& session) {
    for (policy::BanSubject& subject : session.ban_subjects())
      ban(std::move(subject), session);
  }

  void ban(policy::BanSubject subject, const Stream& session) {
    const std::string whom = protocol::escape_for_log(subject.shown_address, kMaxLoggedBytes);
    const std::string what = subject.stream.empty()
                                 ? ""
                                 : " and publishing " + protocol::escape_for_log(subject.shown_stream, kMaxLoggedBytes);
    const std::string host = protocol::escape_for_log(subject.server_name, kMaxLoggedBytes);
    banned_ = Client{subject.vhost, subject.address};
    const auto added = asker_.bans().add(std::move(subject), order_.ban, std::chrono::steady_clock::now());
    asker_.log().info("RTMPT525: ban {}: {}{} at virtual host {} for {} s, after session {}", added.number, whom, what,
                      host, std::chrono::ceil<std::chrono::seconds>(order_.ban).count(), session.watch().name().text());
    if (added.is_full)
      asker_.log().warn("RTMPT527: there are {} bans, as many as may be: the one that would have ended first is lifted",
                        policy::BanList::kMostBans);
  }

  void take(bool is_here) {
    was_there_ = was_there_ || is_here;
    if (--missing_ > 0) return;
    if (banned_) return on_each_loop(&Search::search_banned);
    std::exchange(done_, nullptr)(was_there_);
  }

  // The client's other sessions end as well. No new ones come: the ban is in the book.
  void search_banned(Loop& loop) {
    auto found = std::make_shared<std::vector<std::weak_ptr<Stream>>>();
    const auto look = [self = shared_from_this(), found](Stream& session, bool is_leaving) {
      if (!is_leaving && session.is_of(self->banned_->vhost, self->banned_->address))
        found->push_back(session.weak_from_this());
    };
    loop.rounds().begin(look, [self = shared_from_this(), found](bool is_last) {
      for (const std::weak_ptr<Stream>& weak : std::exchange(*found, {}))
        if (const std::shared_ptr<Stream> session = weak.lock(); session && !session->ended())
          session->end_because(SessionEnd::administrator);
      if (is_last) asio::post(self->asker_.io(), [self] { self->take_banned(); });
    });
  }

  void take_banned() {
    if (--missing_ == 0) std::exchange(done_, nullptr)(was_there_);
  }

  struct Client {
    std::string vhost;
    std::string address; // as limits count it
  };

  Loop& asker_;
  const protocol::EndSession order_;
  std::function<void(bool)> done_;
  std::uint32_t missing_ = 0;
  bool was_there_ = false;
  std::optional<Client> banned_; // written before the loop that has the session answers, and read afterwards
};

} // namespace

void end_session(Loop& asker, protocol::EndSession order, std::function<void(bool)> done) {
  std::make_shared<Search>(asker, std::move(order), std::move(done))->begin();
}

} // namespace rtmpt_proxy::gateway
