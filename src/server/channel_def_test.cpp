// SPDX-License-Identifier: Apache-2.0
#include "server/channel_def.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"

namespace cairn::server {
namespace {

using model::FileMap;

Result<std::vector<ChannelDef>> load(const std::string& text, FileMap more = {}) {
  more["data/channels.yaml"] = text;
  model::RegionTree regions;
  model::Region county;
  county.code = "513428";
  EXPECT_TRUE(regions.add(county, ""));
  const model::MemoryFiles files(std::move(more));
  return load_channels(files, "data/channels.yaml", regions,
                       {[](const std::string& name) -> std::optional<std::string> {
                          if (name == "HOOK") return "from the environment";
                          return std::nullopt;
                        },
                        "data"});
}

TEST(ChannelDef, WithoutAFileThereAreTheBuiltInOnes) {
  const model::MemoryFiles files(FileMap{});
  const auto defs = load_channels(files, "none", {}, {});
  ASSERT_TRUE(defs);
  ASSERT_EQ(defs->size(), 2U);
  EXPECT_EQ((*defs)[0].kind, "mqtt");
  EXPECT_EQ((*defs)[1].kind, "loudspeaker");
}

TEST(ChannelDef, ReadsEverything) {
  const auto defs = load(R"(
channels:
  - id: hook
    kind: webhook
    label: {zh: 省厅, en: Province}
    topics: [warning, alert]
    regions: ["513428"]
    heartbeat: 12h
    trouble_after: 90s
    url: https://example.org/in
    secret: env:HOOK
    headers: {Authorization: file:key}
  - id: mail
    kind: smtp
    topics: [incident]
    enabled: false
    heartbeat: 0
    digest_burst: 3
    digest_every: 5m
    password: file:key
    recipients: {"513428": [a@example.org, b@example.org]}
)",
                         {{"data/key", "  Bearer x\n"}});
  ASSERT_TRUE(defs) << to_string(defs.error());
  ASSERT_EQ(defs->size(), 2U);
  const ChannelDef& hook = (*defs)[0];
  EXPECT_EQ(hook.broken, "");
  EXPECT_EQ(hook.label.zh, "省厅");
  EXPECT_EQ(hook.topics, (std::vector{respond::Topic::warning, respond::Topic::alert}));
  EXPECT_EQ(hook.heartbeat_h, 12);
  EXPECT_EQ(hook.trouble_after_min, 1.5);
  EXPECT_EQ(hook.keys.at("secret"), (std::vector<std::string>{"from the environment"}));
  EXPECT_EQ(hook.keys.at("headers.Authorization"), (std::vector<std::string>{"Bearer x"}));
  EXPECT_FALSE(hook.digest);
  EXPECT_FALSE(route_of(hook).by_recipient);
  const ChannelDef& mail = (*defs)[1];
  EXPECT_FALSE(mail.enabled);
  EXPECT_EQ(mail.heartbeat_h, 0);
  EXPECT_EQ(mail.digest->burst, 3);
  EXPECT_EQ(mail.digest->interval_ns, 300 * ns_per_second);
  EXPECT_EQ(mail.keys.at("recipients.513428").size(), 2U);
  EXPECT_TRUE(route_of(mail).by_recipient);
}

TEST(ChannelDef, AWrongChannelIsBrokenAndTheOthersAreNot) {
  const auto defs = load(R"(channels:
  - {id: a, kind: mqtt, topics: [alerts]}
  - {id: b, kind: mqtt, topics: [alert], regions: ["999999"]}
  - {id: c, kind: webhook, topics: [alert], secret: in plain}
  - {id: d, kind: webhook, topics: [alert], secret: env:NONE}
  - {id: e, kind: webhook, topics: [alert], secret: file:none}
  - {id: f, kind: mqtt, topics: [alert], heartbeat: daily}
  - {id: "no spaces", kind: mqtt, topics: [alert]}
  - {id: good, kind: mqtt, topics: [alert]}
  - {id: good, kind: mqtt, topics: [alert]}
  - {id: h, kind: mqtt, topics: [test]}
)");
  ASSERT_TRUE(defs);
  ASSERT_EQ(defs->size(), 10U);
  const char* expected[] = {"topic 'alerts'",
                            "999999",
                            "channels.yaml:4:53: write env:NAME or file:path",
                            "the environment has no NONE",
                            "none cannot be read",
                            "'heartbeat' is a time",
                            "an id has letters",
                            "",
                            "there is another channel 'good'",
                            "topic 'test'"};
  for (std::size_t i = 0; i < defs->size(); ++i) {
    const std::string& broken = (*defs)[i].broken;
    EXPECT_NE(broken.find(expected[i]), std::string::npos) << i << ": " << broken;
    EXPECT_EQ(broken.empty(), *expected[i] == '\0') << i << ": " << broken;
    EXPECT_EQ(broken.find("in plain"), std::string::npos);
  }
  EXPECT_EQ((*defs)[6].id, "channel-7");
  EXPECT_FALSE((*defs)[8].enabled);
}

TEST(ChannelDef, AFileThatCannotBeReadIsAnErrorWithItsPlace) {
  EXPECT_EQ(load("channels: [").error().place.substr(0, 18), "data/channels.yaml");
  EXPECT_FALSE(load("ways: []"));
  EXPECT_FALSE(load("channels: none"));
  EXPECT_TRUE(load("channels: []")->empty());
}

TEST(ChannelKeys, TellsWhatIsMissingWrongAndUnknown) {
  ChannelDef def;
  def.place = "channels.yaml:3";
  def.keys = {{"ur", {"x"}}, {"port", {"0"}}, {"private", {"yes"}}, {"two", {"a", "b"}}};
  ChannelKeys keys(def);
  EXPECT_EQ(keys.text("url", true), "");
  EXPECT_EQ(keys.integer("port", 25, 1, 99), 25);
  EXPECT_FALSE(keys.flag("private"));
  EXPECT_EQ(keys.text("two"), "a");
  const Status done = keys.done();
  ASSERT_FALSE(done);
  EXPECT_EQ(to_string(done.error()),
            "channels.yaml:3: 'url' is missing; 'port' is a whole number from 1 to 99; 'private' "
            "is true or false; 'two' is one text; unknown key 'ur': is 'url' meant?");
}

}  // namespace
}  // namespace cairn::server
