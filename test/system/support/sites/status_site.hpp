// SPDX-License-Identifier: Apache-2.0
// The status page of a private httpd, asked by a test.
#pragma once

#include "support/clients/http_connection.hpp"
#include "support/httpd/httpd_fixture.hpp"

#include <boost/json/value.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::test {

inline constexpr const char* kStatusPath = "/rtmpt-status";

// <Location> with the handler, and more directives inside.
std::string status_location(const std::string& directives = {}, const std::string& path = kStatusPath);

// Asks for `path` with this query. Any status.
HttpResponse ask_status(const HttpdFixture& httpd, const std::string& query, const std::string& path = kStatusPath);

// The JSON document. Throws std::runtime_error with the answer when it is none.
boost::json::value status_of(const HttpdFixture& httpd);

// Waits until the document fulfils `condition`, and returns it. Throws TimedOut with the last one.
boost::json::value await_status(const HttpdFixture& httpd, const std::string& what,
                                const std::function<bool(const boost::json::value&)>& condition);

// The one session with this stream name; null when there is not exactly one.
const boost::json::object* session_of(const boost::json::value& status, std::string_view stream);

// The token in the page; empty where it must not end sessions.
std::string status_token(const HttpdFixture& httpd, const std::string& path = kStatusPath);

// POST ?<order> with this token (none when empty).
HttpResponse post_order(const HttpdFixture& httpd, const std::string& order, const std::string& token,
                        const std::string& path = kStatusPath);

// POST ?end=<name> with this token (none when empty).
HttpResponse post_end(const HttpdFixture& httpd, const std::string& name, const std::string& token,
                      const std::string& path = kStatusPath);

} // namespace rtmpt_proxy::test
