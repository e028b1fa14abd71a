// SPDX-License-Identifier: Apache-2.0
#include "store/registry.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace cairn::store {
namespace {

class RegistryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = (std::filesystem::temp_directory_path() /
                  ("cairn-registry-" + std::to_string(::getpid()) + "-" +
                   ::testing::UnitTest::GetInstance()->current_test_info()->name()))
                     .string();
    std::filesystem::remove_all(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Registry> open() {
    auto registry = Registry::open(directory_);
    EXPECT_TRUE(registry) << to_string(registry.error());
    return std::move(*registry);
  }

  std::string directory_;
};

model::Records some_records(int things) {
  model::Records records;
  for (int i = 0; i < things; ++i) {
    model::Thing thing;
    thing.id = "site:" + std::to_string(i);
    thing.type = "base_station";
    thing.region = "513401";
    thing.name = {"站", "station"};
    thing.position = geo::Point{102.25, 27.9};
    thing.properties = {{"height_m", model::Value{35.5}},
                        {"on", model::Value{true}},
                        {"seen", model::Value{Instant{1'577'923'200'000'000'001}}},
                        {"since", model::Value{Date{2020, 1, 2}}},
                        {"size", model::Value{}},
                        {"tech", model::Value{std::string("5g")}}};
    records.things.push_back(thing);
  }
  records.statistics.push_back(
      {"panxi", "telecom_revenue", *parse_period("2021"), 42.5, "亿元", false, "user", ""});
  records.observations.push_back({"site:0", "power", {{5}, {5}}, -0.1, true, "user"});
  return records;
}

ImportInfo info(std::size_t records) {
  return {0, "things", "站点.csv", "GB 18030", Instant{7}, records, "abc"};
}

TEST_F(RegistryTest, GivesBackWhatItTookAfterReopening) {
  const model::Records given = some_records(2);
  ASSERT_TRUE(open()->commit(info(2), given));
  const auto registry = open();
  const auto back = registry->records();
  ASSERT_TRUE(back);
  ASSERT_EQ(back->things.size(), 2u);
  EXPECT_EQ(back->things[1].id, "site:1");
  EXPECT_EQ(back->things[1].properties, given.things[1].properties);
  EXPECT_EQ(back->things[1].valid, given.things[1].valid);
  ASSERT_EQ(back->statistics.size(), 1u);
  EXPECT_EQ(back->statistics[0].period, given.statistics[0].period);
  EXPECT_EQ(back->statistics[0].unit, "亿元");
  ASSERT_EQ(back->observations.size(), 1u);
  EXPECT_EQ(back->observations[0].value, -0.1);
  const auto imports = registry->imports();
  ASSERT_TRUE(imports);
  ASSERT_EQ(imports->size(), 1u);
  EXPECT_EQ((*imports)[0].name, "站点.csv");
}

TEST_F(RegistryTest, RemovingTakesEverythingBack) {
  const auto registry = open();
  const auto first = registry->commit(info(3), some_records(3));
  const auto second = registry->commit(info(1), some_records(1));
  ASSERT_TRUE(first && second);
  ASSERT_TRUE(registry->remove(*first));
  EXPECT_EQ(registry->records()->things.size(), 1u);
  EXPECT_EQ(registry->remove(*first).error().code, Code::not_found);
}

TEST_F(RegistryTest, TheLastImportOfAThingCounts) {
  const auto registry = open();
  model::Records first = some_records(2);
  model::Records second = some_records(1);
  second.things[0].name.zh = "改名";
  second.things[0].beside_estimated = true;
  ASSERT_TRUE(registry->commit(info(2), first));
  const auto id = registry->commit(info(1), second);
  ASSERT_TRUE(id);
  auto now = registry->records();
  ASSERT_EQ(now->things.size(), 2u);
  EXPECT_EQ(now->things[0].id, "site:1");
  EXPECT_EQ(now->things[1].name.zh, "改名");
  EXPECT_TRUE(now->things[1].beside_estimated);
  // Taken back, what it replaced is there again.
  ASSERT_TRUE(registry->remove(*id));
  now = registry->records();
  ASSERT_EQ(now->things.size(), 2u);
  EXPECT_EQ(now->things[0].name.zh, "站");
  EXPECT_FALSE(now->things[0].beside_estimated);
}

TEST_F(RegistryTest, AnImportIsWholeOrNothing) {
  model::Records records = some_records(1);
  records.things[0].properties.emplace_back("shape", model::Value{geo::Geometry{}});
  const auto registry = open();
  EXPECT_FALSE(registry->commit(info(1), records));
  EXPECT_TRUE(registry->imports()->empty());
  EXPECT_TRUE(registry->records()->things.empty());
}

TEST_F(RegistryTest, ADamagedFileIsAnErrorNotAnEmptyRegistry) {
  ASSERT_TRUE(open()->commit(info(1), some_records(1)));
  std::filesystem::remove(directory_ + "/registry.sqlite-wal");
  std::ofstream(directory_ + "/registry.sqlite", std::ios::trunc) << std::string(4096, 'x');
  EXPECT_FALSE(Registry::open(directory_));
}

// Killed at any moment, an import that was acknowledged is there and every other is absent whole.
TEST_F(RegistryTest, KillLosesNothingAcknowledged) {
  for (int round = 0; round < 5; ++round) {
    const std::string directory = directory_ + "/" + std::to_string(round);
    int acknowledged[2];
    ASSERT_EQ(::pipe(acknowledged), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto registry = Registry::open(directory);
      for (;;) {
        if (!registry || !(*registry)->commit(info(50), some_records(50))) ::_exit(1);
        if (::write(acknowledged[1], "x", 1) != 1) ::_exit(2);
      }
    }
    ::close(acknowledged[1]);
    char byte = 0;
    std::size_t count = 0;
    while (count < 3 + static_cast<std::size_t>(round) && ::read(acknowledged[0], &byte, 1) == 1) {
      ++count;
    }
    ::kill(child, SIGKILL);
    while (::read(acknowledged[0], &byte, 1) == 1) ++count;
    ::close(acknowledged[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    const auto registry = Registry::open(directory);
    ASSERT_TRUE(registry);
    const std::size_t imports = (*registry)->imports()->size();
    EXPECT_GE(imports, count);
    EXPECT_LE(imports, count + 1);
    // Every import gives the same 50 things and one observation more.
    EXPECT_EQ((*registry)->records()->things.size(), 50u);
    EXPECT_EQ((*registry)->records()->observations.size(), imports);
  }
}

}  // namespace
}  // namespace cairn::store
