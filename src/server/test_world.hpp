// SPDX-License-Identifier: Apache-2.0
// The repository's own regions and packs, loaded once for the tests that read them.
#pragma once

#include <gtest/gtest.h>

#include "watch/world.hpp"

namespace cairn::server {

inline const watch::World& test_world() {
  static const std::shared_ptr<const watch::World> world = [] {
    const auto files = system_files();
    auto loaded = watch::load_world(*files, {.root = CAIRN_SOURCE_DIR, .home = "panxi"}, {});
    if (!loaded) {
      ADD_FAILURE() << to_string(loaded.error());
      std::abort();
    }
    return *loaded;
  }();
  return *world;
}

inline Instant test_date() {
  return parse_instant("2026-01-01T00:00:00+08:00").value();
}

}  // namespace cairn::server
