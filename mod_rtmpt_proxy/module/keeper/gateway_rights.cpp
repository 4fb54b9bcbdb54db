// SPDX-License-Identifier: Apache-2.0
#include "module/keeper/gateway_rights.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

constexpr rlim_t kWantedDescriptors = 65536;
constexpr int kMostCapabilities = 64; // as many as the kernel's sets have bits

// By convention nobody's groups. The second one is for sites whose own group is the first.
constexpr gid_t kForeignGroups[] = {65534, 65533};

constexpr const char* kVariables[] = {"TZ", "LANG", "OPENSSL_CONF"};
constexpr const char* kSanitizerVariables[] = {"ASAN_OPTIONS", "LSAN_OPTIONS", "MSAN_OPTIONS", "TSAN_OPTIONS",
                                               "UBSAN_OPTIONS"};

void append_variable(std::vector<std::string>& environment, const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): httpd's parent has one thread
  if (const char* const value = std::getenv(name)) environment.push_back(std::string(name) + '=' + value);
}

// False when the process does not have these capabilities.
bool set_capabilities(std::uint32_t permitted_and_effective) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{
      {{permitted_and_effective, permitted_and_effective, 0}, {0, 0, 0}}};
  return ::syscall(SYS_capset, &header, sets.data()) == 0;
}

void empty_bounding_set() {
  for (int capability = 0; capability < kMostCapabilities; ++capability)
    ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0); // fails for what the kernel does not know
}

bool switch_user(const GatewayUser& user, server_rec* server, apr_pool_t* scratch) {
  if (user.is_httpds) return ap_run_drop_privileges(scratch, server) == OK;
  if (::geteuid() != 0) return true;
  return ::setgroups(0, nullptr) == 0 && ::setgid(user.group) == 0 && ::setuid(user.user) == 0;
}

// See the header. Called before the change of user, which removes the capability that this needs.
void take_foreign_real_group() {
  const gid_t own = ::getegid();
  if (!set_capabilities(1u << CAP_SETGID)) return;
  for (const gid_t group : kForeignGroups)
    if (group != own && ::setresgid(group, own, own) == 0) return;
}

} // namespace

bool gateway_can_be_debugged() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): httpd's parent has one thread
  const auto is_set = [](const char* name) { return std::getenv(name) != nullptr; };
  return ap_coredumpdir_configured != 0 ||
         std::any_of(std::begin(kSanitizerVariables), std::end(kSanitizerVariables), is_set);
}

void set_gateway_limits() {
  if (!ap_coredumpdir_configured) {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  if (::geteuid() == 0) limit.rlim_max = std::max(limit.rlim_max, kWantedDescriptors);
  limit.rlim_cur = limit.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  // The system's maximum may be lower than what root asks for. Then at least the present hard limit is used.
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

bool take_gateway_user(const GatewayUser& user, server_rec* server, apr_pool_t* scratch) {
  const bool was_root = ::geteuid() == 0;
  empty_bounding_set();
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0); // until exec
  if (!switch_user(user, server, scratch)) return false;
  if (was_root && !gateway_can_be_debugged()) take_foreign_real_group();
  if (!was_root) {
    set_capabilities(0); // a service manager may have given the process some
    return true;
  }
  return set_capabilities(0) && ::geteuid() != 0 && ::getuid() != 0;
}

std::vector<std::string> gateway_environment() {
  std::vector<std::string> environment;
  for (const char* const name : kVariables)
    append_variable(environment, name);
  for (const char* const name : kSanitizerVariables)
    append_variable(environment, name);
  return environment;
}

} // namespace rtmpt_proxy::apache
