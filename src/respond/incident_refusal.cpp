// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_refusal.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "flow/expression.hpp"

namespace cairn::respond::refusal {
namespace {

struct FieldName {
  std::string_view field;
  Label label;
};
Label field_name(const std::string& field) {
  static const std::array<FieldName, 6> names{{{"reason", {"理由", "a reason"}},
                                               {"unit", {"另一个单位", "another unit"}},
                                               {"text", {"答复内容", "a text"}},
                                               {"of", {"主案编号", "the other incident"}},
                                               {"place", {"地点", "a place"}},
                                               {"file", {"文件", "a file"}}}};
  for (const FieldName& name : names) {
    if (name.field == field) return name.label;
  }
  return {field, field};
}

bool is_zero(const flow::Instance& instance, const std::string& variable) {
  const auto found = instance.variables.find(variable);
  return found != instance.variables.end() && (found->second == "0" || found->second.empty());
}

}  // namespace

std::string one_line(const Label& label) {
  return label.zh + " · " + label.en;
}

Label label_unchecked() {
  return {"结案前须由未参与处置的人核查", "it is closed only after a check by somebody else"};
}
Label label_no_evidence() {
  return {"还没有处置证据，请先上传照片或文件",
          "there is no evidence yet: add a picture or paper first"};
}
Label label_own_work() {
  return {"参与过处置的人不能核查", "who has handled it cannot check it"};
}
std::string unchecked() {
  return one_line(label_unchecked());
}
std::string no_evidence() {
  return one_line(label_no_evidence());
}
std::string own_work() {
  return one_line(label_own_work());
}
std::string ended() {
  return one_line({"流程已结束", "it has ended"});
}

Label role_names(const std::vector<std::string>& roles) {
  static const std::array<FieldName, 5> names{{{"duty", {"值班员", "the duty officer"}},
                                               {"unit", {"承办单位", "the unit"}},
                                               {"checker", {"核查员", "a checker"}},
                                               {"reporter", {"上报人", "the reporter"}},
                                               {"system", {"系统", "the program"}}}};
  std::vector<std::string> zh;
  std::vector<std::string> en;
  for (const FieldName& name : names) {
    if (std::ranges::find(roles, name.field) == roles.end()) continue;
    zh.push_back(name.label.zh);
    en.push_back(name.label.en);
  }
  return {join(zh, "、"), join(en, " or ")};
}

std::string not_by(const std::vector<std::string>& roles) {
  const Label names = role_names(roles);
  return one_line({"只有" + names.zh + "可以这样做", "only " + names.en + " can do that"});
}

Label explain_label(const flow::Chart& chart, const flow::Instance& instance,
                    const flow::Step& step, const flow::Event& event) {
  for (const flow::Refusal& refused : step.refused) {
    const auto names = flow::check_expression(chart.transitions[refused.transition].guard);
    if (!names) continue;
    const auto uses = [&](const std::string& variable) {
      return std::ranges::find(names->variables, variable) != names->variables.end();
    };
    if (uses("evidence") && is_zero(instance, "evidence")) return label_no_evidence();
    const auto handler = instance.variables.find("handler");
    const auto actor = event.data.find("actor");
    if (uses("handler") && handler != instance.variables.end() && actor != event.data.end() &&
        handler->second == actor->second) {
      return label_own_work();
    }
    for (const std::string& field : names->fields) {
      const auto given = event.data.find(field);
      if (given != event.data.end() && !given->second.empty()) continue;
      const Label name = field_name(field);
      return {"缺少" + name.zh, "it needs " + name.en};
    }
    if (uses("unit")) return {"须指明另一个单位", "it must name another unit than the present one"};
  }
  return {"流程现在不允许这一步", "the workflow does not allow it now"};
}

std::string explain(const flow::Chart& chart, const flow::Instance& instance,
                    const flow::Step& step, const flow::Event& event) {
  return one_line(explain_label(chart, instance, step, event));
}

}  // namespace cairn::respond::refusal
