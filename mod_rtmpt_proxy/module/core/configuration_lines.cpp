#include "module/core/configuration_lines.hpp"

#include <algorithm>

namespace rtmpt_proxy::apache {

namespace {

constexpr std::string_view kVirtualHost = "<VirtualHost";

bool same_name(std::string_view one, std::string_view other) {
  return one.size() == other.size() && ap_cstr_casecmpn(one.data(), other.data(), one.size()) == 0;
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
         std::string_view(server->defn_name) == host->filename &&
         server->defn_line_number == static_cast<unsigned>(host->line_num);
}

} // namespace rtmpt_proxy::apache
