// Sessions and reports for tests of the status forms.
#pragma once

#include "status_report.hpp"

#include <string>

namespace rtmpt_proxy::test {

// What a client sends to publish `stream` of `app`, whole: handshake, connect, publish.
std::string publishing_client(const std::string& app, const std::string& stream);

// The admission of www.example.com's session at rtmp://media:1935 for 203.0.113.9.
protocol::Admission sample_admission();

// A session of it that has been publishing "cam1" of "live" for ten seconds.
gateway::SessionReport sample_session();

// Two sessions, one of them ended, a refusal and two members.
gateway::StatusReport sample_report();

} // namespace rtmpt_proxy::test
