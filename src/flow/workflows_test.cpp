// SPDX-License-Identifier: Apache-2.0
// The workflows of packs/response walked through as an office would: what they must refuse as well.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "flow/chart_load.hpp"
#include "flow/expression.hpp"
#include "flow/testdata/calendars.hpp"

namespace cairn::flow {
namespace {

class Case {
 public:
  explicit Case(const std::string& file) {
    Problems problems;
    auto read = read_workflow(read_testdata(file), file, problems);
    for (const Error& e : problems.errors) ADD_FAILURE() << to_string(e);
    for (const Error& e : problems.warnings) ADD_FAILURE() << to_string(e);
    if (!read) return;
    workflow = *std::move(read);
    auto started = start(workflow.chart, now, guards_);
    if (!started) return;
    instance = std::move(started->instance);
    EXPECT_TRUE(follow(workflow.chart, instance, started->step, {"", {}, now}, stays));
  }
  // Where the case is after the event; "refused: …" when a guard held it back.
  std::string does(const std::string& name, const Fields& data = {}) {
    const Event event{name, data, now};
    const auto done = step(workflow.chart, instance, event, guards_);
    if (!done) return to_string(done.error());
    for (const auto& mistake : done->mistakes) ADD_FAILURE() << mistake;
    EXPECT_TRUE(follow(workflow.chart, instance, *done, event, stays));
    last = *done;
    if (done->taken.empty()) return done->refused.empty() ? "not now" : "refused";
    std::vector<std::string> out;
    for (const StateIndex s : leaves(workflow.chart, instance)) {
      out.push_back(workflow.chart.states[s].id);
    }
    return join(out, " ");
  }
  // When the running stay in a state is due.
  std::string due(const std::string& state) const {
    for (const DeadlineRule& rule : workflow.deadlines) {
      for (const Stay& stay : stays) {
        if (rule.state != state || stay.end) continue;
        if (workflow.chart.states[stay.state].id != state) continue;
        return text(status(rule, offices(), stay, now)->due);
      }
    }
    return "no deadline";
  }
  bool calls(const std::string& name) const {
    for (const Effect& e : last.effects) {
      if (e.name == name) return true;
    }
    return false;
  }

  Instant now = local("2026-03-05T09:00");
  Workflow workflow;
  Instance instance;
  Step last;
  std::vector<Stay> stays;

 private:
  Expressions guards_;
};

const Fields li{{"actor", "li"}};
const Fields wang{{"actor", "wang"}};
Fields with(Fields fields, std::initializer_list<Fields::value_type> more) {
  fields.insert(more.begin(), more.end());
  return fields;
}

TEST(GridEvent, SevenStepsToTheEnd) {
  Case c("grid_event.yaml");
  EXPECT_EQ(c.does("file", li), "refused");  // no place
  EXPECT_EQ(c.does("file", with(li, {{"place", "510723"}})), "filed");
  EXPECT_EQ(c.does("dispatch", with(li, {{"unit", "water"}})), "dispatched");
  EXPECT_TRUE(c.calls("assign-task"));
  EXPECT_EQ(c.does("accept", wang), "handling");
  EXPECT_EQ(c.does("done", wang), "refused");  // no evidence
  c.does("evidence", {{"file", "photo-1"}});
  EXPECT_EQ(c.does("done", wang), "feedback");
  EXPECT_EQ(c.does("check", li), "checking");
  EXPECT_EQ(c.does("passed", wang), "refused");  // who handled it
  EXPECT_EQ(c.does("passed", li), "closed");
  EXPECT_TRUE(c.calls("answer-reporter"));
  EXPECT_EQ(c.last.effects.back().due, c.now + 7 * ns_per_day);
  EXPECT_EQ(c.does("time-to-reopen-over"), "assessed");
  EXPECT_FALSE(c.instance.running);
}

TEST(GridEvent, DispatchNamesAUnit) {
  Case c("grid_event.yaml");
  c.does("file", with(li, {{"place", "510723"}}));
  EXPECT_EQ(c.does("dispatch", li), "refused");
}

TEST(GridEvent, ReturnNeedsAnotherUnitAndAReason) {
  Case c("grid_event.yaml");
  c.does("file", with(li, {{"place", "510723"}}));
  c.does("dispatch", with(li, {{"unit", "water"}}));
  EXPECT_EQ(c.does("return", with(wang, {{"reason", "not ours"}})), "refused");
  EXPECT_EQ(c.does("return", with(wang, {{"reason", "not ours"}, {"unit", "water"}})), "refused");
  EXPECT_EQ(c.does("return", with(wang, {{"unit", "road"}})), "refused");
  EXPECT_EQ(c.does("return", with(wang, {{"reason", "not ours"}, {"unit", "road"}})), "dispatched");
  EXPECT_EQ(c.instance.variables.at("unit"), "road");
  EXPECT_EQ(c.instance.variables.at("returns"), "1");
}

TEST(GridEvent, PauseNeedsAReasonAndComesBack) {
  Case c("grid_event.yaml");
  c.does("file", with(li, {{"place", "510723"}}));
  c.does("dispatch", with(li, {{"unit", "water"}}));
  c.does("accept", wang);
  EXPECT_EQ(c.does("pause", wang), "refused");
  EXPECT_EQ(c.does("pause", with(wang, {{"reason", "等待配件"}})), "paused");
  EXPECT_EQ(c.does("pause", with(wang, {{"reason", "again"}})), "refused");
  c.now = local("2026-03-09T09:00");
  EXPECT_EQ(c.does("resume", wang), "handling");
  EXPECT_EQ(c.due("work"), "2026-03-12T17:30");  // not 03-10: two working days later
}

TEST(GridEvent, ARejectionIsCheckedByAnother) {
  Case c("grid_event.yaml");
  EXPECT_EQ(c.does("reject", li), "refused");
  EXPECT_EQ(c.does("reject", with(li, {{"reason", "private ground"}})), "checking");
  EXPECT_EQ(c.does("passed", li), "refused");
  EXPECT_EQ(c.does("failed", with(li, {{"reason", "who rejected it"}})), "refused");
  EXPECT_EQ(c.does("failed", with(wang, {{"reason", "it is a public road"}})), "filed");
}

TEST(GridEvent, ReporterReopensAndNobodyElse) {
  Case c("grid_event.yaml");
  c.does("file", with(li, {{"place", "510723"}}));
  c.does("dispatch", with(li, {{"unit", "water"}}));
  c.does("accept", wang);
  c.does("evidence", {{"file", "photo-1"}});
  c.does("done", wang);
  c.does("check", li);
  EXPECT_EQ(c.does("passed", li), "closed");
  EXPECT_EQ(c.does("reopen", {{"role", "reporter"}}), "refused");
  EXPECT_EQ(c.does("reopen", {{"role", "reporter"}, {"reason", "still broken"}}), "dispatched");
  EXPECT_EQ(c.last.effects.front().kind, Effect::Kind::cancel);
  EXPECT_EQ(c.instance.variables.at("reopened"), "1");
  EXPECT_EQ(c.does("accept", wang), "handling");
  EXPECT_EQ(c.does("done", wang), "refused");  // the old evidence does not count again
}

TEST(GridEvent, DuplicatesAreLinkedFromAnyOpenState) {
  Case c("grid_event.yaml");
  c.does("file", with(li, {{"place", "510723"}}));
  EXPECT_EQ(c.does("duplicate", li), "refused");
  EXPECT_EQ(c.does("duplicate", with(li, {{"of", "case-7"}})), "refused");
  EXPECT_EQ(c.does("duplicate", with(li, {{"of", "case-7"}, {"reason", "same hole"}})), "linked");
}

TEST(GridEvent, HandlingIsDueInWorkingDays) {
  Case c("grid_event.yaml");
  c.does("file", with(li, {{"place", "510723"}}));
  c.does("dispatch", with(li, {{"unit", "water"}}));
  c.does("accept", wang);
  // Thursday and three working days.
  EXPECT_EQ(c.due("work"), "2026-03-10T17:30");
}

TEST(Hotline12345, ToTheEndUnderSupervision) {
  Case c("hotline_12345.yaml");
  EXPECT_EQ(c.does("assign", li), "refused");
  EXPECT_EQ(c.does("assign", with(li, {{"unit", "water"}})), "assigned quiet");
  EXPECT_EQ(c.does("accept", wang), "busy quiet");
  EXPECT_EQ(c.does("supervise", li), "busy supervised");
  EXPECT_TRUE(c.calls("notify"));
  EXPECT_EQ(c.does("reply", with(wang, {{"answer", "mended"}})), "refused");
  c.does("evidence", {{"file", "photo-1"}});
  EXPECT_EQ(c.does("reply", with(wang, {{"answer", "mended"}})), "replied supervised");
  EXPECT_EQ(c.does("confirm", wang), "refused");
  EXPECT_EQ(c.does("confirm", li), "completed");
  EXPECT_EQ(c.does("follow-up", li), "follow_up");
  EXPECT_EQ(c.does("satisfied", wang), "refused");
  EXPECT_EQ(c.does("satisfied", li), "rated");
  EXPECT_EQ(c.last.effects.back().due, c.now + 7 * ns_per_day);
  EXPECT_EQ(c.does("time-to-reopen-over"), "archived");
  EXPECT_FALSE(c.instance.running);
}

TEST(Hotline12345, PauseReturnAndReopen) {
  Case c("hotline_12345.yaml");
  c.does("assign", with(li, {{"unit", "water"}}));
  EXPECT_EQ(c.does("return", with(wang, {{"reason", "not ours"}, {"unit", "road"}})),
            "assigned quiet");
  EXPECT_EQ(c.instance.variables.at("unit"), "road");
  c.does("accept", wang);
  EXPECT_EQ(c.does("pause", wang), "refused");
  EXPECT_EQ(c.does("pause", with(wang, {{"reason", "r"}})), "paused quiet");
  EXPECT_EQ(c.does("resume", wang), "busy quiet");
  c.does("evidence", {{"file", "photo-1"}});
  c.does("reply", with(wang, {{"answer", "mended"}}));
  c.does("confirm", li);
  c.does("follow-up", li);
  EXPECT_EQ(c.does("reopen", {{"role", "reporter"}}), "refused");
  EXPECT_EQ(c.does("reopen", {{"role", "reporter"}, {"reason", "still"}}), "assigned quiet");
}

TEST(Hotline12345, AnsweredAtOnceAndReopened) {
  Case c("hotline_12345.yaml");
  EXPECT_EQ(c.does("answer", with(li, {{"answer", "Monday to Friday"}})), "follow_up");
  EXPECT_EQ(c.does("reopen", {{"role", "reporter"}, {"reason", "r"}}), "received");
}

TEST(GridEvent, ARejectedOneThatIsReopenedIsFiled) {
  Case c("grid_event.yaml");
  c.does("reject", with(li, {{"reason", "private ground"}}));
  EXPECT_EQ(c.does("passed", wang), "closed");
  EXPECT_EQ(c.does("reopen", {{"role", "reporter"}, {"reason", "it is public"}}), "filed");
}

TEST(GridEvent, APauseIsRemembered) {
  Case c("grid_event.yaml");
  c.does("file", with(li, {{"place", "510723"}}));
  c.does("dispatch", with(li, {{"unit", "water"}}));
  c.does("accept", wang);
  c.does("pause", with(wang, {{"reason", "等待配件"}}));
  EXPECT_EQ(c.last.effects.back().due, c.now + 7 * ns_per_day);
  EXPECT_EQ(c.does("paused-for-long"), "paused");
  EXPECT_TRUE(c.calls("notify"));
}

TEST(WarningResponse, FromTheCallToTheEnd) {
  Case c("warning_response.yaml");
  EXPECT_EQ(c.does("dispatch", with(li, {{"unit", "emergency"}})), "dispatched");
  EXPECT_TRUE(c.calls("assign-task"));
  EXPECT_EQ(c.does("accept", wang), "on_the_way");
  EXPECT_EQ(c.does("done", wang), "not now");
  EXPECT_EQ(c.does("arrive", wang), "on_site");
  EXPECT_EQ(c.does("done", wang), "refused");
  c.does("evidence", {{"file", "photo-1"}});
  EXPECT_EQ(c.does("done", wang), "handled");
  EXPECT_EQ(c.does("passed", wang), "refused");
  EXPECT_EQ(c.does("failed", with(li, {{"reason", "stones are still there"}})), "dispatched");
  EXPECT_EQ(c.does("accept", wang), "on_the_way");
  EXPECT_EQ(c.does("arrive", wang), "on_site");
  EXPECT_EQ(c.does("done", wang), "refused");  // the old evidence does not count again
  c.does("evidence", {{"file", "photo-2"}});
  EXPECT_EQ(c.does("done", wang), "handled");
  EXPECT_EQ(c.does("passed", li), "closed");
  EXPECT_EQ(c.does("time-to-reopen-over"), "assessed");
}

TEST(WarningResponse, NothingToBeDoneIsCheckedToo) {
  Case c("warning_response.yaml");
  EXPECT_EQ(c.does("reject", with(li, {{"reason", "a cow at the sensor"}})), "handled");
  EXPECT_EQ(c.does("passed", li), "refused");
  EXPECT_EQ(c.does("failed", with(wang, {{"reason", "look again"}})), "raised");
}

}  // namespace
}  // namespace cairn::flow
