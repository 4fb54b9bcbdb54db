// The gateway's state as JSON, made some sessions at a time.
#pragma once

#include "gateway/status/status_report.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// One document as docs/status.md describes it. Texts of clients come as valid UTF-8, whatever they sent. One thread.
class StatusJson {
 public:
  explicit StatusJson(StatusView view);

  // Appends what comes next, until `out` has `enough_bytes` or more, or the document is complete. One session, or one
  // backend, is the smallest step. `report` is the same each time. False when there is no more.
  bool append_some(std::string& out, const StatusReport& report, std::size_t enough_bytes);

 private:
  enum class Part { head, sessions, backends, tail, end };

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
