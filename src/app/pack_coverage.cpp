// SPDX-License-Identifier: Apache-2.0
#include "app/pack_coverage.hpp"

#include <algorithm>

#include "app/context.hpp"
#include "core/text.hpp"
#include "model/pack_coverage.hpp"
#include "model/workspace.hpp"
#include "server/api_pack_coverage.hpp"

namespace cairn::app {
namespace {

const OptionSpec coverage_options[] = {
    {"unanswered", "", "the passages that a pack is still to answer, in full"},
    {"json", "", "as GET /v1/packs/coverage answers"},
    root_option,
    language_option,
};

constexpr std::size_t shown_points = 40;  // characters of a passage

std::string shortened(std::string_view text) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < shown_points && at < text.size(); ++i) next_code_point(text, at);
  return std::string(text.substr(0, at)) + (at < text.size() ? "…" : "");
}

std::string percent(int part, int whole) {
  return whole == 0 ? "–" : format("{:.0f} %", 100.0 * part / whole);
}

// Nobody answers, and it is not out of the question.
bool wanting(const model::Passage& passage) {
  const model::PassageState state = model::state_of(passage);
  return state == model::PassageState::open || state == model::PassageState::later;
}

std::string kind_words(const Context& context, model::LeftOutKind kind) {
  const bool english = context.language == Language::en;
  switch (kind) {
    case model::LeftOutKind::never:
      return english ? "left out on purpose" : "不做";
    case model::LeftOutKind::outside:
      return english ? "not of this kind" : "不属于本系统";
    case model::LeftOutKind::later:
      return english ? "not built yet" : "尚未建设";
  }
  return "";
}

std::string reason_words(const Context& context, const model::LeftOut& one) {
  const std::string& reason = context.language == Language::en ? one.reason.en : one.reason.zh;
  return context.out.yellow(format("{}: {}", kind_words(context, one.kind), reason));
}

void print_chapter(const Context& context, const model::Chapter& chapter, bool unanswered) {
  const auto shown = [&](const model::Passage& passage) { return !unanswered || wanting(passage); };
  if (std::none_of(chapter.passages.begin(), chapter.passages.end(), shown)) return;
  std::string title;
  for (const std::string& above : chapter.path) title += above + " › ";
  print_out(format("\n{}\n", context.out.bold(title + chapter.title)));
  for (const model::Passage& passage : chapter.passages) {
    if (!shown(passage)) continue;
    std::string who;
    if (!passage.packs.empty()) who = context.out.green(join(passage.packs, ", "));
    if (model::state_of(passage) == model::PassageState::open) who = context.out.red("–");
    for (const model::LeftOut& one : passage.left_out) {
      who += (who.empty() ? "" : "  ") + reason_words(context, one);
    }
    print_out(format("  {:>5}  {}  {}\n", passage.line,
                     unanswered ? passage.text : shortened(passage.text), who));
  }
}

void print_summary(const Context& context, const std::vector<model::PlanCoverage>& coverages) {
  TextTable table({"plan", ">passages", ">answered", ">share", ">in part", ">on purpose",
                   ">not of this kind", ">not built yet", ">open"});
  const auto add = [&](const std::string& name, const model::CoverageCount& count) {
    table.add({name, std::to_string(count.passages), std::to_string(count.answered),
               percent(count.answered, count.passages), std::to_string(count.partly),
               std::to_string(count.never), std::to_string(count.outside),
               std::to_string(count.later), std::to_string(count.open)});
  };
  model::CoverageCount all;
  for (const model::PlanCoverage& coverage : coverages) {
    const model::CoverageCount count = model::count_of(coverage);
    add(coverage.plan, count);
    all += count;
  }
  if (coverages.size() > 1) add("all", all);
  print_out("\n" + table.text(context.out));
}

}  // namespace

const CommandSpec pack_coverage_command = {
    "pack coverage",
    "[<plan>]",
    "For each passage of the plans that asks for a system: which pack answers it.",
    0,
    1,
    coverage_options,
    "cairn pack coverage panxi --unanswered"};

int run_pack_coverage(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  Problems ignored;  // of the folders: `cairn check` tells them
  const auto workspace = model::load_workspace(*context->files, {context->root, "panxi"}, ignored);
  if (!workspace) return report(*context, workspace.error());
  Problems problems;
  const auto left_out = model::load_left_out(
      *context->files, context->root + "/packs/left-out.yaml", workspace->plans, problems);
  for (const Error& error : problems.errors) print_error(*context, error);
  auto coverages =
      model::pack_coverage(workspace->plans, workspace->home, *workspace->catalog, left_out);
  if (!args.words.empty()) {
    std::vector<std::string> ids;
    for (const model::Plan& plan : workspace->plans) ids.push_back(plan.id);
    if (workspace->plan(args.words[0]) == nullptr) {
      const auto near = nearest(args.words[0], ids);
      return report(*context,
                    {Code::not_found, format("there is no plan '{}'{}", args.words[0],
                                             near ? format("; did you mean '{}'?", *near) : "")});
    }
    std::erase_if(coverages, [&](const auto& one) { return one.plan != args.words[0]; });
  }
  if (args.has("json")) {
    print_out(server::pack_coverage_json(coverages));
  } else {
    for (const model::PlanCoverage& coverage : coverages) {
      const Label& label = coverage.label;
      print_out(format("{}\n",
                       context->out.bold(context->language == Language::en ? label.en : label.zh)));
      for (const model::Chapter& chapter : coverage.chapters) {
        print_chapter(*context, chapter, args.has("unanswered"));
      }
      print_out("\n");
    }
    print_summary(*context, coverages);
  }
  return problems.ok() ? exit_ok : exit_failed;
}

}  // namespace cairn::app
