// SPDX-License-Identifier: Apache-2.0
#include "module/link/retained_ask_door.hpp"

#include "local/descriptor.hpp"
#include "local/error_text.hpp"
#include "module/link/retained_gateways.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

// A change of the layout needs a new key; see retained_gateways.hpp.
constexpr const char* kAskDoorKey = "rtmpt_proxy_ask_door_1";
constexpr const char* kFolderPattern = "rtmpt-ask-XXXXXX";
constexpr const char* kFallbackFolder = "/tmp";
constexpr std::string_view kSocketName = "/door";
constexpr int kBacklog = 511; // what httpd itself asks for

struct RetainedAskDoor {
  bool open;
  int listener;
  int door;
  uid_t user;
  gid_t group;
  char path[sizeof(sockaddr_un::sun_path)]; // where it was made; nothing is there any more
};
static_assert(std::is_trivially_destructible_v<RetainedAskDoor> && std::is_standard_layout_v<RetainedAskDoor>);

RetainedAskDoor* find_door() {
  auto* const retained = static_cast<RetainedAskDoor*>(ap_retained_data_get(kAskDoorKey));
  return retained && retained->open ? retained : nullptr;
}

// What has been made so far; its names are removed at its end, whatever happens.
struct MadeDoor {
  MadeDoor() = default;
  MadeDoor(const MadeDoor&) = delete;
  MadeDoor& operator=(const MadeDoor&) = delete;
  ~MadeDoor() {
    if (!path.empty()) ::unlink(path.c_str());
    if (!folder.empty()) ::rmdir(folder.c_str());
  }

  std::string folder;
  std::string path;
  local::Descriptor listener;
  local::Descriptor door;
};

// A folder that nobody but httpd's parent can enter, so that nobody connects before the name is gone.
bool make_folder(MadeDoor& made, const char* parent) {
  std::string folder = std::string(parent) + "/" + kFolderPattern;
  if (folder.size() + kSocketName.size() >= sizeof(sockaddr_un::sun_path)) {
    errno = ENAMETOOLONG;
    return false;
  }
  if (!::mkdtemp(folder.data())) return false;
  made.folder = std::move(folder);
  return true;
}

bool listen_there(MadeDoor& made, const GatewayUser& gateway) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = made.folder + std::string(kSocketName);
  std::memcpy(address.sun_path, path.data(), path.size());
  made.listener = local::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!made.listener || ::bind(made.listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return false;
  made.path = path;
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0) return false;
  if (::geteuid() == 0 && ::chown(path.c_str(), gateway.user, gateway.group) != 0) return false;
  if (::listen(made.listener.get(), kBacklog) != 0) return false;
  made.door = local::Descriptor(::open(path.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
  return static_cast<bool>(made.door);
}

void keep(MadeDoor& made, const GatewayUser& gateway) {
  auto* retained = static_cast<RetainedAskDoor*>(ap_retained_data_get(kAskDoorKey));
  if (!retained)
    retained = static_cast<RetainedAskDoor*>(ap_retained_data_create(kAskDoorKey, sizeof(RetainedAskDoor)));
  *retained = {true, made.listener.release(), made.door.release(), gateway.user, gateway.group, {}};
  std::memcpy(retained->path, made.path.data(), made.path.size());
}

} // namespace

std::string make_ask_door(apr_pool_t* scratch, const GatewayUser& gateway) {
  if (const RetainedAskDoor* const known = find_door()) {
    if (known->user == gateway.user && known->group == gateway.group) return {};
    close_ask_door();
  }
  MadeDoor made;
  const char* const runtime = ap_runtime_dir_relative(scratch, "");
  const bool has_folder = (runtime && make_folder(made, runtime)) || make_folder(made, kFallbackFolder);
  if (!has_folder || !listen_there(made, gateway)) return local::error_text(errno);
  keep(made, gateway);
  return {};
}

void close_ask_door() {
  RetainedAskDoor* const retained = find_door();
  if (!retained) return;
  ::close(std::exchange(retained->listener, -1));
  ::close(std::exchange(retained->door, -1));
  retained->open = false;
}

int ask_listener() {
  const RetainedAskDoor* const retained = find_door();
  return retained ? retained->listener : -1;
}

int ask_door() {
  const RetainedAskDoor* const retained = find_door();
  return retained ? retained->door : -1;
}

bool leads_to_ask_door(const apr_sockaddr_t* local_address) {
  if (!local_address || local_address->family != APR_UNIX) return false;
  const RetainedAskDoor* const retained = find_door();
  return retained && std::strncmp(local_address->sa.unx.sun_path, retained->path, sizeof retained->path) == 0;
}

// A gateway that can be debugged shows the listener's descriptor to every process of its user.
std::optional<RunningGateway> gateway_that_asks(int connection) {
  const RetainedAskDoor* const retained = find_door();
  const RetainedGateways* const gateways = find_retained_gateways();
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool known = retained && gateways && ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (!known || peer.uid != retained->user) return std::nullopt;
  return find_on_board(*gateways->board_view, peer.pid);
}

void close_parents_ask_door() {
  RetainedAskDoor* const retained = find_door();
  if (!retained) return;
  ::close(std::exchange(retained->listener, -1));
  ::close(std::exchange(retained->door, -1));
  // `open` stays: this child still has httpd's own copy of the listener, and must know its connections.
}

} // namespace rtmpt_proxy::apache
