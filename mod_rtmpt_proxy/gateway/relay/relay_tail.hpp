// SPDX-License-Identifier: Apache-2.0
// The last bytes that a client has sent on a relayed connection.
#pragma once

#include "gateway/base/input_budget.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rtmpt_proxy::gateway {

// httpd may have read fewer bytes than were sent to it when it gives the client to a session. The rest is here.
class RelayTail {
 public:
  // More than can be on the way to httpd: see HttpdLine::connect().
  static constexpr std::size_t kBytes = 128u << 10;

  // `budget` counts the bytes, and outlives them.
  explicit RelayTail(InputBudget& budget) : budget_(budget) {}
  ~RelayTail() { budget_.change(counted_bytes_, 0); }
  RelayTail(const RelayTail&) = delete;
  RelayTail& operator=(const RelayTail&) = delete;

  // The client has sent `bytes` behind those before. When all relays together keep too much, none of them is kept.
  void add(std::string_view bytes) {
    total_ += bytes.size();
    if (budget_.is_over_for(kept_.size() + bytes.size())) return forget();
    kept_.append(bytes);
    if (kept_.size() > kBytes + kSpareBytes) kept_.erase(0, kept_.size() - kBytes);
    count();
  }

  // httpd has taken everything.
  void forget() {
    std::string().swap(kept_); // an assignment would keep the memory
    count();
  }

  // All bytes that the client has sent.
  std::uint64_t total() const { return total_; }
  bool is_empty() const { return kept_.empty(); }

  // What the client has sent behind its first `taken` bytes. Unset when it has not sent as many, or more than kBytes
  // behind them, or when they are not kept.
  std::optional<std::string_view> behind(std::uint64_t taken) const {
    if (taken > total_ || total_ - taken > kBytes || total_ - taken > kept_.size()) return std::nullopt;
    return std::string_view(kept_).substr(kept_.size() - static_cast<std::size_t>(total_ - taken));
  }

 private:
  // So much more is kept before the beginning is thrown away, which moves the rest.
  static constexpr std::size_t kSpareBytes = kBytes / 4;

  void count() {
    budget_.change(counted_bytes_, kept_.capacity());
    counted_bytes_ = kept_.capacity();
  }

  InputBudget& budget_;
  std::string kept_;
  std::size_t counted_bytes_ = 0;
  std::uint64_t total_ = 0;
};

} // namespace rtmpt_proxy::gateway
