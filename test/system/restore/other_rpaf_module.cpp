// SPDX-License-Identifier: Apache-2.0
// A module with one of mod_rpaf's directives, under a name of its own.
#include "httpd.h" // before its other headers

#include <http_config.h>

namespace {

const char* take_flag(cmd_parms*, void*, int) {
  return nullptr;
}

const command_rec kCommands[] = {AP_INIT_FLAG("RPAFenable", take_flag, nullptr, RSRC_CONF, "On or Off"), {}};

} // namespace

extern "C" {
extern module AP_MODULE_DECLARE_DATA rpaf_module;
module AP_MODULE_DECLARE_DATA __attribute__((visibility("default")))
rpaf_module = {STANDARD20_MODULE_STUFF, nullptr, nullptr, nullptr, nullptr, kCommands, nullptr, AP_MODULE_FLAG_NONE};
}
