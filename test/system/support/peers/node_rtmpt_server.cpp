// SPDX-License-Identifier: Apache-2.0
#include "support/peers/node_rtmpt_server.hpp"

#include "support/clients/byte_stream.hpp"
#include "support/os/built.hpp"
#include "support/os/free_port.hpp"
#include "support/os/text_file.hpp"
#include "support/test_outcome.hpp"

#include <catch2/catch.hpp>

namespace rtmpt_proxy::test {

namespace fs = std::filesystem;

namespace {

// Takes the place of the package's own file. The server listens on every address, and has no setting for that.
constexpr const char* kConfig = R"(const net = require('net');
const dgram = require('dgram');

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, address, ...rest) {
  return typeof port === 'number' ? listen.call(this, port, '127.0.0.1', ...rest) : listen.call(this, port, address, ...rest);
};
const bind = dgram.Socket.prototype.bind;
dgram.Socket.prototype.bind = function (port) { return bind.call(this, port, '127.0.0.1'); };

const any = 0;
module.exports = Object.assign(require('./config_as_published'), {
  serverPort: @RTMPT_PORT@,
  rtmpServerPort: @RTMP_PORT@,
  liveApplicationName: 'live',
  // As published it waits for five messages, and loses the last ones of a publisher that ends without an end of sequence.
  rtmpMessageQueueSize: 1,
  receiverType: 'unix',
  videoControlReceiverPath: '@ROOT@/video_control', audioControlReceiverPath: '@ROOT@/audio_control',
  videoDataReceiverPath: '@ROOT@/video_data', audioDataReceiverPath: '@ROOT@/audio_data',
  audioRTPServerPort: any, audioRTCPServerPort: any, videoRTPServerPort: any, videoRTCPServerPort: any,
  rtspVideoDataUDPListenPort: any, rtspVideoControlUDPListenPort: any,
  rtspAudioDataUDPListenPort: any, rtspAudioControlUDPListenPort: any,
});
)";

constexpr std::chrono::seconds kStartTime{20};

// Copies the installed packages to `root` and returns the server's folder there.
fs::path copy_package(const fs::path& root) {
  const fs::path installed = built::node_modules();
  const auto name = fs::path("node-rtsp-rtmp-server");
  if (!fs::exists(installed / name / "server.js")) {
    throw std::runtime_error((installed / name).string() + " is not there: scripts/test installs it");
  }
  fs::copy(installed, root / "node_modules", fs::copy_options::recursive);
  const auto folder = root / "node_modules" / name;
  fs::rename(folder / "config.js", folder / "config_as_published.js");
  return folder;
}

} // namespace

NodeRtmptServer::NodeRtmptServer() : NodeRtmptServer(free_port()) {}

NodeRtmptServer::NodeRtmptServer(std::uint16_t rtmpt_port) : rtmpt_port_(rtmpt_port), rtmp_port_(free_port()) {
  const auto folder = copy_package(dir_.path());
  auto config = replace_all(kConfig, "@ROOT@", dir_.path().string());
  config = replace_all(config, "@RTMPT_PORT@", std::to_string(rtmpt_port_));
  config = replace_all(config, "@RTMP_PORT@", std::to_string(rtmp_port_));
  write_file(folder / "config.js", config);
  const auto output = dir_.path() / "log";
  // It uses RC4 and other algorithms that OpenSSL 3 calls legacy.
  process_.emplace(Command{{"node", "--openssl-legacy-provider", "server.js"}, output, output, folder});
  const auto up = [this] {
    if (!process_->running()) throw std::runtime_error("node-rtsp-rtmp-server ended while it started:\n" + log());
    return accepts(rtmpt_port_) && accepts(rtmp_port_);
  };
  if (!happens(up, Deadline(kStartTime))) {
    throw TimedOut("node-rtsp-rtmp-server does not accept connections:\n" + log());
  }
}

NodeRtmptServer::~NodeRtmptServer() {
  if (!process_->running()) FAIL_CHECK("node-rtsp-rtmp-server has crashed");
  if (current_test_failed()) WARN("the log of node-rtsp-rtmp-server ends:\n" << log());
}

std::string NodeRtmptServer::stream_url(const std::string& name) const {
  return "rtmp://127.0.0.1:" + std::to_string(rtmp_port_) + "/live/" + name;
}

void NodeRtmptServer::wait_for_stream(const std::string& name, Deadline deadline) const {
  const auto line = "[rtmp] publish: stream=live/" + name + " ";
  const auto published = [&] { return read_file(dir_.path() / "log").find(line) != std::string::npos; };
  eventually("stream '" + name + "' is published to node-rtsp-rtmp-server", published, deadline);
}

std::string NodeRtmptServer::log() const {
  return tail_of(dir_.path() / "log");
}

} // namespace rtmpt_proxy::test
