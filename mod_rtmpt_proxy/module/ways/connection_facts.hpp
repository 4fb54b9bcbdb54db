// What httpd knows of the connection behind a request, for the choice of way.
#pragma once

#include "module/core/httpd_headers.hpp"

#include <rtmpt_proxy/policy/routing/carriage.hpp>

namespace rtmpt_proxy::apache {

policy::ConnectionFacts connection_facts(request_rec* r, bool hand_over_allowed);

} // namespace rtmpt_proxy::apache
