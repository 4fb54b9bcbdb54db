// SPDX-License-Identifier: Apache-2.0
// An httpd without any media server: its streams go to the hub.
#pragma once

#include "support/httpd/httpd_fixture.hpp"

#include <string>

namespace rtmpt_proxy::test {

// Both virtual hosts share one hub and take RTMP. `lines` stand in both.
HttpdOptions hub_options(const std::string& mpm = "event", const std::string& lines = {});

// alice may publish below /live with a password, and everybody may play: lines for hub_options(). The file of passwords
// is written by write_members().
std::string publishing_rule();
void write_members(const HttpdFixture& httpd);

// "rtmp://localhost:8080/live/cam", and likewise for rtmpt, rtmps and rtmpts.
std::string stream_url(const HttpdFixture& httpd, const std::string& scheme, const std::string& name = "cam");

// What alice writes to publish that stream.
std::string with_password(const std::string& url);

} // namespace rtmpt_proxy::test
