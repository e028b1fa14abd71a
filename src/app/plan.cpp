// SPDX-License-Identifier: Apache-2.0
#include "app/plan.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/context.hpp"
#include "core/text.hpp"
#include "plan/check.hpp"

namespace cairn::app {
namespace {

const OptionSpec list_options[] = {root_option, language_option};
const OptionSpec check_options[] = {
    {"format", "text|json", "how to print (default: text)"},
    {"severity", "error|warning|note", "show findings of this severity and graver (default: note)"},
    root_option,
    language_option,
};

struct Loaded {
  Context context;
  std::shared_ptr<const watch::World> world;  // shared: as loaded
};

Result<Loaded> open(const Args& args) {
  auto context = make_context(args);
  if (!context) return fail(context.error());
  auto world = load(*context);
  if (!world) return fail(world.error());
  return Loaded{std::move(*context), std::move(*world)};
}

Result<const model::Plan*> find_plan(const model::Workspace& workspace, const std::string& id) {
  if (const model::Plan* plan = workspace.plan(id)) return plan;
  std::vector<std::string> ids;
  for (const model::Plan& plan : workspace.plans) ids.push_back(plan.id);
  const auto near = nearest(id, ids);
  return fail(Code::not_found,
              near ? format("there is no plan '{}'; did you mean '{}'?", id, *near)
                   : format("there is no plan '{}'; there are: {}", id, join(ids, ", ")));
}

std::string painted(const Style& style, plan::Severity severity) {
  const std::string word = plan::to_string(severity);
  if (severity == plan::Severity::error) return style.red(word);
  return severity == plan::Severity::warning ? style.yellow(word) : style.dim(word);
}

void print_finding(const Context& context, const plan::Finding& finding) {
  const Style& style = context.out;
  const Language language = context.language;
  print_out(format("{} {} {}\n", painted(style, finding.severity),
                   style.bold(finding.title.in(language)), style.dim("[" + finding.rule + "]")));
  print_out(format("  {}\n", finding.text.in(language)));
  for (const model::Quote& quote : finding.quotes) {
    print_out(style.dim(format("  {}:{}  「{}」\n", quote.plan, quote.line, quote.text)));
  }
  if (!finding.arithmetic.empty()) print_out(format("  = {}\n", finding.arithmetic));
  if (!finding.suggestion.empty()) print_out(format("  → {}\n", finding.suggestion.in(language)));
  print_out("\n");
}

nlohmann::ordered_json as_json(const plan::Finding& finding) {
  const auto label = [](const Label& l) {
    return nlohmann::ordered_json{{"zh", l.zh}, {"en", l.en}};
  };
  nlohmann::ordered_json claims = nlohmann::ordered_json::array();
  for (const plan::ClaimRef& ref : finding.claims) {
    claims.push_back({{"plan", ref.plan}, {"claim", ref.claim}});
  }
  nlohmann::ordered_json quotes = nlohmann::ordered_json::array();
  for (const model::Quote& quote : finding.quotes) {
    quotes.push_back({{"plan", quote.plan}, {"line", quote.line}, {"text", quote.text}});
  }
  return {{"severity", plan::to_string(finding.severity)},
          {"rule", finding.rule},
          {"title", label(finding.title)},
          {"text", label(finding.text)},
          {"claims", claims},
          {"quotes", quotes},
          {"arithmetic", finding.arithmetic},
          {"suggestion", label(finding.suggestion)}};
}

}  // namespace

const CommandSpec plan_list_command = {"plan list", "", "Lists the plans.", 0, 0, list_options, ""};
const CommandSpec plan_check_command = {
    "plan check",
    "<plan>|all",
    "Finds what a careful clerk would: numbers of the plans that contradict each other.",
    1,
    1,
    check_options,
    "cairn plan check panxi"};

int run_plan_list(const Args& args) {
  const auto loaded = open(args);
  if (!loaded) return report(Context{}, loaded.error());
  TextTable table({"plan", "title", "years", "region", ">claims"});
  for (const model::Plan& plan : loaded->world->workspace.plans) {
    table.add({plan.id, plan.title.in(loaded->context.language),
               format("{}-{}", plan.first_year, plan.last_year), plan.region,
               format("{}", plan.claims.size())});
  }
  print_out(table.text(loaded->context.out));
  return exit_ok;
}

int run_plan_check(const Args& args) {
  const auto loaded = open(args);
  if (!loaded) return report(Context{}, loaded.error());
  const model::Workspace& workspace = loaded->world->workspace;
  // All plans are read, so that what one says of another's region is found too.
  std::vector<plan::Finding> findings = plan::check(workspace.plans, *workspace.regions);
  if (args.words[0] != "all") {
    const auto wanted = find_plan(workspace, args.words[0]);
    if (!wanted) return report(loaded->context, wanted.error());
    findings = plan::concerning(findings, (*wanted)->id);
  }
  const std::string floor = args.get("severity", "note");
  if (floor != "error" && floor != "warning" && floor != "note") {
    print_error(loaded->context, {Code::invalid, "--severity is error, warning or note", {}});
    return exit_usage;
  }
  const auto lowest = floor == "error"     ? plan::Severity::error
                      : floor == "warning" ? plan::Severity::warning
                                           : plan::Severity::note;
  std::erase_if(findings, [&](const plan::Finding& f) { return f.severity > lowest; });
  std::size_t errors = 0;
  for (const plan::Finding& finding : findings) errors += finding.severity == plan::Severity::error;
  if (args.get("format") == "json") {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (const plan::Finding& finding : findings) out.push_back(as_json(finding));
    print_out(out.dump(2) + "\n");
  } else {
    for (const plan::Finding& finding : findings) print_finding(loaded->context, finding);
    print_out(format("{} findings, {} of them errors\n", findings.size(), errors));
  }
  return errors == 0 ? exit_ok : exit_failed;
}

}  // namespace cairn::app
