// SPDX-License-Identifier: Apache-2.0
#include "gateway/tls/tls_server_contexts.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <utility>

#include <strings.h>

namespace rtmpt_proxy::gateway {

namespace {

bool is_word(const std::string& text, const char* word) {
  return ::strcasecmp(text.c_str(), word) == 0;
}

// ECDHParameters is a word for groups that only servers have.
std::vector<protocol::TlsCommand> offers_of(const std::vector<protocol::TlsCommand>& commands) {
  std::vector<protocol::TlsCommand> offers;
  for (const protocol::TlsCommand& command : commands) {
    const bool is_same = is_word(command.name, "Groups") || is_word(command.name, "Curves") ||
                         is_word(command.name, "SignatureAlgorithms");
    const bool is_any = is_word(command.value, "auto") || is_word(command.value, "automatic");
    if (is_same)
      offers.push_back(command);
    else if (is_word(command.name, "ECDHParameters") && !is_any)
      offers.push_back({"Groups", command.value});
  }
  return offers;
}

TlsTicketMaker take_tickets(protocol::TlsServer& server) {
  if (server.tickets.keys.empty()) return nullptr;
  return std::make_shared<const TlsTickets>(std::move(server.tickets));
}

} // namespace

// Settings, and the context when it is made of them. Every thread may use it.
class TlsServerContexts::Server {
 public:
  explicit Server(protocol::TlsServer settings)
      : offers_(offers_of(settings.commands)), settings_(std::move(settings)) {}
  ~Server() { protocol::wipe_keys(settings_); }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Waits for another thread that is just making it.
  const MadeTlsContext& made() {
    const std::scoped_lock lock(mutex_);
    if (is_made_) return made_;
    made_ = make_tls_server_context(settings_);
    if (made_.context) set_kept_sessions(made_.context.get(), most_sessions_);
    protocol::wipe_keys(settings_);
    settings_ = {};
    is_made_ = true;
    return made_;
  }

  // The connections of before keep what they have.
  void use_tickets(TlsTicketMaker tickets) {
    const std::scoped_lock lock(mutex_);
    tickets_ = std::move(tickets);
  }
  TlsTicketMaker tickets() const {
    const std::scoped_lock lock(mutex_);
    return tickets_;
  }

  bool is_made() const { return is_made_; }
  // What is made is not changed any more.
  const MadeTlsContext* made_already() const { return is_made_ ? &made_ : nullptr; }
  bool has_failed() const { return is_made_ && !made_.context; }

  void keep_sessions(std::size_t most) {
    const std::scoped_lock lock(mutex_);
    if (std::exchange(most_sessions_, most) == most || !made_.context) return;
    set_kept_sessions(made_.context.get(), most);
  }

  const std::vector<protocol::TlsCommand>& offers() const { return offers_; }

 private:
  const std::vector<protocol::TlsCommand> offers_;
  mutable std::mutex mutex_; // for `tickets_`, and for the following until is_made_
  TlsTicketMaker tickets_;
  protocol::TlsServer settings_;
  MadeTlsContext made_;
  std::size_t most_sessions_ = 0;
  std::atomic<bool> is_made_{false};
};

TlsServerContexts::~TlsServerContexts() = default;

void TlsServerContexts::begin(protocol::TlsServers servers) {
  Servers generation;
  std::vector<Named> last;
  const std::size_t count = std::max<std::size_t>(servers.servers.size(), 1);
  const std::size_t most_sessions = std::max(kMostTlsSessions / count, kLeastTlsSessions);
  for (protocol::TlsServer& server : servers.servers) {
    const std::string id = server.id;
    const std::string name = server.server_name;
    TlsTicketMaker tickets = take_tickets(server);
    ServerPointer one = known(id);
    if (!one || one->has_failed())
      one = std::make_shared<Server>(std::move(server));
    else
      protocol::wipe_keys(server);
    one->keep_sessions(most_sessions);
    one->use_tickets(std::move(tickets));
    last.push_back({name, one});
    generation[id] = std::move(one);
  }
  std::vector<ServerPointer> old; // few clients come to what is not configured any more
  std::unique_lock lock(mutex_);
  for (const Servers& servers_of_before : generations_)
    for (const auto& [id, server] : servers_of_before)
      if (const auto kept = generation.find(id); kept == generation.end() || kept->second != server)
        old.push_back(server);
  generations_.push_front(std::move(generation));
  if (generations_.size() > protocol::kTlsGenerations) generations_.pop_back();
  last_ = std::move(last);
  first_unmade_ = 0;
  lock.unlock();
  for (const ServerPointer& server : old) {
    server->keep_sessions(0);
    server->use_tickets(nullptr);
  }
}

bool TlsServerContexts::make_some(std::size_t most) {
  for (; most > 0; --most) {
    ServerPointer next;
    {
      const std::scoped_lock lock(mutex_);
      while (first_unmade_ < last_.size() && last_[first_unmade_].server->is_made())
        ++first_unmade_;
      if (first_unmade_ == last_.size()) return false;
      next = last_[first_unmade_].server;
    }
    next->made();
  }
  return true;
}

std::vector<TlsServerContexts::Failure> TlsServerContexts::failures() const {
  std::vector<Failure> failures;
  for (const Named& one : last())
    if (one.server->has_failed()) failures.push_back({one.server_name, one.server->made_already()->failure});
  return failures;
}

std::vector<TlsServerContexts::Failure> TlsServerContexts::use(protocol::TlsServers servers) {
  begin(std::move(servers));
  make_some(std::numeric_limits<std::size_t>::max());
  return failures();
}

TlsServerContext TlsServerContexts::find(std::string_view id) const {
  const ServerPointer one = known(id);
  return one ? one->made().context : nullptr;
}

TlsTicketMaker TlsServerContexts::tickets(std::string_view id) const {
  const ServerPointer one = known(id);
  return one ? one->tickets() : nullptr;
}

std::vector<protocol::TlsCommand> TlsServerContexts::offers(std::string_view id) const {
  const ServerPointer one = known(id);
  return one ? one->offers() : std::vector<protocol::TlsCommand>();
}

std::vector<TlsServerFacts> TlsServerContexts::facts() const {
  std::vector<TlsServerFacts> facts;
  for (const Named& one : last()) {
    const MadeTlsContext* const made = one.server->made_already();
    facts.push_back(made ? TlsServerFacts{one.server_name, made->certificates, made->failure}
                         : TlsServerFacts{one.server_name, {}, {}});
  }
  return facts;
}

std::vector<TlsServerContexts::Named> TlsServerContexts::last() const {
  const std::scoped_lock lock(mutex_);
  return last_;
}

TlsServerContexts::ServerPointer TlsServerContexts::known(std::string_view id) const {
  const std::scoped_lock lock(mutex_);
  for (const Servers& servers : generations_)
    if (const auto found = servers.find(id); found != servers.end()) return found->second;
  return nullptr;
}

} // namespace rtmpt_proxy::gateway
