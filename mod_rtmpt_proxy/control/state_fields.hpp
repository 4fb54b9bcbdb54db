// SPDX-License-Identifier: Apache-2.0
// Values of rtmpt-gateway's state, whatever is missing in it.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace rtmpt_proxy::control {

// A text, number or boolean ("yes", "no") as text; any other value is empty.
std::string text_of(const boost::json::value& value);

// The member as text; empty when there is none.
std::string field(const boost::json::object& object, std::string_view name);

// The member as a number; 0 when it is none.
std::uint64_t number_of(const boost::json::object& object, std::string_view name);

// The member as an object or a list; an empty one when it is none. Lives as long as `object`, or for ever.
const boost::json::object& section(const boost::json::object& object, std::string_view name);
const boost::json::array& list(const boost::json::object& object, std::string_view name);

// Of a session: "live/cam1"; what is unknown stays empty.
std::string stream_of(const boost::json::object& session);

// Of a session: "handed-over". The words of a way make one.
std::string way_of(const boost::json::object& session);

} // namespace rtmpt_proxy::control
