// SPDX-License-Identifier: Apache-2.0
// The table's configuration as other modules write it.
#pragma once

#include <string>

namespace rtmpt_proxy::test {

enum class Restorer { ours, mod_rpaf, mod_remoteip };

// What a virtual host needs whose own lines are `own` in a server with `inherited`, both in our words. mod_rpaf forgets
// what it inherits and mod_remoteip knows no switch, so everything is said in each virtual host; what they have no
// directive for is left out.
std::string directives_for(Restorer restorer, const std::string& inherited, const std::string& own);

} // namespace rtmpt_proxy::test
