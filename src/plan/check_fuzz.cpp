// SPDX-License-Identifier: Apache-2.0
// Whatever loads is checked, evaluated and printed. Claims and text come from one input, divided
// by the first line "---".
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "model/plan_load.hpp"
#include "plan/report.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = input.find("\n---\n");
  const std::string_view text = cut == std::string_view::npos ? "" : input.substr(cut + 5);
  cairn::Problems problems;
  auto plan = cairn::model::read_plan(input.substr(0, cut), "plan.yaml", text, problems);
  if (!plan) return 0;
  const std::vector<cairn::model::Plan> plans{*plan};
  const cairn::model::RegionTree regions;
  const auto findings = cairn::plan::check(plans, regions);
  for (const auto& finding : findings) {
    if (finding.claims.empty() || finding.title.empty() || finding.text.empty()) std::abort();
  }
  const auto result = cairn::plan::evaluate(
      plans[0], cairn::start_of({2024, 1, 1}, {}), {}, [](const cairn::model::Claim& claim) {
        cairn::plan::Actual actual;
        actual.value = claim.target && claim.target->value ? *claim.target->value / 2 : 1;
        return std::optional<cairn::plan::Actual>(actual);
      });
  const std::string html =
      cairn::plan::report_html({plans[0], result, findings, regions, cairn::Language::en, {}});
  if (!cairn::is_valid_utf8(html)) std::abort();
  return 0;
}
