// SPDX-License-Identifier: Apache-2.0
// Which pack answers which passage of a plan. A plan's text is cut into paragraphs under its
// headings; a paragraph asks for a system when it says that one is to be built. Packs answer what
// their `answers` quote; packs/left-out.yaml quotes what no pack does, with the kind and the
// reason.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/seams.hpp"
#include "model/catalog.hpp"
#include "model/plan.hpp"

namespace cairn::model {

enum class LeftOutKind {
  never,    // against the rules of the house
  outside,  // no system of this kind: others run it, or none is asked for
  later,    // of this kind, and not built yet
};

// A passage, or a part of one, that no pack does.
struct LeftOut {
  LeftOutKind kind = LeftOutKind::never;
  std::string plan;
  int line = 0;
  std::string quote;
  Label reason;
  std::string place;
};

struct Passage {
  int line = 0;  // in the plan's text, 1-based
  int last_line = 0;
  std::string text;  // without the breaks of lines and pages
  bool asks = false;
  std::vector<std::string> packs;  // that quote it
  std::vector<LeftOut> left_out;
};

struct Chapter {
  std::string title;              // the nearest heading
  std::vector<std::string> path;  // those above it, the chapter first
  int line = 0;
  std::vector<Passage> passages;
};

struct PlanCoverage {
  std::string plan;
  Label label;
  std::vector<Chapter> chapters;  // those with a passage that asks, is quoted or left out
};

// What became of a passage. A pack that quotes it answers it, though a part may be left out; of
// several parts that are left out the gap counts first: later, never, outside.
enum class PassageState { answered, never, outside, later, open };

// passages = answered + never + outside + later + open.
struct CoverageCount {
  int passages = 0;
  int answered = 0;
  int partly = 0;  // of the answered: a part is left out
  int never = 0;
  int outside = 0;
  int later = 0;
  int open = 0;  // nobody answers and nobody said why
  CoverageCount& operator+=(const CoverageCount& other);
};

std::string_view name_of(LeftOutKind kind);
PassageState state_of(const Passage& passage);

// Headings and paragraphs; captions and tables of contents are passed over.
std::vector<Chapter> chapters_of(const std::vector<std::string>& lines);

// Whether a paragraph says that a system is to be built or run.
bool asks_for_system(std::string_view text);

// packs/left-out.yaml: a list of {kind, reason, passages: [{plan, line, quote}]}; a quote that the
// plan does not print is an error with its place. No file: nothing is left out.
std::vector<LeftOut> load_left_out(const Files& files, const std::string& path,
                                   const std::vector<Plan>& plans, Problems& problems);

PlanCoverage pack_coverage(const Plan& plan, const Catalog& catalog,
                           const std::vector<LeftOut>& left_out);
// Of all plans, that of the home region first, then in order of id.
std::vector<PlanCoverage> pack_coverage(const std::vector<Plan>& plans, std::string_view home,
                                        const Catalog& catalog,
                                        const std::vector<LeftOut>& left_out);

CoverageCount count_of(const Chapter& chapter);
CoverageCount count_of(const PlanCoverage& coverage);

}  // namespace cairn::model
