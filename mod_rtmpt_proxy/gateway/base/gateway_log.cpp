// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/gateway_log.hpp"

#include "gateway/base/log_writer.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include <unistd.h>

#if FMT_VERSION < 100000
template void fmt::detail::vformat_to(fmt::detail::buffer<char>&, fmt::basic_string_view<char>,
                                      fmt::basic_format_args<fmt::buffer_context<char>>, fmt::detail::locale_ref);
#endif

namespace rtmpt_proxy::gateway {

namespace {

constexpr const char* kLoggerName = "rtmpt_gateway";

// Writes httpd's names of levels, so that one search pattern finds warnings of both programs.
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

std::unique_ptr<spdlog::formatter> make_formatter() {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<HttpdLevelName>('*').set_pattern("[%a %b %d %H:%M:%S.%f %Y] [rtmpt_gateway:%*] [pid %P] %v");
  return formatter;
}

} // namespace

// Makes whole lines and gives them to the LogWriter of the present descriptor, so that nobody who logs waits for a
// descriptor.
class GatewayLog::QueueSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  QueueSink() : writer_(std::make_unique<LogWriter>(STDERR_FILENO, loss_line(), lost_lines_)) {}

  void use(int descriptor) {
    const std::lock_guard<std::mutex> lock(mutex_);
    writer_ = std::make_unique<LogWriter>(descriptor, loss_line(), lost_lines_, writer_.get());
  }

  bool flush(std::chrono::milliseconds within) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return writer_->flush(within);
  }

  std::uint64_t lost_lines() const { return *lost_lines_; }

 private:
  static LogWriter::TellLoss loss_line() {
    return [formatter = std::shared_ptr<spdlog::formatter>(make_formatter())](std::uint64_t lost) {
      const std::string text = "RTMPT372: the error log takes lines again; lost were " + std::to_string(lost);
      spdlog::memory_buf_t line;
      formatter->format({kLoggerName, spdlog::level::warn, text}, line);
      return std::string(line.data(), line.size());
    };
  }

  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    writer_->write(std::string(line.data(), line.size()));
  }
  void flush_() override {}

  const std::shared_ptr<std::atomic<std::uint64_t>> lost_lines_ = std::make_shared<std::atomic<std::uint64_t>>(0);
  std::unique_ptr<LogWriter> writer_;
};

GatewayLog::GatewayLog()
    : sink_(std::make_shared<QueueSink>()), logger_(std::make_shared<spdlog::logger>(kLoggerName, sink_)) {
  logger_->set_formatter(make_formatter());
  logger_->set_level(spdlog::level::info);
}

GatewayLog::~GatewayLog() {
  flush(LogWriter::kLastLines);
}

bool GatewayLog::flush(std::chrono::milliseconds within) {
  return sink_->flush(within);
}

void GatewayLog::use(int descriptor) {
  if (descriptor >= 0) sink_->use(descriptor);
}

void GatewayLog::set_level(std::uint8_t httpd_level) {
  logger_->set_level(level_from_httpd(httpd_level));
}

std::uint64_t GatewayLog::lost_lines() const {
  return sink_->lost_lines();
}

} // namespace rtmpt_proxy::gateway
