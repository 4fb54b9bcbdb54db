// SPDX-License-Identifier: Apache-2.0
#include "gateway/relay/inner_sessions.hpp"

#include <utility>

namespace rtmpt_proxy::gateway {

// An end without TLS's own word for it is told from a good one, so that the client is told the same.
const TlsContext& InnerSessions::context() {
  if (context_) return context_;
  TlsContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) return context_;
  SSL_CTX_set_min_proto_version(context.get(), 0); // each connection has the version of its client
  SSL_CTX_set_security_level(context.get(), 0);    // the client's connection has passed the one that httpd asks for
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context_ = std::move(context);
}

InnerSession InnerSessions::find(const InnerTerms& terms) {
  const auto found = sessions_.find(key_of(terms));
  if (found == sessions_.end()) return nullptr;
  uses_.splice(uses_.begin(), uses_, found->second.place);
  return found->second.session;
}

void InnerSessions::keep(const InnerTerms& terms, InnerSession session) {
  if (terms.facts.protocol != "TLSv1.3") return;
  const auto [place, is_new] = sessions_.try_emplace(key_of(terms));
  place->second.session = std::move(session);
  if (!is_new) return uses_.splice(uses_.begin(), uses_, place->second.place);
  uses_.push_front(place->first);
  place->second.place = uses_.begin();
  if (sessions_.size() <= kMost) return;
  sessions_.erase(uses_.back());
  uses_.pop_back();
}

} // namespace rtmpt_proxy::gateway
