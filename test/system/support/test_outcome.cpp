// SPDX-License-Identifier: Apache-2.0
#include "support/test_outcome.hpp"

#define CATCH_CONFIG_EXTERNAL_INTERFACES // listeners
#include <catch2/catch.hpp>

#include <exception>
#include <string>

namespace rtmpt_proxy::test {

namespace {

// Catch tells listeners about assertions, and offers no way to ask; the flag lives in a function because a listener is
// made by Catch and out of reach.
bool& failure_flag() {
  static bool failed = false;
  return failed;
}

struct OutcomeListener : Catch::TestEventListenerBase {
  using TestEventListenerBase::TestEventListenerBase;
  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    TestEventListenerBase::testCaseStarting(info);
    test_case_ = info.name;
  }
  // A test case with generators runs several times; each time begins with a section of its own name.
  void sectionStarting(const Catch::SectionInfo& info) override {
    TestEventListenerBase::sectionStarting(info);
    if (info.name == test_case_) failure_flag() = false;
  }
  bool assertionEnded(const Catch::AssertionStats& stats) override {
    if (!stats.assertionResult.isOk()) failure_flag() = true;
    return TestEventListenerBase::assertionEnded(stats);
  }

 private:
  std::string test_case_;
};

CATCH_REGISTER_LISTENER(OutcomeListener)

} // namespace

bool current_test_failed() {
  return failure_flag() || std::uncaught_exceptions() > 0;
}

} // namespace rtmpt_proxy::test
