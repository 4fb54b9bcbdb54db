// SPDX-License-Identifier: Apache-2.0
// A queue in which addresses take turns, so that one with many entries does not make the others wait.
#pragma once

#include <cstddef>
#include <deque>
#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace rtmpt_proxy::gateway {

// The entries of one address keep their order. Not thread-safe.
template <class Entry>
class TurnsByAddress {
 public:
  TurnsByAddress() = default;
  TurnsByAddress(const TurnsByAddress&) = delete;
  TurnsByAddress& operator=(const TurnsByAddress&) = delete;

  bool empty() const { return lines_.empty(); }
  std::size_t size() const { return size_; }

  void add(const std::string& address, Entry entry) {
    const auto [place, is_new] = by_address_.try_emplace(address);
    if (is_new) place->second = lines_.insert(lines_.end(), {address, {}});
    place->second->entries.push_back(std::move(entry));
    ++size_;
  }

  // The first entry of the address in turn, which then goes to the end. There must be one.
  Entry take() {
    Line& line = lines_.front();
    Entry entry = std::move(line.entries.front());
    line.entries.pop_front();
    --size_;
    if (line.entries.empty()) {
      by_address_.erase(line.address);
      lines_.pop_front();
    } else {
      lines_.splice(lines_.end(), lines_, lines_.begin());
    }
    return entry;
  }

 private:
  struct Line {
    std::string address;
    std::deque<Entry> entries; // not empty
  };

  std::list<Line> lines_; // the next address in turn at the front
  std::unordered_map<std::string, typename std::list<Line>::iterator> by_address_;
  std::size_t size_ = 0;
};

} // namespace rtmpt_proxy::gateway
