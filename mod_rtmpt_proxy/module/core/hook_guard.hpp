// SPDX-License-Identifier: Apache-2.0
// Every function given to httpd goes through guarded<>: an exception that left a handler would abort the child, one
// that left post_config would end the server. This is the only file of the module that catches.
#pragma once

#include "module/core/httpd_headers.hpp"
#include "module/core/message_ids.hpp"

#include <exception>

namespace rtmpt_proxy::apache {

// Logs an exception that reached a hook, with its request when the hook has one.
template <class First, class... Rest>
void log_escaped(const char* what, First first, Rest...) noexcept {
  if constexpr (std::is_same_v<First, request_rec*>)
    ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, first, "%s: internal error: %s", ids::kInternalError, what);
  else
    ap_log_error(APLOG_MARK, APLOG_ERR, 0, ap_server_conf, "%s: internal error: %s", ids::kInternalError, what);
}

template <auto hook, auto... failure>
struct HookGuard;

// A hook that returns something: `failure` is returned in its place when it throws.
template <class Result, class... Arguments, Result (*hook)(Arguments...), auto failure>
struct HookGuard<hook, failure> {
  static Result call(Arguments... arguments) noexcept {
    try {
      return hook(arguments...);
    } catch (const std::exception& error) {
      log_escaped(error.what(), arguments...);
    } catch (...) {
      log_escaped("an exception of unknown type", arguments...);
    }
    return failure;
  }
};

// A hook that returns nothing.
template <class... Arguments, void (*hook)(Arguments...)>
struct HookGuard<hook> {
  static void call(Arguments... arguments) noexcept {
    try {
      hook(arguments...);
    } catch (const std::exception& error) {
      log_escaped(error.what(), arguments...);
    } catch (...) {
      log_escaped("an exception of unknown type", arguments...);
    }
  }
};

// The function to give to httpd: guarded<handle, HTTP_INTERNAL_SERVER_ERROR>, guarded<child_init>.
template <auto hook, auto... failure>
inline constexpr auto guarded = &HookGuard<hook, failure...>::call;

} // namespace rtmpt_proxy::apache
