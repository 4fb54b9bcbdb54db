// SPDX-License-Identifier: Apache-2.0
// Sessions and reports for tests of the status forms.
#pragma once

#include "gateway/status/status_report.hpp"

#include <string>

namespace rtmpt_proxy::test {

// What a client sends to publish `stream` of `app`, whole: handshake, connect, publish.
std::string publishing_client(const std::string& app, const std::string& stream);

// The admission of www.example.com's session at rtmp://media:1935 for 203.0.113.9.
protocol::Admission sample_admission();

// A session of it that has been publishing "cam1" of "live" for ten seconds.
gateway::SessionReport sample_session();

// Two sessions, one of them ended, and a refusal.
gateway::StatusReport sample_report();

// Two members, and who asks for them.
gateway::StatusView sample_view(protocol::StatusForm form = protocol::StatusForm::json);

// All pieces of it. Throws std::runtime_error when one is larger than a piece may be.
std::string whole_text(const gateway::StatusReport& report, gateway::StatusView view);

} // namespace rtmpt_proxy::test
