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
    {"unanswered", "", "the passages that no pack answers, in full"},
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

bool open(const model::Passage& passage) {
  return passage.packs.empty() && passage.left_out.empty();
}

void print_chapter(const Context& context, const model::Chapter& chapter, bool unanswered) {
  const bool any_open = std::any_of(chapter.passages.begin(), chapter.passages.end(), open);
  if (unanswered && !any_open) return;
  std::string title;
  for (const std::string& above : chapter.path) title += above + " › ";
  print_out(format("\n{}\n", context.out.bold(title + chapter.title)));
  for (const model::Passage& passage : chapter.passages) {
    if (unanswered) {
      if (open(passage)) print_out(format("  {:>5}  {}\n", passage.line, passage.text));
      continue;
    }
    std::string who = join(passage.packs, ", ");
    who = who.empty() ? context.out.red("–") : context.out.green(who);
    for (const model::LeftOut& one : passage.left_out) {
      who += context.out.yellow(format(
          " 不做 left out: {}", context.language == Language::en ? one.reason.en : one.reason.zh));
    }
    print_out(format("  {:>5}  {}  {}\n", passage.line, shortened(passage.text), who));
  }
}

void print_summary(const Context& context, const std::vector<model::PlanCoverage>& coverages) {
  TextTable table({"plan", ">passages", ">answered", ">share", ">left out", ">open"});
  for (const model::PlanCoverage& coverage : coverages) {
    const model::CoverageCount count = model::count_of(coverage);
    int still = 0;
    for (const model::Chapter& chapter : coverage.chapters) {
      still +=
          static_cast<int>(std::count_if(chapter.passages.begin(), chapter.passages.end(), open));
    }
    table.add({coverage.plan, std::to_string(count.passages), std::to_string(count.answered),
               percent(count.answered, count.passages), std::to_string(count.left_out),
               std::to_string(still)});
  }
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
