// SPDX-License-Identifier: Apache-2.0
#include "policy/routing/ask_text.hpp"

#include <rtmpt_proxy/policy/callbacks/callback_form.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace rtmpt_proxy::policy {

namespace {

constexpr std::array<std::string_view, 16> kFormFields{"app",      "flashver", "swfurl", "tcurl", "pageurl", "addr",
                                                       "clientid", "call",     "name",   "type",  "bytes",   "seconds",
                                                       "start",    "duration", "reset",  "epoch"};

// Everything but letters, digits and -._~ as %XX, so that it fits into a header too.
std::string escaped_value(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '/')
      escaped += "%2F";
    else
      escaped += escaped_path({&c, 1});
  }
  return escaped;
}

void add(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form.append(name).append("=").append(value);
}

void add_escaped(std::string& form, std::string_view name, std::string_view value, std::size_t most_bytes) {
  add(form, name, escaped_value(value.substr(0, most_bytes)));
}

// `app` is escaped already.
std::string form_of_session(std::string_view app, std::string_view flash_version, std::string_view swf_url,
                            std::string_view tc_url, std::string_view page_url) {
  std::string form;
  add(form, "app", app);
  add_escaped(form, "flashver", flash_version, kMaxFormTextBytes);
  add_escaped(form, "swfurl", swf_url, kMaxFormTextBytes);
  add_escaped(form, "tcurl", tc_url, kMaxFormUrlBytes);
  add_escaped(form, "pageurl", page_url, kMaxFormTextBytes);
  return form;
}

// "/live" and "cam1" of "/live/cam1".
std::pair<std::string_view, std::string_view> parts_of_view(std::string_view path) {
  constexpr std::string_view kFlv = ".flv";
  if (path.ends_with(kFlv)) path.remove_suffix(kFlv.size());
  const std::size_t slash = std::min(path.rfind('/'), path.size());
  return {path.substr(0, slash), path.substr(std::min(slash + 1, path.size()))};
}

// As PHP makes a variable's name of a field's.
std::string field_name(std::string_view field) {
  std::string name;
  for (const char c : unescaped(field.substr(0, field.find('=')))) {
    if (c == '[' || c == '\0') break;
    name += c == '.' || c == '+' ? ' ' : c;
  }
  name.erase(0, std::min(name.find_first_not_of(' '), name.size()));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a'); // for programs that do not tell them apart
    if (c == ' ') c = '_';
  }
  return name;
}

} // namespace

bool fits_form(std::string_view app_path) {
  return app_path.size() <= kMaxFormAppBytes;
}

std::string session_form(std::string_view app_path, const protocol::ConnectRequest& connect) {
  if (app_path.starts_with('/')) app_path.remove_prefix(1);
  std::string app;
  for (const char c : app_path)
    c == '/' ? app.append("%2F") : app.append(1, c);
  return form_of_session(app, connect.flash_version, connect.swf_url, connect.tc_url, connect.page_url);
}

std::string stream_form(std::string_view call, std::string_view path, std::string_view app_path,
                        std::string_view type) {
  std::string_view name = path.substr(std::min(path.size(), app_path == "/" ? 0 : app_path.size()));
  if (name.starts_with('/')) name.remove_prefix(1);
  std::string form;
  add(form, "call", call);
  add(form, "name", name); // escaped already
  if (!type.empty()) add_escaped(form, "type", type, kMaxPublishTypeBytes);
  return form;
}

std::string session_form_of_view(std::string_view path) {
  std::string_view app = parts_of_view(path).first;
  if (app.starts_with('/')) app.remove_prefix(1);
  return form_of_session(escaped_value(app), {}, {}, {}, {});
}

std::string stream_form_of_view(std::string_view path) {
  std::string form;
  add(form, "call", "play");
  add(form, "name", escaped_value(parts_of_view(path).second));
  return form;
}

std::string end_form(std::uint64_t bytes, std::uint64_t seconds) {
  return "&bytes=" + std::to_string(bytes) + "&seconds=" + std::to_string(seconds);
}

std::string callback_form(const CallbackForm& form) {
  std::string text(form.session);
  add_escaped(text, "addr", form.address, kMaxFormTextBytes);
  add_escaped(text, "clientid", form.client_id, kMaxFormTextBytes);
  text.append("&").append(form.stream);
  if (!form.arguments.empty()) text.append("&").append(form.arguments);
  return text;
}

bool hides_form_field(std::string_view arguments) {
  while (!arguments.empty()) {
    const std::string_view field = arguments.substr(0, arguments.find_first_of("&;"));
    arguments.remove_prefix(std::min(arguments.size(), field.size() + 1));
    if (std::find(kFormFields.begin(), kFormFields.end(), field_name(field)) != kFormFields.end()) return true;
  }
  return false;
}

} // namespace rtmpt_proxy::policy
