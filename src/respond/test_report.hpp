// SPDX-License-Identifier: Apache-2.0
// For tests of reports: a ledger in a folder of its own with the desks over the repository's packs.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "respond/incident_desk.hpp"
#include "respond/report_desk.hpp"
#include "respond/test_warning.hpp"

namespace cairn::respond {

class TestReports {
 public:
  explicit TestReports(std::string name, std::shared_ptr<Files> files = system_files())
      : directory_(std::filesystem::temp_directory_path() /
                   ("cairn-" + std::move(name) + "-" + std::to_string(::getpid()))),
        files_(std::move(files)) {
    std::filesystem::remove_all(directory_);
    reopen();
  }
  ~TestReports() {
    close();
    std::filesystem::remove_all(directory_);
  }
  // As after a restart.
  void reopen() {
    close();
    ledger = std::move(store::Ledger::open(directory_.string()).value());
    incidents =
        std::move(IncidentDesk::open(*ledger, {*files_, outbox, test_land().workspace}).value());
    ReportDesk::Options options;
    options.random = [this](std::size_t bytes) {
      std::string out;
      while (out.size() < bytes) out += static_cast<char>('a' + drawn_++ % 26);
      return out;
    };
    options.photo_bytes_most = photo_bytes_most;
    desk = std::move(ReportDesk::open(*ledger, *incidents, test_land().workspace, options).value());
  }
  void close() {
    desk.reset();
    incidents.reset();
    ledger.reset();
  }
  std::string directory() const { return directory_.string(); }
  // One event by a person with all rights; "" when it moved, else why not.
  std::string act(std::string_view number, Command command, const std::string& person,
                  Instant now) {
    auto write = ledger->begin();
    command.version = incidents->find(number).value().version;
    const model::Actor actor{person,
                             {"王警官" + person, "Officer " + person},
                             model::ActorKind::person,
                             {{model::Role::duty_officer, "", ""},
                              {model::Role::checker, "", ""},
                              {model::Role::administrator, "", ""}}};
    auto done = incidents->act(*write, number, command, actor, now);
    if (!done) return to_string(done.error());
    if (auto committed = write->commit(); !committed) return to_string(committed.error());
    return done->refusal;
  }
  // Through all steps of a grid event until it is closed; when it was.
  Instant close_incident(const std::string& number, const std::string& unit, Instant now);

  std::uint64_t photo_bytes_most = std::uint64_t{1} << 30;
  ListOutbox outbox;
  std::unique_ptr<store::Ledger> ledger;
  std::unique_ptr<IncidentDesk> incidents;
  std::unique_ptr<ReportDesk> desk;

 private:
  std::filesystem::path directory_;
  std::shared_ptr<Files> files_;  // shared: a test may keep it to make it fail
  unsigned drawn_ = 0;
};

inline Instant TestReports::close_incident(const std::string& number, const std::string& unit,
                                           Instant now) {
  const std::int64_t step = 60 * ns_per_second;
  EXPECT_EQ(act(number, {"file", {}, 0, {}}, "duty", now + step), "");
  EXPECT_EQ(act(number, {"dispatch", {{"unit", unit}}, 0, {}}, "duty", now + 2 * step), "");
  const model::Actor crew{
      "crew", {"李处置", "Crew"}, model::ActorKind::person, {{model::Role::unit, "", unit}}};
  const auto by_crew = [&](Command command, Instant at) {
    auto write = ledger->begin();
    command.version = incidents->find(number).value().version;
    auto done = incidents->act(*write, number, command, crew, at);
    EXPECT_TRUE(done && done->refusal.empty()) << command.event;
    EXPECT_TRUE(write->commit());
  };
  by_crew({"accept", {}, 0, {}}, now + 3 * step);
  {
    auto file = incidents->keep("done, see the picture", "note.txt", false);
    EXPECT_TRUE(file);
    auto write = ledger->begin();
    EXPECT_TRUE(incidents->attach(*write, number, *file, crew, now + 4 * step));
    EXPECT_TRUE(write->commit());
  }
  by_crew({"done", {{"answer", "已清理完毕 <b>done</b>"}, {"reason", "内部备注"}}, 0, {}},
          now + 5 * step);
  EXPECT_EQ(act(number, {"check", {}, 0, {}}, "duty", now + 6 * step), "");
  EXPECT_EQ(act(number, {"passed", {}, 0, {}}, "checker", now + 7 * step), "");
  EXPECT_TRUE(incidents->find(number).value().closed);
  return now + 7 * step;
}

}  // namespace cairn::respond
