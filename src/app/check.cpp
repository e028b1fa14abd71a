// SPDX-License-Identifier: Apache-2.0
#include "app/check.hpp"

#include <algorithm>
#include <filesystem>

#include "app/check_text.hpp"
#include "app/context.hpp"
#include "core/text.hpp"
#include "model/pack_load.hpp"
#include "store/retention.hpp"
#include "watch/retention_check.hpp"

namespace cairn::app {
namespace {

namespace fs = std::filesystem;

const OptionSpec check_options[] = {
    {"format", "text|json", "how to print (default: text)"},
    {"json", "", "the same as --format json, for editors"},
    {"explain", "<code>", "what a code such as P0010 means; `list`: all of them"},
    {"all", "", "also what only follows from other mistakes"},
    {"keep", "<spans>", "warn of formulas that read beyond what `serve --keep` leaves"},
    root_option,
    data_option,
};

std::string normal(const std::string& path) {
  std::error_code ignored;
  std::string out = fs::weakly_canonical(path, ignored).string();
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

// The folder meant by a word: a path, or the id of a pack, a region or a proposal.
Result<std::string> find_target(const Context& context, const std::string& word) {
  std::error_code ignored;
  for (const char* part : {"packs", "regions"}) {
    const std::string path = format("{}/{}/{}", context.root, part, word);
    if (fs::is_directory(path, ignored)) return normal(path);
  }
  const std::string proposal = format("{}/proposals/{}.yaml", context.root, word);
  if (fs::exists(proposal, ignored)) return normal(proposal);
  if (fs::exists(word, ignored)) return normal(word);
  std::vector<std::string> known;
  for (const char* part : {"packs", "regions"}) {
    if (const auto names = context.files->list(format("{}/{}", context.root, part))) {
      known.insert(known.end(), names->begin(), names->end());
    }
  }
  const auto near = nearest(word, known);
  return fail(Code::not_found, format("there is no pack, region or folder '{}'{}", word,
                                      near ? format("; did you mean '{}'?", *near) : ""));
}

bool concerns(const Error& problem, const std::string& target) {
  if (target.empty()) return true;
  const std::string file = problem.place.substr(0, problem.place.find(':'));
  return normal(file).starts_with(target);
}

std::vector<Error> filtered(const std::vector<Error>& problems, const std::string& target) {
  std::vector<Error> out;
  for (const Error& problem : problems) {
    if (concerns(problem, target)) out.push_back(problem);
  }
  return out;
}

// "2 errors, 0 warnings": what the summary has always said, and what else there is.
std::string summary_of(const std::vector<model::Diagnosis>& diagnoses, bool all) {
  const auto count = [&](auto holds) {
    return static_cast<std::size_t>(std::count_if(diagnoses.begin(), diagnoses.end(), holds));
  };
  const std::size_t hidden =
      all ? 0 : count([](const model::Diagnosis& one) { return one.consequence; });
  const auto shown = [&](bool warning) {
    return count([&](const model::Diagnosis& one) {
      return one.warning == warning && (all || !one.consequence);
    });
  };
  std::string out = format("{} errors, {} warnings", shown(false), shown(true));
  if (hidden > 0) out += format(" ({} more follow from these; --all shows them)", hidden);
  return out + "\n";
}

void print_problems(const Context& context, const std::vector<model::Diagnosis>& diagnoses,
                    bool all) {
  std::string code;
  for (const model::Diagnosis& diagnosis : diagnoses) {
    if (diagnosis.consequence && !all) continue;
    print_out(diagnosis_text(diagnosis, context.out));
    if (code.empty() && diagnosis.code != "P0000") code = diagnosis.code;
  }
  if (!code.empty()) {
    print_out(context.out.dim(
        format("`cairn check --explain {}` 说明更多 tells more of such a mistake\n", code)));
  }
}

// A pack that lies outside the root is read besides those of the root.
Result<Problems> problems_with(const Context& context, const std::string& target,
                               std::span<const store::Retention> retention) {
  auto world = load(context);
  if (!world) return fail(world.error());
  const std::string packs = normal(context.root + "/packs");
  const bool outside = !target.empty() && context.files->exists(target + "/pack.yaml") &&
                       !target.starts_with(packs + "/");
  const auto judged = [&](const watch::World& of) {
    Problems out = of.problems;
    const auto beyond = watch::beyond_retention(of, retention);
    out.warnings.insert(out.warnings.end(), beyond.begin(), beyond.end());
    return out;
  };
  if (!outside) return judged(**world);
  Problems problems;
  auto workspace = (*world)->workspace;
  auto catalog = std::make_shared<model::Catalog>(*workspace.catalog);
  model::load_pack(*context.files, target, *catalog, workspace.records, problems);
  workspace.catalog = std::move(catalog);
  return judged(*watch::build_world(std::move(workspace), {}, std::move(problems)));
}

}  // namespace

const CommandSpec check_command = {
    "check",
    "[<pack or region>]",
    "Checks a pack, a region or everything: files, units, formulas, codes, positions.",
    0,
    1,
    check_options,
    "cairn check packs/air-quality"};

int run_check(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  if (const std::string code = args.get("explain"); !code.empty()) {
    if (code == "list") {
      print_out(fault_list());
      return exit_ok;
    }
    const auto text = fault_text(code, context->out);
    if (!text) return report(*context, text.error());
    print_out(*text);
    return exit_ok;
  }
  std::string target;
  if (!args.words.empty()) {
    const auto found = find_target(*context, args.words[0]);
    if (!found) return report(*context, found.error());
    target = *found;
  }
  const auto retention = store::parse_retention(args.get("keep"));
  if (!retention) {
    print_error(*context, {Code::invalid, retention.error().message, "--keep"});
    return exit_usage;
  }
  const auto problems = problems_with(*context, target, *retention);
  if (!problems) return report(*context, problems.error());
  const auto errors = filtered(problems->errors, target);
  const auto warnings = filtered(problems->warnings, target);
  const auto diagnoses = model::diagnose(*context->files, {errors, warnings});
  const bool all = args.has("all");
  if (args.has("json") || args.get("format") == "json") {
    print_out(diagnoses_json(diagnoses, all));
  } else {
    print_problems(*context, diagnoses, all);
    const std::string summary = summary_of(diagnoses, all);
    print_out(errors.empty() ? context->out.green(summary) : context->out.red(summary));
  }
  return errors.empty() ? exit_ok : exit_failed;
}

}  // namespace cairn::app
