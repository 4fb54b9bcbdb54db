// SPDX-License-Identifier: Apache-2.0
// Texts that must not be taken for one another: a session's secret id and its public name, and what names a virtual
// host. Each has a type of its own, made only on purpose and never converted.
#pragma once

#include <string>
#include <utility>

namespace rtmpt_proxy::protocol {

// A text that must not be shown. Whoever knows a session's id can take part in the session. There is no way to write it
// into a log or a stream but secret(), which a reader of the code sees.
template <class Kind>
class DistinctSecret {
 public:
  DistinctSecret() = default;
  explicit DistinctSecret(std::string secret) : secret_(std::move(secret)) {}

  const std::string& secret() const { return secret_; }
  bool operator==(const DistinctSecret&) const = default;

 private:
  std::string secret_;
};

// A text that may be shown.
template <class Kind>
class DistinctText {
 public:
  DistinctText() = default;
  explicit DistinctText(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }
  bool operator==(const DistinctText&) const = default;
  bool operator<(const DistinctText& other) const { return text_ < other.text_; }

 private:
  std::string text_;
};

// The secret of a session's client. The gateway gives it in its answer to /open.
using SessionId = DistinctSecret<struct SessionIdKind>;

// The secret that a media server gave the gateway in its answer to /open. Never told to a client.
using BackendSessionId = DistinctSecret<struct BackendSessionIdKind>;

// The name of a session in logs and status pages. Whoever knows it can read about the session, and not take part in it.
using SessionName = DistinctText<struct SessionNameKind>;

// Tells virtual hosts apart: the name, the port and the addresses of one, the same after a restart. A session id is
// valid at one VhostKey only. People know the virtual host by its `server_name`, which others may share.
using VhostKey = DistinctText<struct VhostKeyKind>;

} // namespace rtmpt_proxy::protocol
