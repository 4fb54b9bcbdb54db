// The configuration as it was read, line by line, for checks that name the file and the line.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::apache {

// One line that is in force. (Lines inside a false <IfModule> or <IfDefine> are not.) Valid while a hook of pre_config
// or check_config runs.
struct ConfigurationLine {
  const ap_directive_t* directive = nullptr;
  std::vector<const ap_directive_t*> sections; // those around it, the outermost first

  std::string_view name() const { return directive->directive; }
  const char* arguments() const { return directive->args ? directive->args : ""; }
  bool is(std::string_view other_name) const; // in either case of letters

  // The innermost section of this name around it, "<VirtualHost"; null when there is none.
  const ap_directive_t* section(std::string_view section_name) const;

  // Whether it stands in no section, or only in a <VirtualHost>.
  bool is_of_whole_server() const;
};

// All lines with one of these names, in their order.
std::vector<ConfigurationLine> find_lines(const std::vector<std::string_view>& names);

// "file:number".
std::string place_of(const ConfigurationLine& line);

// Whether the line stands for this server: in its <VirtualHost>, or in none while `server` is the main server.
bool stands_in(const ConfigurationLine& line, const server_rec* server);

} // namespace rtmpt_proxy::apache
