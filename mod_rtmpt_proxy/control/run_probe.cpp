// SPDX-License-Identifier: Apache-2.0
#include "control/run_probe.hpp"

#include "control/name_lookup.hpp"
#include "control/probe_line.hpp"
#include "local/error_text.hpp"
#include "probe/probe_talk.hpp"
#include "probe/shown_text.hpp"
#include "probe/way_advice.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/random.h>

namespace rtmpt_proxy::control {

using local::Clock;
using local::Deadline;
using probe::Step;
using probe::StepName;
using probe::WayFault;
using std::chrono::milliseconds;

namespace {

constexpr int kFewDays = 14; // a certificate that should have been renewed by now

milliseconds since(Deadline began) {
  return std::chrono::floor<milliseconds>(Clock::now() - began);
}

WayFault fault_of_connection(int error) {
  if (error == ECONNREFUSED) return WayFault::refused;
  return error == ETIMEDOUT ? WayFault::no_answer : WayFault::unreachable;
}

WayFault fault_of_certificate(long verification) {
  switch (verification) {
  case X509_V_ERR_CERT_HAS_EXPIRED: return WayFault::expired;
  case X509_V_ERR_CERT_NOT_YET_VALID: return WayFault::not_yet_valid;
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH: return WayFault::other_name;
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return WayFault::unknown_issuer;
  default: return WayFault::bad_certificate;
  }
}

std::string validity(int days) {
  if (days < 0) return "expired " + std::to_string(-days) + " days ago";
  return "valid for " + std::to_string(days) + " days more";
}

class Probe {
 public:
  explicit Probe(const ProbeOrder& order) : order_(order), deadline_(Clock::now() + order.patience) {}

  std::vector<Step> run() {
    if (resolve() && connect() && (!order_.url.tls || start_tls())) talk();
    return std::move(steps_);
  }

 private:
  bool fail(StepName name, Deadline began, std::string said, WayFault fault) {
    steps_.push_back(probe::failed_step(name, since(began), std::move(said), probe::advice_for_way(fault)));
    return false;
  }

  Step& pass(StepName name, Deadline began, std::string said) {
    Step& step = steps_.emplace_back();
    step.name = name;
    step.took = since(began);
    step.said = std::move(said);
    return step;
  }

  bool resolve() {
    const Deadline began = Clock::now();
    NameLookup found = look_up(order_.url.host, order_.url.port, deadline_);
    if (found.addresses.empty())
      return fail(StepName::resolve, began, order_.url.host + ": " + found.error,
                  found.is_name_unknown ? WayFault::no_such_name : WayFault::no_name_server);
    std::string said = to_text(found.addresses.front());
    if (found.addresses.size() > 1) said += " and " + std::to_string(found.addresses.size() - 1) + " more";
    pass(StepName::resolve, began, std::move(said));
    addresses_ = std::move(found.addresses);
    return true;
  }

  bool connect() {
    const Deadline began = Clock::now();
    SocketAddress used;
    if (const int error = line_.connect_to(addresses_, deadline_, used))
      return fail(StepName::tcp, began, to_text(used) + ": " + local::error_text(error), fault_of_connection(error));
    pass(StepName::tcp, began, to_text(used)).facts = {{"address", to_text(used)}};
    return true;
  }

  bool start_tls() {
    const Deadline began = Clock::now();
    const TlsFacts facts = line_.start_tls(order_.url.host, deadline_);
    if (!facts.error.empty())
      return fail(StepName::tls, began, facts.error, facts.timed_out ? WayFault::no_answer : WayFault::no_tls);
    const bool is_verified = facts.verification == X509_V_OK;
    std::string said = facts.protocol + ", " + facts.cipher + ", certificate of " + probe::in_quotes(facts.name) +
                       ", " + validity(facts.days_left);
    if (!is_verified) said += ": " + facts.verdict;
    if (is_verified || order_.insecure) {
      Step& step = pass(StepName::tls, began, std::move(said));
      if (!is_verified) step.notes.emplace_back("clients that verify certificates end here");
      if (is_verified && facts.days_left < kFewDays) step.notes.emplace_back("the certificate should be renewed");
    } else {
      fail(StepName::tls, began, std::move(said), fault_of_certificate(facts.verification));
    }
    steps_.back().facts = {{"protocol", facts.protocol},
                           {"cipher", facts.cipher},
                           {"certificate", facts.name},
                           {"certificate_days", std::int64_t(facts.days_left)},
                           {"verified", is_verified}};
    return steps_.back().good;
  }

  void talk() {
    std::string random(protocol::kHandshakeRandomBytes, '\0');
    // Nothing secret is made of it, so that a server which is not random is no failure.
    if (::getrandom(random.data(), random.size(), GRND_NONBLOCK) < 0) random.assign(random.size(), 'r');
    const Deadline began = Clock::now();
    probe::ProbeTalk talk(order_.url, random, milliseconds(0));
    while (!talk.is_over())
      exchange(talk, began);
    steps_.insert(steps_.end(), talk.steps().begin(), talk.steps().end());
  }

  // One request, or one piece of an answer.
  void exchange(probe::ProbeTalk& talk, Deadline began) {
    const milliseconds pause = talk.pause();
    const std::string request = talk.take_request();
    LineStatus status = LineStatus::ok;
    std::string bytes;
    if (request.empty()) {
      status = line_.receive(bytes, deadline_);
    } else {
      if (pause.count() > 0) ::poll(nullptr, 0, static_cast<int>(pause.count()));
      status = line_.send(request, deadline_);
      // A server may have answered and closed before it read all of a request.
      if (status == LineStatus::broken) status = LineStatus::ok;
    }
    if (!bytes.empty()) talk.feed(bytes, since(began));
    if (status == LineStatus::timed_out) talk.lose(probe::Loss::timed_out, since(began));
    if (status == LineStatus::ended) talk.lose(probe::Loss::ended, since(began));
    if (status == LineStatus::broken) talk.lose(probe::Loss::broken, since(began), line_.reason());
  }

  const ProbeOrder& order_;
  const Deadline deadline_;
  std::vector<SocketAddress> addresses_;
  ProbeLine line_;
  std::vector<Step> steps_;
};

} // namespace

std::vector<Step> run_probe(const ProbeOrder& order) {
  return Probe(order).run();
}

bool is_good(const std::vector<Step>& steps) {
  return std::all_of(steps.begin(), steps.end(), [](const Step& step) { return step.good; });
}

} // namespace rtmpt_proxy::control
