// SPDX-License-Identifier: Apache-2.0
// Against a real server that lives as long as the tests, on a socket in a folder of its own.
#include "store/postgres_registry.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace cairn::store {
namespace {

class PostgresRegistryTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib")) {
      if (entry.path().filename() != "postgresql") continue;
      for (const auto& version : std::filesystem::directory_iterator(entry)) {
        if (std::filesystem::exists(version.path() / "bin/initdb")) {
          programs_ = version.path().string() + "/bin";
        }
      }
    }
    if (programs_.empty()) return;
    char name[] = "/tmp/cairn-pg-XXXXXX";
    if (::mkdtemp(name) == nullptr) return;
    directory_ = name;
    const bool root = ::geteuid() == 0;  // PostgreSQL does not run as root
    if (root && run("chown postgres " + directory_) != 0) return;
    as_ = root ? "runuser -u postgres -- " : "";
    const std::string log = directory_ + "/log";
    const std::string options =
        "-c listen_addresses= -c fsync=off -c unix_socket_directories=" + directory_;
    running_ = run(as_ + programs_ + "/initdb -D " + directory_ +
                   "/db -A trust -U cairn -E UTF8 --locale=C --no-sync") == 0 &&
               run(as_ + programs_ + "/pg_ctl -D " + directory_ + "/db -l " + log + " -o '" +
                   options + "' -w start") == 0;
  }
  static void TearDownTestSuite() {
    if (running_) {
      EXPECT_EQ(run(as_ + programs_ + "/pg_ctl -D " + directory_ + "/db -m immediate stop"), 0);
    }
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }
  void SetUp() override {
    if (programs_.empty()) GTEST_SKIP() << "PostgreSQL is not installed (tools/install test)";
    ASSERT_TRUE(running_) << "the server did not start";
    registry_ = open();
    const auto imports = registry_->imports();
    ASSERT_TRUE(imports);
    for (const ImportInfo& info : *imports) {
      const Status removed = registry_->remove(info.id);
      ASSERT_TRUE(removed) << to_string(removed.error());
    }
  }
  static int run(const std::string& command) {
    return std::system(("cd /tmp && " + command + " >/dev/null 2>&1").c_str());
  }
  static std::unique_ptr<Registry> open() {
    auto registry = open_postgres_registry("postgresql://cairn@/postgres?host=" + directory_);
    EXPECT_TRUE(registry) << to_string(registry.error());
    return registry ? std::move(*registry) : nullptr;
  }
  static model::Records records(const std::string& name) {
    model::Records out;
    model::Thing thing;
    thing.id = "site:1";
    thing.type = "base_station";
    thing.region = "513401";
    thing.name = {name, "it's a \"station\""};
    thing.position = geo::Point{102.1, 27.9};
    thing.properties = {{"height_m", model::Value{0.1}},
                        {"on", model::Value{true}},
                        {"since", model::Value{Date{2020, 1, 2}}},
                        {"tech", model::Value{std::string("5g")}}};
    out.things.push_back(thing);
    thing.id = "site:2";
    thing.position.reset();
    out.things.push_back(thing);
    out.statistics.push_back(
        {"panxi", "telecom_revenue", *parse_period("2021"), 1.0 / 3, "亿元", false, "user", ""});
    out.observations.push_back({"site:1", "power", {{5}, {INT64_MAX}}, -0.1, true, "user"});
    return out;
  }
  static ImportInfo info() { return {0, "things", "站点.csv", "GB 18030", Instant{7}, 2, "abc"}; }

  static inline std::string programs_;
  static inline std::string directory_;
  static inline std::string as_;
  static inline bool running_ = false;
  std::unique_ptr<Registry> registry_;
};

TEST_F(PostgresRegistryTest, GivesBackWhatItTookAfterReopening) {
  const model::Records given = records("站");
  const auto id = registry_->commit(info(), given);
  ASSERT_TRUE(id) << to_string(id.error());
  registry_ = open();
  const auto back = registry_->records();
  ASSERT_TRUE(back) << to_string(back.error());
  ASSERT_EQ(back->things.size(), 2u);
  EXPECT_EQ(back->things[0].name, given.things[0].name);
  EXPECT_EQ(back->things[0].position->x, 102.1);
  EXPECT_FALSE(back->things[1].position);
  EXPECT_EQ(back->things[0].properties, given.things[0].properties);
  EXPECT_EQ(back->things[0].valid, given.things[0].valid);
  ASSERT_EQ(back->statistics.size(), 1u);
  EXPECT_EQ(back->statistics[0].value, 1.0 / 3);
  EXPECT_EQ(back->statistics[0].period, given.statistics[0].period);
  ASSERT_EQ(back->observations.size(), 1u);
  EXPECT_EQ(back->observations[0].time.end.ns, INT64_MAX);
  EXPECT_EQ(back->observations[0].value, -0.1);
  const auto imports = registry_->imports().value();
  ASSERT_EQ(imports.size(), 1u);
  EXPECT_EQ(imports[0].id, *id);
  EXPECT_EQ(imports[0].name, "站点.csv");
}

TEST_F(PostgresRegistryTest, TheLastImportOfAThingCountsUntilItIsTakenBack) {
  ASSERT_TRUE(registry_->commit(info(), records("站")));
  const auto second = registry_->commit(info(), records("改名"));
  ASSERT_TRUE(second);
  // Another process sees it.
  EXPECT_EQ(open()->records()->things[0].name.zh, "改名");
  EXPECT_EQ(registry_->records()->things.size(), 2u);
  ASSERT_TRUE(registry_->remove(*second));
  EXPECT_EQ(registry_->records()->things[0].name.zh, "站");
  EXPECT_EQ(registry_->remove(*second).error().code, Code::not_found);
}

TEST_F(PostgresRegistryTest, AnImportIsWholeOrNothing) {
  model::Records given = records("站");
  given.things[1].properties.emplace_back("shape", model::Value{geo::Geometry{}});
  EXPECT_FALSE(registry_->commit(info(), given));
  given = records(std::string("a\0b", 3));
  EXPECT_FALSE(registry_->commit(info(), given));
  EXPECT_TRUE(registry_->imports()->empty());
  EXPECT_TRUE(registry_->records()->things.empty());
}

TEST(PostgresUrl, IsTold) {
  EXPECT_TRUE(is_postgres_url("postgresql://x@/y"));
  EXPECT_FALSE(is_postgres_url("/srv/data"));
  EXPECT_FALSE(open_postgres_registry("postgresql://nobody@/none?host=/nowhere"));
}

}  // namespace
}  // namespace cairn::store
