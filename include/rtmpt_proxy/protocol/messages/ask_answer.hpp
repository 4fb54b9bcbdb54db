// SPDX-License-Identifier: Apache-2.0
// httpd's answer to an ask, as the gateway reads it: the head of an HTTP response.
//
//   HTTP/1.1 200 Allowed by its rules        RTMPT-User: alice     whom httpd took the client for; absent: for nobody
//   HTTP/1.1 401 Unauthorized                RTMPT-Realm: studio   a client may log in there by Adobe's authmod
//
// The values of these two headers are percent-encoded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::protocol {

inline constexpr std::string_view kAskUserHeader = "RTMPT-User";
inline constexpr std::string_view kAskRealmHeader = "RTMPT-Realm";
inline constexpr std::size_t kMaxAskUserBytes = 255;         // longer names are cut
inline constexpr std::size_t kMaxAskAnswerBytes = 16u << 10; // of the head: other modules add headers of their own
inline constexpr int kAskAllowedStatus = 200;
inline constexpr int kAskUndecidedStatus = 500;

struct AskAnswer {
  // 100 to 599. 200 only with the module's own words (kAskAllowed); any other 200, and a head that is no good, counts
  // as 500, because nobody has decided. 0: there is no answer.
  int status = 0;
  std::string user;
  std::string realm;
  bool operator==(const AskAnswer&) const = default;
};

// Reads one head, in pieces of any size. Memory: one line of the head, at most kMaxAskAnswerBytes.
class AskAnswerReader {
 public:
  // True when the answer is known; further bytes are of no interest then. Of a status without headers that matter it is
  // known with the status line's beginning.
  bool feed(std::string_view bytes);

  // Whether something has come, but not enough.
  bool is_cut() const { return taken_bytes_ > 0 && !is_done_; }
  const AskAnswer& answer() const { return answer_; }

 private:
  bool take(char c);
  bool take_line();
  bool take_status_line();
  bool take_header();
  bool fail();

  AskAnswer answer_;
  std::string line_;
  std::size_t taken_bytes_ = 0;
  int status_ = 0; // 0: the status line has not come yet
  std::string user_;
  std::string realm_;
  bool is_done_ = false;
};

} // namespace rtmpt_proxy::protocol
