#include "control/status_tables.hpp"

#include "control/ascii_json.hpp"
#include "control/text_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstdio>

namespace rtmpt_proxy::control {

namespace json = boost::json;

namespace {

constexpr auto kRight = TextTable::Align::right;

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

// "live/cam1"; what is unknown stays empty.
std::string stream_of(const json::object& session) {
  const std::string app = field(session, "app");
  const std::string stream = field(session, "stream");
  return stream.empty() ? app : app + "/" + stream;
}

// "handed-over": the words of a way make one.
std::string way_of(const json::object& session) {
  std::string way = field(session, "way");
  std::replace(way.begin(), way.end(), ' ', '-');
  return way;
}

std::string sessions_table(const json::object& document) {
  TextTable table({{"SESSION"},
                   {"CLIENT"},
                   {"USER"},
                   {"HOST"},
                   {"KIND"},
                   {"STREAM"},
                   {"BACKEND"},
                   {"AGE_S", kRight},
                   {"REQUESTS", kRight},
                   {"RECEIVED_B", kRight},
                   {"SENT_B", kRight},
                   {"IN_BPS", kRight},
                   {"OUT_BPS", kRight},
                   {"TRANSPORT"},
                   {"WAY"}});
  for (const json::value& value : list(document, "sessions")) {
    const json::object* const one = value.if_object();
    if (!one) continue;
    table.add({field(*one, "id"), field(*one, "client"), field(*one, "user"), field(*one, "virtual_host"),
               field(*one, "kind"), stream_of(*one), field(*one, "backend"), field(*one, "age_seconds"),
               field(*one, "requests"), field(*one, "received_bytes"), field(*one, "sent_bytes"),
               field(*one, "receiving_bits_per_second"), field(*one, "sending_bits_per_second"),
               field(*one, "transport"), way_of(*one)});
  }
  return table.text();
}

std::string backends_table(const json::object& document) {
  TextTable table(
      {{"URL"}, {"BALANCER"}, {"HOST"}, {"WEIGHT", kRight}, {"DRAINED"}, {"SESSIONS", kRight}, {"FAILURES", kRight}});
  for (const json::value& value : list(document, "backends")) {
    const json::object* const one = value.if_object();
    if (!one) continue;
    table.add({field(*one, "url"), field(*one, "balancer"), field(*one, "virtual_host"), field(*one, "weight"),
               field(*one, "drained"), field(*one, "sessions"), field(*one, "failures")});
  }
  return table.text();
}

std::string status_table(const json::object& document) {
  TextTable table({{"NAME"}, {"VALUE"}});
  table.add({"server", field(document, "server")});
  for (const json::key_value_pair& one : section(document, "gateway"))
    table.add({std::string(one.key()), text_of(one.value())});
  for (const json::key_value_pair& one : section(document, "totals"))
    table.add({std::string(one.key()), text_of(one.value())});
  for (const json::key_value_pair& one : section(document, "refusals")) {
    std::string name = "refused: " + std::string(one.key());
    std::replace(name.begin(), name.end(), ' ', '_');
    table.add({name, text_of(one.value())});
  }
  return table.text();
}

} // namespace

std::string text_of(const json::object& document, View view) {
  switch (view) {
  case View::sessions: return sessions_table(document);
  case View::backends: return backends_table(document);
  case View::status: return status_table(document);
  case View::none: break;
  }
  return {};
}

std::string json_of(const json::object& document, View view) {
  switch (view) {
  case View::sessions: return ascii_json(json::serialize(list(document, "sessions"))) + "\n";
  case View::backends: return ascii_json(json::serialize(list(document, "backends"))) + "\n";
  case View::status: return ascii_json(json::serialize(document)) + "\n";
  case View::none: break;
  }
  return {};
}

} // namespace rtmpt_proxy::control
