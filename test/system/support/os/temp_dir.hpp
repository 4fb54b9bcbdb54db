// SPDX-License-Identifier: Apache-2.0
// A directory for one test's files.
#pragma once

#include <filesystem>

namespace rtmpt_proxy::test {

// Made under the system's temporary directory, readable for all users (httpd's children are not root). Removed with
// the object, unless the test case has failed: then it stays and its name is printed.
class TempDir {
 public:
  enum class OnFailure { keep, remove };

  explicit TempDir(OnFailure on_failure = OnFailure::keep);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  OnFailure on_failure_;
  std::filesystem::path path_;
};

} // namespace rtmpt_proxy::test
