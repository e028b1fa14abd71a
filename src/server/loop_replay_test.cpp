// SPDX-License-Identifier: Apache-2.0
// Every pack of this repository through the whole loop.
#include "server/loop_replay.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/text.hpp"
#include "server/test_world.hpp"

namespace cairn::server {
namespace {

// Of one run; gone at the end.
class Scratch {
 public:
  Scratch() {
    std::string name = testing::TempDir() + "loop-replay-XXXXXX";
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

watch::ReplayReport replay(const watch::World& world, const std::string& pack) {
  const Scratch scratch;
  auto report = LoopReplay::make(world).replay(pack, scratch.path());
  EXPECT_TRUE(report.has_value()) << pack << ": " << to_string(report.error());
  return report ? std::move(*report) : watch::ReplayReport{};
}

// The repository's world with one pack changed.
watch::World changed(const std::string& pack, const std::function<void(model::Catalog&)>& change) {
  watch::World world = test_world();
  auto catalog = std::make_shared<model::Catalog>(*world.workspace.catalog);
  change(*catalog);
  EXPECT_NE(catalog->pack(pack), nullptr);
  Problems problems;
  world.library = formula::Library::build(catalog, problems);
  EXPECT_TRUE(problems.ok());
  world.workspace.catalog = catalog;
  world.snapshot.catalog = catalog;
  return world;
}

model::PackDef& pack_of(model::Catalog& catalog, std::string_view id) {
  return *std::ranges::find(catalog.packs, id, &model::PackDef::id);
}
model::RuleDef& rule_of(model::Catalog& catalog, std::string_view id) {
  return *std::ranges::find(catalog.rules, id, &model::RuleDef::id);
}

std::vector<std::string> failed(const watch::ReplayReport& report) {
  std::vector<std::string> out;
  for (const watch::ReplayLine& line : report.lines) {
    if (!line.passed) out.push_back(line.what);
  }
  return out;
}

TEST(LoopReplay, EveryPackGivesWhatItDeclaresThroughTheWholeLoop) {
  const LoopReplay loop = LoopReplay::make(test_world());
  for (const model::PackDef& pack : test_world().workspace.catalog->packs) {
    if (pack.series.empty()) continue;
    const Scratch scratch;
    const auto report = loop.replay(pack.id, scratch.path());
    ASSERT_TRUE(report.has_value()) << pack.id << ": " << to_string(report.error());
    for (const watch::ReplayLine& line : report->lines) {
      EXPECT_TRUE(line.passed) << pack.id << ": " << line.place << " " << line.what << " "
                               << line.region << " " << line.at << ": expected " << line.expected
                               << ", got " << line.actual << " (" << line.reason << ")";
    }
  }
}

TEST(LoopReplay, NoticesAnIncidentThatIsNotDeclared) {
  const watch::World world = changed("greenhouse", [](model::Catalog& catalog) {
    std::erase_if(pack_of(catalog, "greenhouse").replay,
                  [](const auto& line) { return line.incident == "crop_danger"; });
  });
  EXPECT_EQ(failed(replay(world, "greenhouse")), std::vector<std::string>{"incident crop_danger"});
}

TEST(LoopReplay, NoticesAnIncidentOfAnotherKindOrTime) {
  const watch::World other = changed("greenhouse", [](model::Catalog& catalog) {
    rule_of(catalog, "greenhouse_frost").response.incident = "flood";
  });
  const auto lines = failed(replay(other, "greenhouse"));
  EXPECT_EQ(lines, (std::vector<std::string>{"incident crop_danger", "incident flood"}));
  const watch::World later = changed("greenhouse", [](model::Catalog& catalog) {
    rule_of(catalog, "greenhouse_frost").when = "air_temperature < 3 Cel";
  });
  const auto late = failed(replay(later, "greenhouse"));
  EXPECT_NE(std::ranges::find(late, "incident crop_danger"), late.end());
}

// One group takes what of one hazard lies in one county: two hazards open two incidents.
TEST(LoopReplay, RulesOfOneHazardShareAnIncident) {
  const watch::World apart = changed("scenic-area", [](model::Catalog& catalog) {
    rule_of(catalog, "scenic_full").response.hazard = "scenic_full_only";
  });
  EXPECT_EQ(failed(replay(apart, "scenic-area")),
            std::vector<std::string>{"incident scenic_crowding"});
}

TEST(LoopReplay, KnowsNoPackOfAnotherName) {
  EXPECT_EQ(LoopReplay::make(test_world()).run("nowhere", ".").error().code, Code::not_found);
}

}  // namespace
}  // namespace cairn::server
