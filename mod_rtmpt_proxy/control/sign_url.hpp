// SPDX-License-Identifier: Apache-2.0
// rtmptctl sign: makes the URL by which somebody may publish or play a stream until it expires. The gateway is not
// asked; the file of RTMPTTokenKeys is read.
#pragma once

#include <chrono>
#include <string>

namespace rtmpt_proxy::control {

struct SignOrder {
  std::string url;
  std::string key_file;
  std::string key_id; // empty: the first of the file
  bool publishes = false;
  bool plays = false;
  bool for_encoder = false; // print server and stream key in two lines
  std::chrono::seconds life{0};
  std::string address; // empty: any
};

struct Signed {
  std::string output; // for standard output; empty after an error
  std::string error;  // for standard error; empty: none
};

// `now` is the beginning of the URL's life.
Signed sign(const SignOrder& order, std::chrono::system_clock::time_point now);

} // namespace rtmpt_proxy::control
