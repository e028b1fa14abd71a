// SPDX-License-Identifier: Apache-2.0
// The console's files: served as they lie in one directory.
#pragma once

#include <string>
#include <string_view>

#include "core/seams.hpp"
#include "server/message.hpp"

namespace cairn::server {

class StaticFiles {
 public:
  // `directory` may be empty or missing: then a page says how to build the console.
  StaticFiles(const Files& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  // Path and query as sent. What names no file and has no extension is a page of the console, whose
  // address stands behind the hash: /plan/panxi leads to /#/plan/panxi.
  Response get(std::string_view path, std::string_view query) const;

 private:
  const Files& files_;
  std::string directory_;
};

// "text/html; charset=utf-8" for "a.html"; application/octet-stream for what is not known.
std::string_view media_type_of(std::string_view name);

}  // namespace cairn::server
