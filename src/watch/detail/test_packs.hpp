// SPDX-License-Identifier: Apache-2.0
// For tests over the repository's own packs: their world, loaded once, and the same world with
// another catalog.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "watch/world.hpp"

#ifndef CAIRN_SOURCE_DIR  // when the header is compiled alone
#define CAIRN_SOURCE_DIR "."
#endif

namespace cairn::watch::detail {

class PacksTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (world_ != nullptr) return;
    const auto files = system_files();
    auto loaded = load_world(*files, {.root = CAIRN_SOURCE_DIR}, {});
    ASSERT_TRUE(loaded.has_value()) << to_string(loaded.error());
    world_ = *loaded;
  }

  // The world with another catalog over the same facts. `odd`: the catalog may be one that
  // `cairn check` refuses.
  static World with(std::shared_ptr<const model::Catalog> catalog, bool odd = false) {
    World world = *world_;
    Problems problems;
    world.library = formula::Library::build(catalog, problems);
    for (const Error& error : problems.errors) EXPECT_TRUE(odd) << to_string(error);
    world.workspace.catalog = catalog;
    world.snapshot.catalog = std::move(catalog);
    return world;
  }

  static inline std::shared_ptr<const World> world_;  // shared: as load_world gives it
};

}  // namespace cairn::watch::detail
