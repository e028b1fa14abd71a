// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_book.hpp"

#include <gtest/gtest.h>

#include "respond/test_incidents.hpp"

namespace cairn::respond {
namespace {

// What the desk says of the grid workflow with a change in it.
std::string with(const std::string& from, const std::string& to) {
  auto workspace = detail::incident_workspace();
  std::string& text = workspace->response.workflows[0].text;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  text.replace(at, from.size(), to);
  const auto book = IncidentBook::make(workspace);
  return book ? "good" : to_string(book.error());
}

TEST(IncidentBook, AWorkflowAsksOnlyWhatTheDeskCanDo) {
  EXPECT_EQ(with("zh: 网格事件", "zh: 事件"), "good");
  EXPECT_NE(with("call: remind", "call: shout").find("cannot 'shout'; it can: assign-task"),
            std::string::npos);
  EXPECT_NE(with("by: [duty, system]", "by: [mayor]").find("by 'mayor' is not one of"),
            std::string::npos);
  EXPECT_NE(with("calendar: cn-offices", "calendar: moon").find("no calendar 'moon'"),
            std::string::npos);
  EXPECT_NE(with("if: event.reason is not null and unit is null", "if: unit is null")
                .find("'reopen' needs a reason"),
            std::string::npos);
  EXPECT_NE(with("version: 2", "version: 2\norigins: [moon]").find("no origin 'moon'"),
            std::string::npos);
}

TEST(IncidentBook, AKindNamesAWorkflowThatIsThere) {
  auto workspace = detail::incident_workspace();
  workspace->response.kinds[0].workflow = "none";
  const auto book = IncidentBook::make(workspace);
  ASSERT_FALSE(book);
  EXPECT_NE(to_string(book.error()).find("'none', a workflow that no pack has"), std::string::npos);
}

TEST(IncidentBook, AlertsTakeTheirOwnWorkflowAndUrgentOnesTheClockAroundTheDay) {
  const auto book = IncidentBook::make(detail::incident_workspace());
  ASSERT_TRUE(book) << to_string(book.error());
  const auto& kind = (*book)->workspace().response.kinds[0];
  EXPECT_EQ((*(*book)->workflow_for(kind, Origin::alert))->chart.id, "warning-response");
  const flow::Workflow& grid = **(*book)->workflow_for(kind, Origin::officer);
  EXPECT_EQ(grid.chart.id, "grid-event");
  EXPECT_EQ((*book)->calendar_of(grid, grid.deadlines[0], false).id, "cn-offices");
  EXPECT_EQ((*book)->calendar_of(grid, grid.deadlines[0], true).id, "around-the-clock");
}

}  // namespace
}  // namespace cairn::respond
