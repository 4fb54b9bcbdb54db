// SPDX-License-Identifier: Apache-2.0
#include "module/core/file_place.hpp"

#include "local/error_text.hpp"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

namespace rtmpt_proxy::apache {

namespace {

PlaceProblem problem(std::string reason, int error) {
  return {std::move(reason) + local::error_text(error), error == EACCES || error == EPERM};
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.find_last_not_of('/', path.rfind('/'));
  return slash == std::string::npos ? "/" : path.substr(0, slash + 1);
}

} // namespace

PlaceProblem problem_of_directory(const std::string& path) {
  const std::string directory = directory_of(path);
  struct stat file {};
  if (::stat(directory.c_str(), &file) != 0)
    return problem("expected a directory '" + directory + "' to make it in: ", errno);
  if (!S_ISDIR(file.st_mode)) return {"expected '" + directory + "' to be a directory to make it in", false};
  if (::access(directory.c_str(), W_OK | X_OK) != 0)
    return problem("expected the right to make files in the directory '" + directory + "': ", errno);
  return {};
}

PlaceProblem problem_of_appending(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0)
    return errno == ENOENT || errno == ENOTDIR ? problem_of_directory(path) : problem("expected a file: ", errno);
  if (S_ISDIR(file.st_mode)) return {"it is a directory, expected a file", false};
  if (::access(path.c_str(), W_OK) != 0) return problem("expected the right to write to it: ", errno);
  return {};
}

PlaceProblem problem_of_executing(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) return problem("expected an executable file: ", errno);
  if (!S_ISREG(file.st_mode)) return {"it is no regular file, expected an executable one", false};
  if (::access(path.c_str(), X_OK) != 0) return problem("expected an executable file: ", errno);
  return {};
}

} // namespace rtmpt_proxy::apache
