// SPDX-License-Identifier: Apache-2.0
// Writes rtmpt-gateway's state as text for people and for awk.
#pragma once

#include "control/command_line.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace rtmpt_proxy::control {

// The view of a status document (docs/monitoring.md). A value that is missing, or is no text or number, is shown as
// "-".
std::string text_of(const boost::json::object& document, View view);

// The view in JSON: the whole document, or its list of sessions or backends. Nothing but ASCII comes out, so that no
// name in it steers a terminal.
std::string json_of(const boost::json::object& document, View view);

} // namespace rtmpt_proxy::control
