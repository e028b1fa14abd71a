// SPDX-License-Identifier: Apache-2.0
// Claims and text from one input, divided by the first line "---".
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "model/plan_load.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = input.find("\n---\n");
  const std::string_view yaml = input.substr(0, cut);
  const std::string_view text = cut == std::string_view::npos ? "" : input.substr(cut + 5);
  cairn::Problems problems;
  const auto plan = cairn::model::read_plan(yaml, "plan.yaml", text, problems);
  if (!plan) return 0;
  for (const auto& relation : plan->relations) {
    for (const auto& id : relation.claims) {
      if (plan->claim(id) == nullptr) std::abort();
    }
  }
  for (const auto& claim : plan->claims) {
    for (const auto& quote : claim.quotes) {
      if (quote.line < 1 || static_cast<std::size_t>(quote.line) > plan->lines.size()) std::abort();
    }
  }
  return 0;
}
