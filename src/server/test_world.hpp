// SPDX-License-Identifier: Apache-2.0
// The repository's own regions and packs, loaded once for the tests that read them.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

#include "watch/world.hpp"

#ifndef CAIRN_SOURCE_DIR  // when the header is compiled alone
#define CAIRN_SOURCE_DIR "."
#endif

namespace cairn::server {

inline const std::shared_ptr<const watch::World>& shared_test_world() {
  static const std::shared_ptr<const watch::World> world = [] {
    const auto files = system_files();
    auto loaded = watch::load_world(*files, {.root = CAIRN_SOURCE_DIR, .home = "panxi"}, {});
    if (!loaded) {
      ADD_FAILURE() << to_string(loaded.error());
      std::abort();
    }
    return *loaded;
  }();
  return world;
}
inline const watch::World& test_world() {
  return *shared_test_world();
}

inline Instant test_date() {
  return parse_instant("2026-01-01T00:00:00+08:00").value();
}

}  // namespace cairn::server
