// SPDX-License-Identifier: Apache-2.0
#include "gateway/hub/stream_mailbox.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::protocol;

namespace {

SharedSegment mail(std::uint64_t number, bool is_entrance, std::size_t bytes = 10) {
  auto made = std::make_shared<Segment>();
  made->number = number;
  made->is_entrance = is_entrance;
  made->rtmp.assign(bytes, 'x');
  return made;
}

// 0: the publisher has left.
std::vector<std::uint64_t> numbers_in(const StreamMailbox& box) {
  std::vector<std::uint64_t> all;
  for (const SharedSegment& item : box.items())
    all.push_back(item ? item->number : 0);
  return all;
}

using Numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("Mail stays in its order") {
  StreamMailbox box;
  box.put(nullptr);
  box.put(nullptr);
  box.put(mail(1, true));
  box.put(mail(2, false));
  box.put(nullptr);
  box.put(mail(3, true));
  CHECK(numbers_in(box) == Numbers{0, 1, 2, 0, 3});
  CHECK(box.bytes() == 30);
}

TEST_CASE("A mailbox that is full keeps what came since the newest entrance") {
  constexpr std::size_t kHalf = StreamMailbox::kMostBytes / 2;
  StreamMailbox box;
  box.put(mail(1, true, kHalf));
  box.put(mail(2, false));
  box.put(mail(3, true));
  box.put(mail(4, false, kHalf));
  CHECK(numbers_in(box) == Numbers{3, 4});
  CHECK(box.bytes() == kHalf + 10);
  box.put(nullptr);
  CHECK(numbers_in(box) == Numbers{3, 4, 0});
  // Nothing is gained at the entrance any more.
  box.put(mail(5, false, kHalf));
  CHECK(numbers_in(box) == Numbers{5});
  // A single one may be larger.
  box.put(mail(6, true, 3 * kHalf));
  CHECK(numbers_in(box) == Numbers{6});
  CHECK(box.bytes() == 3 * kHalf);
}

TEST_CASE("A mailbox has a bound for tiny segments, too") {
  StreamMailbox box;
  for (std::uint64_t number = 1; number <= 100000; ++number) {
    box.put(mail(number, number % 5000 == 1, 1));
    if (number % 3 == 0) box.put(nullptr);
    if (box.items().size() > StreamMailbox::kMostItems + 1) FAIL("it grows");
  }
  CHECK(numbers_in(box).back() == 100000);
}
