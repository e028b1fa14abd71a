// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace cairn::detail {

// Of "a/b/c" it is "a/b", of "c" it is ".".
inline std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace cairn::detail
