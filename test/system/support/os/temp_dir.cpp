// SPDX-License-Identifier: Apache-2.0
#include "support/os/temp_dir.hpp"

#include "support/os/system_error.hpp"
#include "support/test_outcome.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

#include <sys/stat.h>

namespace rtmpt_proxy::test {

TempDir::TempDir(OnFailure on_failure) : on_failure_(on_failure) {
  std::string name = (std::filesystem::temp_directory_path() / "rtmpt-test-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) checked(-1, "mkdtemp " + name);
  checked(chmod(name.c_str(), 0755), "chmod " + name);
  path_ = name;
}

TempDir::~TempDir() {
  if (on_failure_ == OnFailure::keep && current_test_failed()) {
    std::fprintf(stderr, "the files of the failed test are in %s\n", path_.c_str());
    return;
  }
  std::error_code ignored; // a file that cannot be removed is no reason to fail the test
  std::filesystem::remove_all(path_, ignored);
}

} // namespace rtmpt_proxy::test
