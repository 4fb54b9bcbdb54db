// SPDX-License-Identifier: Apache-2.0
#include "control/status_tables.hpp"

#include "control/ascii_json.hpp"
#include "control/state_fields.hpp"
#include "control/text_table.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace rtmpt_proxy::control {

namespace json = boost::json;

namespace {

constexpr auto kRight = TextTable::Align::right;

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

std::string bans_table(const json::object& document) {
  TextTable table({{"NUMBER", kRight}, {"CLIENT"}, {"STREAM"}, {"HOST"}, {"LEFT_S", kRight}, {"REFUSALS", kRight}});
  for (const json::value& value : list(document, "bans")) {
    const json::object* const one = value.if_object();
    if (!one) continue;
    table.add({field(*one, "number"), field(*one, "client"), field(*one, "stream"), field(*one, "virtual_host"),
               field(*one, "left_seconds"), field(*one, "refusals")});
  }
  return table.text();
}

std::string pulls_table(const json::object& document) {
  TextTable table({{"STREAM"}, {"BACKEND"}, {"HOST"}, {"STATE"}, {"VIEWERS", kRight}});
  for (const json::value& value : list(document, "pulls")) {
    const json::object* const one = value.if_object();
    if (!one) continue;
    table.add({field(*one, "stream"), field(*one, "backend"), field(*one, "virtual_host"), field(*one, "state"),
               field(*one, "viewers")});
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
  case View::bans: return bans_table(document);
  case View::pulls: return pulls_table(document);
  case View::status: return status_table(document);
  case View::none: break;
  }
  return {};
}

std::string json_of(const json::object& document, View view) {
  switch (view) {
  case View::sessions: return ascii_json(json::serialize(list(document, "sessions"))) + "\n";
  case View::backends: return ascii_json(json::serialize(list(document, "backends"))) + "\n";
  case View::bans: return ascii_json(json::serialize(list(document, "bans"))) + "\n";
  case View::pulls: return ascii_json(json::serialize(list(document, "pulls"))) + "\n";
  case View::status: return ascii_json(json::serialize(document)) + "\n";
  case View::none: break;
  }
  return {};
}

} // namespace rtmpt_proxy::control
