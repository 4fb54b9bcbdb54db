// SPDX-License-Identifier: Apache-2.0
// Probes a URL as a client would use it.
#pragma once

#include "probe/probe_url.hpp"
#include "probe/step.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace rtmpt_proxy::control {

struct ProbeOrder {
  probe::ProbeUrl url;
  bool insecure = false;            // go on whatever the certificate is
  std::chrono::seconds patience{0}; // for all of it
};

// Tries it, step by step, until one fails or all are done. Waits at most for `order.patience`.
std::vector<probe::Step> run_probe(const ProbeOrder& order);

// All steps are good.
bool is_good(const std::vector<probe::Step>& steps);

// For people, a line for each step; or one JSON object, in ASCII.
std::string probe_text(const ProbeOrder& order, const std::vector<probe::Step>& steps);
std::string probe_json(const ProbeOrder& order, const std::vector<probe::Step>& steps);

// One line for standard error about the first step that failed.
std::string probe_failure(const ProbeOrder& order, const std::vector<probe::Step>& steps);

} // namespace rtmpt_proxy::control
