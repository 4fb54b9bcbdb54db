// SPDX-License-Identifier: Apache-2.0
#include "control/state_fields.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace rtmpt_proxy::control {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (!value.is_double()) return {};
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", value.get_double());
  return text.data();
}

std::string field(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value ? text_of(*value) : std::string();
}

const json::object& section(const json::object& object, std::string_view name) {
  static const json::object kNothing;
  const json::value* const value = object.if_contains(name);
  const json::object* const found = value ? value->if_object() : nullptr;
  return found ? *found : kNothing;
}

const json::array& list(const json::object& object, std::string_view name) {
  static const json::array kNothing;
  const json::value* const value = object.if_contains(name);
  const json::array* const found = value ? value->if_array() : nullptr;
  return found ? *found : kNothing;
}

std::string stream_of(const json::object& session) {
  const std::string app = field(session, "app");
  const std::string stream = field(session, "stream");
  return stream.empty() ? app : app + "/" + stream;
}

std::string way_of(const json::object& session) {
  std::string way = field(session, "way");
  std::replace(way.begin(), way.end(), ' ', '-');
  return way;
}

std::uint64_t number_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (!value) return 0;
  if (value->is_uint64()) return value->get_uint64();
  return value->is_int64() && value->get_int64() > 0 ? static_cast<std::uint64_t>(value->get_int64()) : 0;
}

} // namespace rtmpt_proxy::control
