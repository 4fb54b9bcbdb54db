// SPDX-License-Identifier: Apache-2.0
// The rights, limits and environment of the process that becomes the gateway.
//
// Other processes of the gateway's user (a CGI program, PHP) must not be able to read it or to take its descriptors.
// Its first act closes it to them, and a program that its user cannot read is closed from exec on. A readable one, as
// in a developer's build, would be open from exec to its first act. For that its real group is made one that differs
// from its effective group: the kernel closes such a process at exec too, and for as long as it lives refuses ptrace(2)
// and prlimit(2) to processes of its user, whose groups are not the same. The real group gives no right to anything.
#pragma once

#include "module/core/gateway_identity.hpp"
#include "module/core/httpd_headers.hpp"

#include <string>
#include <vector>

namespace rtmpt_proxy::apache {

// Whether the gateway must be open to debuggers: when CoreDumpDirectory is set, or when httpd's environment has a
// sanitizer's variable, because a sanitizer reads it from a file of the process that would be closed otherwise.
bool gateway_can_be_debugged();

// Raises the limit of open descriptors as far as the system allows, because a gateway uses two of them for each
// session, and forbids core dumps unless CoreDumpDirectory is set. Called while the process still has httpd's rights.
void set_gateway_limits();

// Gives up all capabilities for ever and takes the user and group of `user`. False when that did not work. A process
// that is not root's keeps its own user.
bool take_gateway_user(const GatewayUser& user, server_rec* server, apr_pool_t* scratch);

// The environment as "NAME=value": only TZ, LANG and OPENSSL_CONF, as httpd has them, and the variables of sanitizers.
std::vector<std::string> gateway_environment();

} // namespace rtmpt_proxy::apache
