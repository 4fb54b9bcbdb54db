// SPDX-License-Identifier: Apache-2.0
// What `rtmptctl top` shows at one moment.
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rtmpt_proxy::control {

enum class Sort : std::uint8_t { rate, age, client, host, stream };

// "rate", "age" and so on; the first is the default. The first letter is the key that chooses it.
const std::vector<std::string>& sort_names();
// The order of this name, or of the name that begins with this letter; rate for any other.
Sort find_sort(std::string_view name);

struct LiveOrder {
  std::chrono::seconds interval{1}; // between two looks
  Sort sort = Sort::rate;
  bool once = false; // one page, without a terminal's help
};

struct PageSize {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

// The page's lines, at most as many as `size` has rows, each at most as long as it has columns. `document` is the
// gateway's state; `problem` says why it is not of now, and is empty when it is. Every text of a client is escaped.
std::vector<std::string> live_page(const boost::json::object& document, Sort sort, const PageSize& size,
                                   const std::string& problem);

// The same with all sessions and without the line about keys: for a file or a pipe.
std::string plain_page(const boost::json::object& document, Sort sort);

} // namespace rtmpt_proxy::control
