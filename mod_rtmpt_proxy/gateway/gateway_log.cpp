#include "gateway_log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <mutex>
#include <string_view>

#include <unistd.h>

namespace rtmpt_proxy::gateway {

namespace {

// httpd's names for levels, so that one pattern finds warnings of both programs.
class HttpdLevelName final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    constexpr std::array<std::string_view, 7> kNames{"trace1", "debug", "info", "warn", "error", "crit", "off"};
    const std::string_view name = kNames.at(static_cast<std::size_t>(message.level));
    out.append(name.data(), name.data() + name.size());
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<HttpdLevelName>(); }
};

spdlog::level::level_enum level_from_httpd(std::uint8_t level) {
  if (level <= 2) return spdlog::level::critical;
  if (level == 3) return spdlog::level::err;
  if (level == 4) return spdlog::level::warn;
  if (level <= 6) return spdlog::level::info;
  return level == 7 ? spdlog::level::debug : spdlog::level::trace;
}

} // namespace

// A full disk or a dead pipe loses log lines, never a stream: a failed write is not tried again.
class GatewayLog::DescriptorSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  DescriptorSink() = default;
  ~DescriptorSink() override { replace(-1); }
  DescriptorSink(const DescriptorSink&) = delete;
  DescriptorSink& operator=(const DescriptorSink&) = delete;

  void use(int descriptor) {
    const std::lock_guard<std::mutex> lock(mutex_);
    replace(descriptor);
  }

 private:
  void replace(int descriptor) {
    if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
    descriptor_ = descriptor;
  }

  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    [[maybe_unused]] const ssize_t written = ::write(descriptor_, line.data(), line.size());
  }
  void flush_() override {}

  int descriptor_ = STDERR_FILENO;
};

GatewayLog::GatewayLog()
    : sink_(std::make_shared<DescriptorSink>()), logger_(std::make_shared<spdlog::logger>("rtmpt_gateway", sink_)) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<HttpdLevelName>('*').set_pattern("[%a %b %d %H:%M:%S.%f %Y] [rtmpt_gateway:%*] [pid %P] %v");
  logger_->set_formatter(std::move(formatter));
  logger_->set_level(spdlog::level::info);
}

GatewayLog::~GatewayLog() = default;

void GatewayLog::use(int descriptor) {
  if (descriptor >= 0) sink_->use(descriptor);
}

void GatewayLog::set_level(std::uint8_t httpd_level) {
  logger_->set_level(level_from_httpd(httpd_level));
}

} // namespace rtmpt_proxy::gateway
