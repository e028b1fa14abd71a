// SPDX-License-Identifier: Apache-2.0
// For tests: a county with units, the workflows and calendars of packs/response, a ledger on disk,
// an outbox in the same ledger, and people with the rights they have in an office.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "model/workspace.hpp"
#include "respond/incident_book.hpp"
#include "respond/incident_desk.hpp"

#ifndef CAIRN_SOURCE_DIR  // when the header is compiled alone
#define CAIRN_SOURCE_DIR "."
#endif

namespace cairn::respond::detail {

inline model::PackFile pack_file(const std::string& name) {
  std::ifstream in(CAIRN_SOURCE_DIR "/packs/response/" + name, std::ios::binary);
  EXPECT_TRUE(in.good()) << name;
  return {name, {std::istreambuf_iterator<char>(in), {}}};
}

inline model::Region division(const char* code, model::Level level, const char* zh,
                              const char* en) {
  model::Region out;
  out.code = code;
  out.level = level;
  out.name = {zh, en};
  return out;
}

inline std::shared_ptr<model::Workspace> incident_workspace() {
  auto out = std::make_shared<model::Workspace>();
  auto regions = std::make_shared<model::RegionTree>();
  EXPECT_TRUE(regions->add(division("5134", model::Level::prefecture, "凉山州", "Liangshan"), ""));
  for (const auto& [code, zh, en] :
       {std::array{"513401", "西昌市", "Xichang"}, std::array{"513402", "会理市", "Huili"}}) {
    EXPECT_TRUE(regions->add(division(code, model::Level::county, zh, en), "5134"));
  }
  out->regions = regions;
  auto catalog = std::make_shared<model::Catalog>();
  model::RuleDef rule;
  rule.id = "slope_rain";
  rule.label = {"坡体降雨预警", "Rain on the slope"};
  rule.text = {"请巡查坡体", "Inspect the slope"};
  rule.response.incident = "slope_movement";
  catalog->rules.push_back(rule);
  out->catalog = catalog;
  out->zone = {8 * 3'600};
  model::ResponseDef& r = out->response;
  const auto unit = [&](const char* id, const char* region, const char* kind, bool desk) {
    r.units.push_back({id, {std::string(id) + "局", id}, region, kind, desk, true, "", ""});
  };
  unit("huili-emergency", "513402", "emergency", false);
  unit("huili-water", "513402", "water", false);
  unit("xichang-emergency", "513401", "emergency", false);
  unit("liangshan-roads", "5134", "transport", false);
  unit("liangshan-desk", "5134", "desk", true);
  r.units[0].contact = "emergency@huili.example";
  const auto kind = [&](const char* id, const char* to, const char* workflow) {
    model::IncidentKind k;
    k.id = id;
    k.label = {std::string(id) + "险情", id};
    k.to = {to};
    k.workflow = workflow;
    r.kinds.push_back(k);
  };
  kind("slope_movement", "emergency", "grid-event");
  kind("road_blocked", "transport", "grid-event");
  kind("broadband_fault", "nobody", "hotline-12345");
  for (const char* name : {"grid_event", "hotline_12345", "warning_response"}) {
    r.workflows.push_back(pack_file(std::string("workflows/") + name + ".yaml"));
  }
  for (const char* name : {"cn_offices", "around_the_clock"}) {
    r.calendars.push_back(pack_file(std::string("calendars/") + name + ".yaml"));
  }
  r.holidays.push_back(pack_file("calendars/cn_holidays.yaml"));
  return out;
}

// Keeps what is posted in the same file, so that a rolled back transaction takes it back.
class LedgerOutbox final : public Outbox {
 public:
  explicit LedgerOutbox(store::Ledger& ledger) : ledger_(ledger) {
    static constexpr std::array steps{
        "CREATE TABLE posted (key TEXT PRIMARY KEY, topic TEXT, recipient TEXT, title TEXT,"
        " body TEXT, subject TEXT, json TEXT, times INTEGER NOT NULL);"};
    EXPECT_TRUE(ledger.ensure({"test-outbox", steps}));
  }
  Result<std::size_t> post(store::Ledger::Write& write, const Posting& p, Instant) override {
    auto insert = write.db().prepare(
        "INSERT INTO posted VALUES (?,?,?,?,?,?,?,1) ON CONFLICT (key) DO UPDATE SET times ="
        " times + 1");
    if (!insert) return fail(insert.error());
    auto done = insert->bind(1, p.key)
                    .bind(2, to_string(p.topic))
                    .bind(3, p.to)
                    .bind(4, p.title)
                    .bind(5, p.text)
                    .bind(6, p.subject)
                    .bind(7, p.json)
                    .run();
    if (!done) return fail(done.error());
    return 1;
  }
  Result<std::vector<Delivery>> of(std::string_view) const override {
    return std::vector<Delivery>();
  }
  // "topic to key", in the order of the keys; a posting that came twice says so.
  std::vector<std::string> all() const {
    const auto read = ledger_.read();
    auto rows = read.db().prepare("SELECT topic, recipient, key, times FROM posted ORDER BY key");
    std::vector<std::string> out;
    while (rows && *rows->step()) {
      out.push_back(format("{} {} {}{}", rows->text(0), rows->text(1), rows->text(2),
                           rows->integer(3) == 1 ? "" : " TWICE"));
    }
    return out;
  }
  std::string bodies() const {
    const auto read = ledger_.read();
    auto rows = read.db().prepare("SELECT title, body, json FROM posted ORDER BY key");
    std::string out;
    while (rows && *rows->step()) out += rows->text(0) + rows->text(1) + rows->text(2) + "\n";
    return out;
  }

 private:
  store::Ledger& ledger_;
};

inline model::Actor person(const std::string& id, std::vector<model::Grant> grants) {
  return {id, {id, id}, model::ActorKind::person, std::move(grants)};
}
inline model::Actor duty(const std::string& id = "duty") {
  return person(id, {{model::Role::duty_officer, "5134", ""}});
}
inline model::Actor of_unit(const std::string& id, const std::string& unit) {
  return person(id, {{model::Role::unit, "5134", unit}});
}
inline model::Actor checker(const std::string& id = "checker") {
  return person(id, {{model::Role::checker, "5134", ""}});
}

inline const std::string& small_png() {
  static const std::string bytes = [] {
    std::string out("\x89PNG\r\n\x1a\n", 8);
    const auto chunk = [&](const char* type, const std::string& data) {
      for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(data.size() >> shift);
      out += type + data + std::string("\1\2\3\4");
    };
    chunk("IHDR", std::string(13, '\1'));
    chunk("tEXt", "Author\0secret");
    chunk("IDAT", "pixels");
    chunk("IEND", "");
    return out;
  }();
  return bytes;
}

inline Instant local(const std::string& text) {
  return *parse_instant(text, {8 * 3'600});
}

class IncidentWorld {
 public:
  explicit IncidentWorld(const std::string& name) : directory(testing::TempDir() + "/" + name) {
    std::filesystem::remove_all(directory);
    open();
  }
  // Also after a crash: everything of the process is gone, the file is read again.
  void open() {
    desk.reset();
    outbox.reset();
    ledger.reset();
    auto opened = store::Ledger::open(directory);
    ASSERT_TRUE(opened);
    ledger = *std::move(opened);
    outbox = std::make_unique<LedgerOutbox>(*ledger);
    auto made = IncidentDesk::open(*ledger, {*files, *outbox, workspace});
    ASSERT_TRUE(made) << to_string(made.error());
    desk = *std::move(made);
  }

  // The number, or the error.
  std::string opens(NewIncident what, const model::Actor& actor = duty()) {
    auto write = ledger->begin();
    const auto done = desk->open(*write, what, actor, now);
    if (!done) return to_string(done.error());
    EXPECT_TRUE(write->commit());
    return done->incident;
  }
  Result<Outcome> acts(const std::string& id, const Command& command, const model::Actor& actor) {
    auto write = ledger->begin();
    auto done = desk->act(*write, id, command, actor, now);
    EXPECT_TRUE(!done || write->commit());
    return done;
  }
  // Where it is afterwards, "refused: why", or the error.
  std::string does(const std::string& id, const std::string& event, const model::Actor& actor,
                   flow::Fields fields = {}) {
    const auto done = acts(id, {event, std::move(fields), desk->find(id)->version, {}}, actor);
    if (!done) return to_string(done.error());
    return done->refusal.empty() ? join(done->states, " ") : "refused: " + done->refusal;
  }
  std::string shows(const std::string& id, const model::Actor& actor,
                    const std::string& bytes = small_png(), bool personal = false) {
    const auto kept = desk->keep(bytes, "photo.png", personal);
    if (!kept) return to_string(kept.error());
    auto write = ledger->begin();
    const auto done = desk->attach(*write, id, *kept, actor, now);
    if (!done) return to_string(done.error());
    EXPECT_TRUE(write->commit());
    return join(done->states, " ");
  }
  void ticks() {
    auto write = ledger->begin();
    const auto done = desk->tick(*write, now);
    ASSERT_TRUE(done) << to_string(done.error());
    ASSERT_TRUE(write->commit());
  }
  void groups(std::vector<GroupChange> changes) {
    auto write = ledger->begin();
    const auto done = desk->on_groups(*write, changes, now);
    ASSERT_TRUE(done) << to_string(done.error());
    ASSERT_TRUE(write->commit());
  }
  Incident find(const std::string& id) { return *desk->find(id); }
  std::vector<Entry> entries(const std::string& id) { return *desk->entries_after(id, 0); }
  // One of Huili's slopes, dispatched.
  std::string dispatched(NewIncident what = {}) {
    if (what.kind.empty()) what.kind = "slope_movement";
    if (what.region.empty()) what.region = "513402";
    const std::string id = opens(std::move(what));
    EXPECT_EQ(does(id, "file", duty()), "filed");
    EXPECT_EQ(does(id, "dispatch", duty()), "dispatched");
    return id;
  }
  std::string handled(NewIncident what = {}) {
    const std::string id = dispatched(std::move(what));
    EXPECT_EQ(does(id, "accept", wang), "handling");
    EXPECT_EQ(shows(id, wang), "handling");
    EXPECT_EQ(does(id, "done", wang), "feedback");
    EXPECT_EQ(does(id, "check", duty()), "checking");
    return id;
  }

  std::string directory;
  std::shared_ptr<model::Workspace> workspace = incident_workspace();
  std::unique_ptr<Files> files = system_files();
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<LedgerOutbox> outbox;
  std::unique_ptr<IncidentDesk> desk;
  Instant now = local("2026-03-05T09:00");
  model::Actor wang = of_unit("wang", "huili-emergency");
};

}  // namespace cairn::respond::detail
