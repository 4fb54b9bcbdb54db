// SPDX-License-Identifier: Apache-2.0
// Writes the gateway's state as JSON, a few sessions at a time.
#pragma once

#include "gateway/status/status_report.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// Writes one document as docs/monitoring.md describes it. Clients' texts are written as valid UTF-8, whatever they
// sent. Used by one thread.
class StatusJson {
 public:
  explicit StatusJson(StatusView view);

  // Appends the next part of the document, until `out` has at least `enough_bytes` or the document is complete. The
  // smallest step is one session, one backend or one server of TLS. `report` must be the same each time. False when the
  // document is complete.
  bool append_some(std::string& out, const StatusReport& report, std::size_t enough_bytes);

 private:
  enum class Part { head, sessions, backends, tls_servers, bans, pulls, tail, end };

  void append_next(std::string& out, const StatusReport& report);
  void append_head(std::string& out, const StatusReport& report);
  template <class Reports>
  void append_of(std::string& out, const Reports& reports, std::string_view behind, Part next);
  void begin(Part part);

  const StatusView view_;
  Part part_ = Part::head;
  std::size_t next_ = 0; // of what the part lists
};

} // namespace rtmpt_proxy::gateway
