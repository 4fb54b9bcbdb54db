// SPDX-License-Identifier: Apache-2.0
#include <rtmpt_proxy/protocol/media/gop_cache.hpp>

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

using namespace rtmpt_proxy::protocol;

namespace {

SharedSegment segment(std::uint64_t number, bool is_entrance, std::size_t bytes = 10, std::size_t pictures = 1) {
  auto made = std::make_shared<Segment>();
  made->number = number;
  made->is_entrance = is_entrance;
  made->rtmp.assign(bytes, 'x');
  made->pictures = pictures;
  return made;
}

std::vector<std::uint64_t> numbers(const GopCache& cache) {
  std::vector<std::uint64_t> all;
  for (const auto& kept : cache.segments())
    all.push_back(kept->number);
  return all;
}

using Numbers = std::vector<std::uint64_t>;

} // namespace

TEST_CASE("What has come since the last entrance is kept") {
  GopCache cache(100);
  cache.add(segment(1, false));
  CHECK(cache.segments().empty());
  cache.add(segment(2, true));
  cache.add(segment(3, false));
  CHECK(numbers(cache) == Numbers{2, 3});
  cache.add(segment(4, true));
  CHECK(numbers(cache) == Numbers{4});
  CHECK(cache.bytes() == 10);
  cache.clear();
  CHECK(cache.segments().empty());
  cache.add(segment(5, false));
  CHECK(cache.segments().empty());
}

TEST_CASE("When there is too much, nothing is kept until the next entrance") {
  struct Row {
    std::size_t limit_bytes;
    std::size_t bytes;
    std::size_t pictures;
  };
  const auto row = GENERATE(values<Row>({{100, 91, 1}, {100, 10, GopCache::kMostPictures}, {0, 1, 1}}));
  GopCache cache(row.limit_bytes);
  cache.add(segment(1, true));
  cache.add(segment(2, false, row.bytes, row.pictures));
  cache.add(segment(3, false, 1));
  CHECK(cache.segments().empty());
  CHECK(cache.bytes() == 0);
  cache.add(segment(4, true));
  CHECK(cache.segments().size() == (row.limit_bytes > 0 ? 1 : 0));
}

TEST_CASE("A stream whose segments are tiny cannot fill the memory") {
  GopCache cache(1 << 20);
  cache.add(segment(1, true));
  std::size_t most = 0;
  for (std::uint64_t number = 2; number < 10000; ++number) {
    cache.add(segment(number, false, 1, 0));
    most = std::max(most, cache.segments().size());
  }
  CHECK(most <= GopCache::kMostSegments);
}

TEST_CASE("What a kept segment grows by counts as well") {
  auto made = std::make_shared<Segment>();
  made->is_entrance = true;
  for (int i = 0; i < 1000; ++i)
    append_to(*made, MediaKind::audio, 0, "s");
  GopCache cache(2 * made->bytes());
  cache.add(made);
  CHECK(cache.bytes() == made->bytes());
  REQUIRE(made->flv().tags().size() == 16000);
  cache.add(segment(2, false));
  CHECK(cache.bytes() >= made->bytes() + 16000);
  CHECK(numbers(cache) == Numbers{0, 2});
  cache.add(segment(3, false, 2 * made->bytes() - cache.bytes()));
  CHECK(numbers(cache) == Numbers{0, 2, 3});
  cache.add(segment(4, false, 1));
  CHECK(cache.segments().empty());
}
