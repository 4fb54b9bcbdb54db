// SPDX-License-Identifier: Apache-2.0
#include "module/watch/viewer_thread.hpp"

#include "module/child/kept_streams.hpp"
#include "module/core/client_filters.hpp"
#include "module/core/local_names.hpp"
#include "module/retirement/retirement.hpp"

#include <array>
#include <cerrno>
#include <chrono>

#include <poll.h>
#include <sys/socket.h>

namespace rtmpt_proxy::apache {

namespace {

// A client that has not taken one piece in this time is ended, as one whose connection the gateway has.
constexpr std::chrono::seconds kPieceWithin{30};
constexpr std::size_t kPieceBytes = 16384; // as large as a TLS record

// The bytes of one viewer. Nothing in it waits for long: a thread that is asleep in httpd's filters would neither see
// that its child must end, nor how long the client has taken nothing.
class ViewerCarrier {
 public:
  ViewerCarrier(conn_rec* c, const local::Descriptor& gateway) : client_(c), gateway_(gateway.get()) {
    client_.keep_unsent_short();
  }

  // Waits for what can go on, for kLookAtOthers at most, and does it. False when it is over.
  bool turn();

  // Whether the client has not taken all that was read for it.
  bool owes() const { return client_.has_output(); }

 private:
  bool read_gateway();

  ClientFilters client_;
  int gateway_;
  Deadline piece_until_ = Deadline::max();
};

bool ViewerCarrier::turn() {
  const bool has_output = owes();
  std::array<pollfd, 2> waits{{{has_output ? -1 : gateway_, POLLIN, 0},
                               {client_.descriptor(), static_cast<short>(has_output ? POLLOUT : 0), 0}}};
  const int count = ::poll(waits.data(), waits.size(), static_cast<int>(kLookAtOthers.count()));
  if (must_let_go() || (count < 0 && errno != EINTR)) return false;
  if (has_output && Clock::now() >= piece_until_) return false;
  if (count <= 0) return true;
  if ((waits[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return false; // the client has gone
  if (has_output) return waits[1].revents == 0 || client_.flush();
  return waits[0].revents == 0 || read_gateway();
}

bool ViewerCarrier::read_gateway() {
  std::array<char, kPieceBytes> piece; // NOLINT(cppcoreguidelines-pro-type-member-init): recv() fills it
  const ssize_t count = ::recv(gateway_, piece.data(), piece.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (count <= 0) return false;
  piece_until_ = Clock::now() + kPieceWithin;
  return client_.write({piece.data(), static_cast<std::size_t>(count)});
}

} // namespace

void carry_to_viewer(request_rec* r, const local::Descriptor& gateway) {
  conn_rec* const c = r->connection;
  ViewerCarrier carrier(c, gateway);
  while (carrier.turn()) {
  }
  // httpd would wait until the client has taken the rest.
  if (carrier.owes()) c->aborted = 1;
  // What httpd would write at the end of a request goes past its filters for answers: this one is whole.
  r->output_filters = c->output_filters;
  r->proto_output_filters = c->output_filters;
  c->keepalive = AP_CONN_CLOSE;
}

} // namespace rtmpt_proxy::apache
