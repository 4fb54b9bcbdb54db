// SPDX-License-Identifier: Apache-2.0
// A probe's result as text and as JSON.
#include "control/ascii_json.hpp"
#include "control/run_probe.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <sstream>

namespace rtmpt_proxy::control {

namespace json = boost::json;

using probe::Step;

namespace {

constexpr std::size_t kNameWidth = 9;
constexpr std::size_t kVerdictWidth = 6;
constexpr std::size_t kTimeWidth = 6;
const std::string kUnderText(2 + kNameWidth + 2 + kVerdictWidth + 2 + kTimeWidth + 3 + 2, ' ');

std::string left(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string line_of(const Step& step) {
  std::ostringstream text;
  text << "  " << left(std::string(to_string(step.name)), kNameWidth) << "  "
       << left(step.good ? "ok" : "failed", kVerdictWidth) << "  "
       << right(std::to_string(step.took.count()), kTimeWidth) << " ms  " << step.said << '\n';
  for (const std::string& note : step.notes)
    text << kUnderText << "note: " << note << '\n';
  if (!step.cause.empty()) text << kUnderText << "likely: " << step.cause << '\n';
  if (!step.remedy.empty()) text << kUnderText << "try: " << step.remedy << '\n';
  return text.str();
}

json::value value_of(const probe::Fact& fact) {
  return std::visit([](const auto& value) { return json::value(value); }, fact.value);
}

json::object object_of(const Step& step) {
  json::object object{{"step", json::string(to_string(step.name))},
                      {"good", step.good},
                      {"milliseconds", step.took.count()},
                      {"said", step.said}};
  for (const probe::Fact& fact : step.facts)
    object[fact.name] = value_of(fact);
  if (!step.notes.empty()) object["notes"] = json::array(step.notes.begin(), step.notes.end());
  if (!step.cause.empty()) object["likely"] = step.cause;
  if (!step.remedy.empty()) object["try"] = step.remedy;
  return object;
}

} // namespace

std::string probe_text(const ProbeOrder& order, const std::vector<Step>& steps) {
  std::string text = shown_url(order.url) + '\n';
  for (const Step& step : steps)
    text += line_of(step);
  return text + (is_good(steps) ? "streams can use this URL\n" : "streams cannot use this URL\n");
}

std::string probe_json(const ProbeOrder& order, const std::vector<Step>& steps) {
  json::array list;
  for (const Step& step : steps)
    list.push_back(object_of(step));
  return ascii_json(json::serialize(
             json::object{{"url", shown_url(order.url)}, {"good", is_good(steps)}, {"steps", std::move(list)}})) +
         "\n";
}

std::string probe_failure(const ProbeOrder& order, const std::vector<Step>& steps) {
  const auto failed = std::find_if(steps.begin(), steps.end(), [](const Step& step) { return !step.good; });
  if (failed == steps.end()) return {};
  return "RTMPT406: streams cannot use '" + shown_url(order.url) + "': " + std::string(to_string(failed->name)) + ": " +
         failed->said;
}

} // namespace rtmpt_proxy::control
