// Collects what httpd knows about a request's connection, for the choice of its way.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/routing/carriage.hpp>

namespace rtmpt_proxy::apache {

policy::ConnectionFacts connection_facts(request_rec* r, bool hand_over_allowed);

} // namespace rtmpt_proxy::apache
