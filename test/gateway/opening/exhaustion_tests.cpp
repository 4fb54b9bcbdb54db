// SPDX-License-Identifier: Apache-2.0
// What the gateway lacks itself is not the media server's fault, and it stops before it lacks it.
#include "gateway/backends/backend_fault.hpp"
#include "gateway/doors/admission.hpp"
#include "opening_rig.hpp"
#include "test/gateway/loops/echo_backend.hpp"
#include "test/gateway/loops/loopback.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <chrono>
#include <optional>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace rtmpt_proxy;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using gateway::BackendFault;
using local::Descriptor;
using protocol::Refusal;

namespace {

// For as long as it lives this process may have so many descriptors open.
class DescriptorLimit {
 public:
  explicit DescriptorLimit(rlim_t most) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit limit{most, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &limit) == 0);
  }
  ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  DescriptorLimit(const DescriptorLimit&) = delete;
  DescriptorLimit& operator=(const DescriptorLimit&) = delete;

 private:
  rlimit before_{};
};

// An address that answers no SYN: nobody accepts there, and its queue is full.
class DeafAddress {
 public:
  DeafAddress() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_.get(), 0) == 0);
    REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    for (int i = 0; i < 3; ++i) {
      waiting_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      ::connect(waiting_.back().get(), reinterpret_cast<const sockaddr*>(&address), size);
    }
    port_ = ntohs(address.sin_port);
  }

  std::uint16_t port() const { return port_; }

 private:
  Descriptor listener_;
  std::vector<Descriptor> waiting_;
  std::uint16_t port_ = 0;
};

} // namespace

TEST_CASE("A gateway without a free descriptor is full, and its media server is not blamed", "[opening]") {
  const EchoBackend backend;
  OpeningRig rig; // which believes that it has many
  const int next = ::dup(0);
  ::close(next);
  std::optional<protocol::GatewayMessage> outcome;
  {
    const DescriptorLimit limit(static_cast<rlim_t>(next));
    outcome = rig.open(admission_for("127.0.0.1", backend.port()));
  }
  CHECK(refused(outcome).reason == Refusal::gateway_full);
  CHECK(refused(outcome).detail == "Too many open files");
  CHECK(rig.loop().counts().failures_at({protocol::BackendKind::rtmp, "127.0.0.1", backend.port()}) == 0);
  const auto later = rig.open(admission_for("127.0.0.1", backend.port()));
  REQUIRE(later);
  CHECK(std::holds_alternative<protocol::Admitted>(*later));
}

TEST_CASE("Opens that wait for a media server count as descriptors, so that they never use up all", "[opening]") {
  constexpr rlim_t kLimit = 128;
  constexpr int kOpens = 300;
  const DeafAddress deaf;
  const DescriptorLimit limit(kLimit);
  OpeningRig rig;
  std::vector<protocol::GatewayMessage> told;
  for (int i = 0; i < kOpens; ++i) {
    protocol::Admission admission = admission_for("127.0.0.1", deaf.port());
    admission.connect_timeout = 5s;
    gateway::open_session(rig.loop(), admission, std::nullopt,
                          [&told](const protocol::GatewayMessage& outcome) { told.push_back(outcome); });
  }
  CHECK(rig.loop().descriptors().used() <= kLimit - gateway::DescriptorBudget::kReserve);
  CHECK(told.size() >= kOpens - (kLimit - gateway::DescriptorBudget::kReserve));
  for (const auto& outcome : told)
    CHECK(refused(outcome).reason == Refusal::gateway_full);
  const std::size_t full = told.size();
  CHECK(full < kOpens);
  CHECK(rig.runs_until([&] { return told.size() == kOpens; }));
  for (std::size_t i = full; i < told.size(); ++i) // these were tried, and it is the server that says nothing
    CHECK(refused(told[i]).reason == Refusal::backend_timeout);
  CHECK(rig.loop().descriptors().used() == 0);
}

TEST_CASE("Whose fault an error of an attempt is", "[opening]") {
  using boost::asio::ip::make_address;
  const boost::asio::ip::tcp::endpoint v4(make_address("192.0.2.1"), 1935);
  const boost::asio::ip::tcp::endpoint v6(make_address("2001:db8::1"), 1935);
  const auto fault = [&](int error, const boost::asio::ip::tcp::endpoint& endpoint) {
    return gateway::fault_of({error, boost::system::system_category()}, endpoint);
  };
  for (const auto& endpoint : {v4, v6}) {
    for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM})
      CHECK(fault(error, endpoint) == BackendFault::gateways);
    for (const int error : {ECONNREFUSED, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, EACCES})
      CHECK(fault(error, endpoint) == BackendFault::backends);
    CHECK(fault(0, endpoint) == BackendFault::none);
  }
  CHECK(fault(EADDRNOTAVAIL, v4) == BackendFault::nobodys);  // no local port is free
  CHECK(fault(EADDRNOTAVAIL, v6) == BackendFault::backends); // nor has this machine IPv6
  CHECK(gateway::gravest(BackendFault::backends, BackendFault::gateways) == BackendFault::gateways);
  CHECK(gateway::gravest(BackendFault::nobodys, BackendFault::backends) == BackendFault::nobodys);
  CHECK(gateway::gravest(BackendFault::none, BackendFault::none) == BackendFault::none);
}
