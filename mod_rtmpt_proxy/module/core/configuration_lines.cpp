// SPDX-License-Identifier: Apache-2.0
#include "module/core/configuration_lines.hpp"

#include <algorithm>
#include <utility>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::string_view kVirtualHost = "<VirtualHost";

bool same_name(std::string_view one, std::string_view other) {
  return one.size() == other.size() && ap_cstr_casecmpn(one.data(), other.data(), one.size()) == 0;
}

std::string place_name(const char* file, unsigned line) {
  return std::string(file) + ':' + std::to_string(line);
}

void collect(const ap_directive_t* node, std::vector<const ap_directive_t*>& sections,
             const std::vector<std::string_view>& names, std::vector<ConfigurationLine>& found) {
  for (; node; node = node->next) {
    const bool wanted =
        std::any_of(names.begin(), names.end(), [node](auto name) { return same_name(node->directive, name); });
    if (wanted) found.push_back({node, sections});
    if (!node->first_child) continue;
    sections.push_back(node);
    collect(node->first_child, sections, names, found);
    sections.pop_back();
  }
}

} // namespace

bool ConfigurationLine::is(std::string_view other_name) const {
  return same_name(name(), other_name);
}

bool ConfigurationLine::has_word(std::string_view word) const {
  constexpr std::string_view kBetween = " \t\"'>";
  std::string_view rest = arguments();
  while (!rest.empty()) {
    const std::string_view one = rest.substr(0, rest.find_first_of(kBetween));
    if (one.size() == word.size() && ap_cstr_casecmpn(one.data(), word.data(), word.size()) == 0) return true;
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
  }
  return false;
}

const ap_directive_t* ConfigurationLine::section(std::string_view section_name) const {
  const auto found = std::find_if(sections.rbegin(), sections.rend(),
                                  [&](const auto* one) { return same_name(one->directive, section_name); });
  return found == sections.rend() ? nullptr : *found;
}

bool ConfigurationLine::is_of_whole_server() const {
  return sections.empty() || (sections.size() == 1 && section(kVirtualHost));
}

std::vector<ConfigurationLine> find_lines(const std::vector<std::string_view>& names) {
  std::vector<ConfigurationLine> found;
  std::vector<const ap_directive_t*> sections;
  collect(ap_conftree, sections, names, found);
  return found;
}

std::string place_of(const ConfigurationLine& line) {
  const char* const file = line.directive->filename;
  return (file ? std::string(file) : "the configuration") + ":" + std::to_string(line.directive->line_num);
}

bool stands_in(const ConfigurationLine& line, const server_rec* server) {
  const ap_directive_t* const host = line.section(kVirtualHost);
  if (!host) return !server->is_virtual;
  return server->is_virtual && server->defn_name && host->filename &&
         server->defn_line_number == static_cast<unsigned>(host->line_num) &&
         std::string_view(server->defn_name) == host->filename;
}

bool counts_for(const ConfigurationLine& line, const server_rec* server) {
  return !line.section(kVirtualHost) || stands_in(line, server);
}

LinesByServer::LinesByServer(std::vector<ConfigurationLine> lines) : lines_(std::move(lines)) {
  for (const ConfigurationLine& line : lines_) {
    if (!line.is_of_whole_server()) continue;
    const ap_directive_t* const host = line.section(kVirtualHost);
    if (host && !host->filename) continue;
    const std::string place = host ? place_name(host->filename, static_cast<unsigned>(host->line_num)) : std::string();
    places_[place].push_back(&line);
  }
}

std::span<const ConfigurationLine* const> LinesByServer::of(const server_rec* server) const {
  if (server->is_virtual && !server->defn_name) return {};
  const auto found =
      places_.find(server->is_virtual ? place_name(server->defn_name, server->defn_line_number) : std::string());
  if (found == places_.end()) return {};
  return found->second;
}

std::span<const ConfigurationLine* const> LinesByServer::own_or_inherited(const server_rec* server) const {
  const std::span<const ConfigurationLine* const> own = of(server);
  if (!own.empty()) return own;
  const auto inherited = places_.find(std::string());
  if (inherited == places_.end()) return {};
  return inherited->second;
}

const ConfigurationLine* LinesByServer::in_force(const server_rec* server) const {
  const auto found = own_or_inherited(server);
  return found.empty() ? nullptr : found.back();
}

const ConfigurationLine* LinesByServer::first(const server_rec* server) const {
  const auto found = own_or_inherited(server);
  return found.empty() ? nullptr : found.front();
}

} // namespace rtmpt_proxy::apache
