#include "gateway/loops/session_ending.hpp"

#include "gateway/loops/gateway.hpp"
#include "gateway/sessions/stream.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace rtmpt_proxy::gateway {

namespace asio = boost::asio;

namespace {

// Asks each loop for the session and brings the answers to the asker's loop.
class Search : public std::enable_shared_from_this<Search> {
 public:
  Search(Loop& asker, protocol::SessionName name, std::function<void(bool)> done)
      : asker_(asker), name_(std::move(name)), done_(std::move(done)) {}

  void begin() {
    Gateway& gateway = asker_.gateway();
    missing_ = gateway.count();
    for (std::uint32_t index = 0; index < gateway.count(); ++index)
      asio::post(gateway.at(index).io(),
                 [self = shared_from_this(), &loop = gateway.at(index)] { self->search(loop); });
  }

 private:
  void search(Loop& loop) {
    auto found = std::make_shared<std::weak_ptr<Stream>>();
    const auto look = [self = shared_from_this(), found](Stream& session, bool is_leaving) {
      if (!is_leaving && session.watch().name() == self->name_) *found = session.weak_from_this();
    };
    loop.rounds().begin(look, [self = shared_from_this(), found](bool is_last) {
      if (is_last) self->bring(*found);
    });
  }

  // Runs on the loop that was asked.
  void bring(const std::weak_ptr<Stream>& found) {
    const std::shared_ptr<Stream> session = found.lock();
    const bool is_here = session && !session->ended();
    if (is_here) session->end_because(SessionEnd::administrator);
    asio::post(asker_.io(), [self = shared_from_this(), is_here] { self->take(is_here); });
  }

  void take(bool is_here) {
    was_there_ = was_there_ || is_here;
    if (--missing_ == 0) std::exchange(done_, nullptr)(was_there_);
  }

  Loop& asker_;
  const protocol::SessionName name_;
  std::function<void(bool)> done_;
  std::uint32_t missing_ = 0;
  bool was_there_ = false;
};

} // namespace

void end_session(Loop& asker, protocol::SessionName name, std::function<void(bool)> done) {
  std::make_shared<Search>(asker, std::move(name), std::move(done))->begin();
}

} // namespace rtmpt_proxy::gateway
