// SPDX-License-Identifier: Apache-2.0
// The only file that includes Apache's headers. The headers of other modules have no extern "C" of their own; without
// it here the module would compile and link, and fail when httpd loads it. This file also names the module for httpd's
// log levels.
#pragma once

#include <ap_expr.h>
#include <ap_listen.h>
#include <ap_mpm.h>
#include <ap_provider.h>
#include <apr_base64.h>
#include <apr_buckets.h>
#include <apr_md5.h>
#include <apr_optional_hooks.h>
#include <apr_portable.h>
#include <apr_siphash.h>
#include <apr_strings.h>
#include <apr_thread_proc.h>
#include <http_config.h>
#include <http_connection.h>
#include <http_core.h>
#include <http_log.h>
#include <http_protocol.h>
#include <http_request.h>
#include <http_ssl.h>
#include <http_vhost.h>
#include <httpd.h>
#include <mod_auth.h>
#include <mpm_common.h>
#include <scoreboard.h>
#include <unixd.h>
#include <util_filter.h>

extern "C" {
#include <mod_auth.h>
#include <mod_log_config.h>
#include <mod_proxy.h>
#include <mod_ssl.h>
#include <mod_status.h>

extern module AP_MODULE_DECLARE_DATA rtmpt_proxy_module;
}

APLOG_USE_MODULE(rtmpt_proxy);
