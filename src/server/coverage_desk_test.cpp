// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_desk.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <future>

#include "server/compress.hpp"
#include "server/detail/coverage_test_world.hpp"

namespace cairn::server {
namespace {

using detail::CoverageService;
using Phase = CoverageDesk::Phase;

class CoverageDeskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(world.failure, "");
    auto made = world.scene();
    ASSERT_TRUE(made.has_value()) << to_string(made.error());
    scene = *made;
    layer = static_cast<std::size_t>(scene->set->layer("any", "5g") - scene->set->layers.data());
  }
  CoverageService world;
  std::shared_ptr<const CoverageScene> scene;
  std::size_t layer = 0;
};

TEST_F(CoverageDeskTest, ALayerIsComputedAsideAndStays) {
  CoverageDesk& desk = *world.desk;
  EXPECT_EQ(desk.progress(*scene, layer).phase, Phase::absent);
  EXPECT_EQ(desk.raster(scene, layer), nullptr);
  desk.settle();
  const auto raster = desk.raster(scene, layer);
  ASSERT_NE(raster, nullptr);
  EXPECT_EQ(raster->digest, scene->digests[layer]);
  const auto progress = desk.progress(*scene, layer);
  EXPECT_EQ(progress.phase, Phase::ready);
  EXPECT_EQ(progress.part, 1);
  EXPECT_EQ(progress.covered_km2, raster->covered_km2);
  // Of both counties: 0.4 x 0.4 degrees.
  EXPECT_NEAR(progress.area_km2, 39.7 * 44.3, 30);
  EXPECT_EQ(desk.raster(scene, layer), raster);
}

TEST_F(CoverageDeskTest, TheNextProcessReadsWhatIsKept) {
  (void)world.desk->raster(scene, layer);
  world.desk->settle();
  const auto first = world.desk->raster(scene, layer);
  ASSERT_NE(first, nullptr);
  const std::string path = world.folder / "coverage/" + first->digest + ".coverage.gz";
  ASSERT_TRUE(std::filesystem::exists(path));
  // A mark that only reading can bring back.
  LayerRaster marked = *first;
  marked.covered_km2 = 12345;
  const auto files = system_files();
  ASSERT_TRUE(files->replace(path, gzip(layer_bytes(marked))).has_value());
  world.restart_desk();
  (void)world.desk->raster(scene, layer);
  world.desk->settle();
  EXPECT_EQ(world.desk->progress(*scene, layer).covered_km2, 12345);

  std::ofstream(path) << "no coverage";
  world.restart_desk();
  (void)world.desk->raster(scene, layer);
  world.desk->settle();
  EXPECT_EQ(world.desk->progress(*scene, layer).covered_km2, first->covered_km2);
}

TEST_F(CoverageDeskTest, ScenesAreKeptByDayAndProposal) {
  EXPECT_EQ(*world.scene(), scene);
  EXPECT_NE(*world.scene("more"), scene);
  EXPECT_NE(*world.scene("", "2020-06-30"), scene);
  // Equal stations make an equal layer, whatever the date.
  const auto later = *world.scene("", "2022-06-29");
  EXPECT_EQ(later->digests[layer], scene->digests[layer]);
}

TEST_F(CoverageDeskTest, QuestionsAreBounded) {
  std::promise<void> gate;
  const std::shared_future<void> open(gate.get_future());
  const auto answers = std::make_shared<detail::Answers>();  // shared: as replies hold it
  for (std::uint64_t i = 0; i < 20; ++i) {
    world.desk->answer(Reply(answers, i), [open] {
      open.wait();
      return Response{.status = 200};
    });
  }
  // One runs or waits for the thread, eight more wait.
  int refused = 0;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto answer = answers->of(i);
    if (!answer) continue;
    EXPECT_EQ(answer->status, 429);
    EXPECT_EQ(answer->headers.back().name, "Retry-After");
    ++refused;
  }
  EXPECT_GE(refused, 11);
  EXPECT_LE(refused, 12);
  gate.set_value();
  for (int i = 0; i < 500 && !answers->of(0); ++i) ::usleep(10'000);
  EXPECT_EQ(answers->of(0)->status, 200);
}

TEST_F(CoverageDeskTest, StoppingAnswersWhoWaits) {
  std::promise<void> gate;
  const std::shared_future<void> open(gate.get_future());
  const auto answers = std::make_shared<detail::Answers>();  // shared: as replies hold it
  std::promise<void> begun;
  world.desk->answer(Reply(answers, 1), [open, &begun] {
    begun.set_value();
    open.wait();
    return Response{.status = 200};
  });
  begun.get_future().wait();
  world.desk->answer(Reply(answers, 2), [] { return Response{.status = 200}; });
  std::thread stopping([&] { world.desk->stop(); });
  for (int i = 0; i < 500 && !answers->of(2); ++i) ::usleep(10'000);
  ASSERT_TRUE(answers->of(2).has_value());
  EXPECT_EQ(answers->of(2)->status, 503);
  gate.set_value();
  stopping.join();
  EXPECT_EQ(answers->of(1)->status, 200);
  EXPECT_EQ(world.desk->raster(scene, layer), nullptr);  // nothing begins any more
}

TEST(CoverageDeskWithoutRelief, SaysSo) {
  CoverageService world(false);
  ASSERT_EQ(world.failure, "");
  const auto scene = world.scene();
  ASSERT_FALSE(scene.has_value());
  EXPECT_EQ(scene.error().code, Code::not_found);
  EXPECT_NE(scene.error().message.find("region.yaml"), std::string::npos);
}

}  // namespace
}  // namespace cairn::server
