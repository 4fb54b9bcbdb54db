// SPDX-License-Identifier: Apache-2.0
// The configuration as it was read, line by line, for checks that name the file and the line.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
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

  // Whether one of its arguments is this word, in either case of letters.
  bool has_word(std::string_view word) const;

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

// Whether the line counts for this server: it stands in its <VirtualHost>, or in none.
bool counts_for(const ConfigurationLine& line, const server_rec* server);

// Lines sorted by the server for the whole of which they stand, for who asks about every server: it costs no more with
// many virtual hosts.
class LinesByServer {
 public:
  explicit LinesByServer(std::vector<ConfigurationLine> lines);
  LinesByServer(std::initializer_list<std::string_view> names) : LinesByServer(find_lines(names)) {}
  LinesByServer(const LinesByServer&) = delete;
  LinesByServer& operator=(const LinesByServer&) = delete;

  // All of them, those in other sections too.
  std::span<const ConfigurationLine> all() const { return lines_; }
  // Those that stand for the whole of this server, in their order.
  std::span<const ConfigurationLine* const> of(const server_rec* server) const;
  // The last one of this server, else the last one of the main server; null: there is none. As httpd finds the value of
  // a directive that virtual hosts inherit.
  const ConfigurationLine* in_force(const server_rec* server) const;
  // The same with the first ones.
  const ConfigurationLine* first(const server_rec* server) const;

 private:
  std::span<const ConfigurationLine* const> own_or_inherited(const server_rec* server) const;

  std::vector<ConfigurationLine> lines_;
  // By the place of the <VirtualHost>; the main server's by an empty one.
  std::unordered_map<std::string, std::vector<const ConfigurationLine*>> places_;
};

} // namespace rtmpt_proxy::apache
