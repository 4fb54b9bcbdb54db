// SPDX-License-Identifier: Apache-2.0
// Lookups of names: how many, how long their answers are used, and what happens when none comes.
#include "gateway/backends/name_resolver.hpp"
#include "slow_names.hpp"
#include "test/support/deadline.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace rtmpt_proxy::gateway;
using namespace rtmpt_proxy::test;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

bool happens(boost::asio::io_context& loop, const std::function<bool()>& condition) {
  for (const auto deadline = steady_clock::now() + kPatience; !condition() && steady_clock::now() < deadline;) {
    loop.run_one_for(20ms);
    loop.restart();
  }
  return condition();
}

NameRules rules_of(const SlowNames& names) {
  NameRules rules;
  rules.look_up = names.look_up();
  rules.found_life = rules.no_such_name_life = rules.failed_life = 1h;
  return rules;
}

} // namespace

TEST_CASE("However many ask for a name it is looked up once, and all get the answer", "[names]") {
  SlowNames names;
  names.answer("media", found("192.0.2.1"));
  names.hold("media");
  boost::asio::io_context loop;
  NameResolver resolver(rules_of(names));
  std::vector<std::shared_ptr<Inquiry>> asked;
  for (int i = 0; i < 1000; ++i) {
    asked.push_back(std::make_shared<Inquiry>(loop));
    CHECK_FALSE(resolver.ask("media", asked.back()));
  }
  asked.erase(asked.begin(), asked.begin() + 500); // those have given up
  names.let_go();
  CHECK(happens(loop, [&] { return asked.back()->answer.has_value(); }));
  for (const auto& inquiry : asked) {
    REQUIRE(inquiry->answer);
    CHECK(inquiry->answer->addresses == found("192.0.2.1").addresses);
  }
  const auto at_once = resolver.ask("media", std::make_shared<Inquiry>(loop));
  REQUIRE(at_once);
  CHECK(at_once->status == LookupStatus::found);
  CHECK(names.lookups("media") == 1);
}

TEST_CASE("Answers are used for as long as the rules say, failures too", "[names]") {
  const Lookup answer = GENERATE(found("192.0.2.1"), no_such_name(), failed("no server"));
  CAPTURE(static_cast<int>(answer.status));
  const bool lives = GENERATE(true, false);
  CAPTURE(lives);
  SlowNames names;
  names.answer("media", answer);
  NameRules rules = rules_of(names);
  if (!lives) rules.found_life = rules.no_such_name_life = rules.failed_life = 0ms;
  boost::asio::io_context loop;
  NameResolver resolver(rules);
  for (std::size_t round = 1; round <= 3; ++round) {
    const auto inquiry = std::make_shared<Inquiry>(loop);
    std::optional<Lookup> told = resolver.ask("media", inquiry);
    CHECK(told.has_value() == (lives && round > 1));
    if (!told) {
      REQUIRE(happens(loop, [&] { return inquiry->answer.has_value(); }));
      told = inquiry->answer;
    }
    CHECK(told->status == answer.status);
    CHECK(told->failure == answer.failure);
    CHECK(names.lookups("media") == (lives ? 1 : round));
  }
}

TEST_CASE("While name servers fail a name keeps its last addresses, and loses them when it is gone", "[names]") {
  SlowNames names;
  NameRules rules = rules_of(names);
  rules.found_life = rules.no_such_name_life = rules.failed_life = 0ms;
  boost::asio::io_context loop;
  NameResolver resolver(rules);
  const auto asked = [&](const Lookup& answer) {
    names.answer("media", answer);
    const auto inquiry = std::make_shared<Inquiry>(loop);
    CHECK_FALSE(resolver.ask("media", inquiry));
    REQUIRE(happens(loop, [&] { return inquiry->answer.has_value(); }));
    return *inquiry->answer;
  };
  CHECK(asked(failed("no server")).status == LookupStatus::failed);
  CHECK_FALSE(resolver.last_found("media"));
  CHECK(asked(found("192.0.2.1")).status == LookupStatus::found);
  CHECK(asked(failed("no server")).addresses == found("192.0.2.1").addresses);
  CHECK(resolver.last_found("media")->addresses == found("192.0.2.1").addresses);
  CHECK(asked(found("192.0.2.2")).addresses == found("192.0.2.2").addresses);
  CHECK(asked(no_such_name()).status == LookupStatus::no_such_name);
  CHECK_FALSE(resolver.last_found("media"));
  CHECK(asked(failed("no server")).status == LookupStatus::failed);
}

TEST_CASE("Threads and waiting names are bounded, and a name for which there is no place is told so", "[names]") {
  constexpr std::size_t kNames = 200;
  SlowNames names;
  for (std::size_t i = 0; i < kNames; ++i)
    names.hold("media" + std::to_string(i));
  boost::asio::io_context loop;
  NameResolver resolver(rules_of(names));
  std::size_t refused = 0;
  std::vector<std::shared_ptr<Inquiry>> asked;
  for (std::size_t i = 0; i < kNames; ++i) {
    asked.push_back(std::make_shared<Inquiry>(loop));
    if (const auto told = resolver.ask("media" + std::to_string(i), asked.back())) {
      ++refused;
      CHECK(told->status == LookupStatus::failed);
      CHECK(told->failure == "too many names are being looked up");
    }
  }
  CHECK(refused >= kNames - NameResolver::kMostThreads - NameResolver::kMostQueued);
  CHECK(refused <= kNames - NameResolver::kMostQueued);
  CHECK(happens(loop, [&] { return names.under_way() == NameResolver::kMostThreads; }));
  names.let_go();
  CHECK(happens(loop, [&] {
    std::size_t answered = 0;
    for (const auto& inquiry : asked)
      answered += inquiry->answer ? 1 : 0;
    return answered == kNames - refused;
  }));
  CHECK(names.most_under_way() == NameResolver::kMostThreads);
}

TEST_CASE("A resolver that is stopped leaves a lookup under way alone, and its end harms nobody", "[names]") {
  SlowNames names;
  names.hold("media");
  {
    boost::asio::io_context loop;
    const auto inquiry = std::make_shared<Inquiry>(loop);
    NameResolver resolver(rules_of(names));
    CHECK_FALSE(resolver.ask("media", inquiry));
    CHECK(happens(loop, [&] { return names.under_way() == 1; }));
    const auto began = steady_clock::now();
    resolver.stop();
    CHECK(steady_clock::now() - began < 5s); // it does not wait
    CHECK(resolver.ask("other", inquiry)->status == LookupStatus::failed);
  }
  names.let_go(); // the loop is gone
  boost::asio::io_context other;
  CHECK(happens(other, [&] { return names.under_way() == 0; }));
}

TEST_CASE("The system's lookup knows this machine's own name, and tells a name that is none", "[names]") {
  const Lookup own = look_up_with_system("localhost");
  CHECK(own.status == LookupStatus::found);
  REQUIRE_FALSE(own.addresses.empty());
  CHECK(own.addresses.front().is_loopback());
  const Lookup none = look_up_with_system("not a name");
  CHECK(none.status != LookupStatus::found);
  CHECK_FALSE(none.failure.empty());
}
