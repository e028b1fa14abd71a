// SPDX-License-Identifier: Apache-2.0
#include "app/plan.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/context.hpp"
#include "core/csv.hpp"
#include "core/text.hpp"
#include "plan/check.hpp"
#include "plan/evaluate.hpp"
#include "plan/report.hpp"

namespace cairn::app {
namespace {

const OptionSpec list_options[] = {root_option, language_option};
const OptionSpec check_options[] = {
    {"format", "text|json", "how to print (default: text)"},
    {"severity", "error|warning|note", "show findings of this severity and graver (default: note)"},
    root_option,
    language_option,
};

const OptionSpec show_options[] = {
    {"at", "<date>", "as of this date (default: now)"},
    {"proposal", "<id>", "as it would be with this proposal"},
    {"format", "table|csv", "how to print (default: table)"},
    root_option,
    data_option,
    language_option,
};
const OptionSpec report_options[] = {
    {"at", "<date>", "as of this date (default: now)"},
    {"proposal", "<id>", "as it would be with this proposal"},
    {"out", "<file>", "write here instead of standard output"},
    root_option,
    data_option,
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

struct PlanRow {
  Language language = Language::zh;
  Zone zone;
};

// A plan held against the actual values at a date.
struct Evaluated {
  const model::Plan* plan = nullptr;
  plan::PlanResult result;
  Label proposal;
};

Result<Evaluated> evaluate(const Loaded& loaded, const Args& args) {
  const model::Workspace& workspace = loaded.world->workspace;
  const auto wanted = find_plan(workspace, args.words[0]);
  if (!wanted) return fail(wanted.error());
  const auto at = as_of(loaded.context, args, workspace.zone);
  if (!at) return fail(at.error());
  const std::string proposal = args.get("proposal");
  const auto snapshot = loaded.world->with_proposal(proposal);
  if (!snapshot) return fail(snapshot.error());
  formula::Evaluator evaluator(loaded.world->library, *snapshot);
  formula::Evaluator base(loaded.world->library, loaded.world->snapshot);
  const auto actuals = plan::formula_actuals({.evaluator = evaluator,
                                              .library = loaded.world->library,
                                              .regions = *workspace.regions,
                                              .as_of = *at,
                                              .overlay = !proposal.empty(),
                                              .base = &base});
  Evaluated out{*wanted, plan::evaluate(**wanted, *at, workspace.zone, actuals), {}};
  if (const model::Proposal* used = workspace.proposal(proposal)) out.proposal = used->label;
  return out;
}

std::string figure(const std::optional<model::Figure>& f) {
  if (!f) return "";
  if (!f->value) return f->text;
  std::string out = model::to_string(f->bound) + number_text(*f->value);
  if (f->value_max) out += "-" + number_text(*f->value_max);
  return out;
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

std::vector<std::string> claim_row(const model::Claim& claim, const plan::ClaimResult& result,
                                   const PlanRow& how) {
  const auto number = [](const std::optional<double>& value) {
    return value ? grouped(*value) : std::string();
  };
  std::optional<double> actual;
  if (result.actual) actual = result.actual->value;
  std::string when;
  if (result.actual && result.actual->data_time) {
    when = to_string(date_of(*result.actual->data_time - 1, how.zone));
  }
  std::string status = plan::label_of(result.status).in(how.language);
  if (result.actual && result.actual->estimated) {
    status += how.language == Language::zh ? "（含估计）" : " (estimated input)";
  }
  return {claim.id,
          claim.label.in(how.language),
          claim.unit,
          figure(claim.baseline),
          figure(claim.target),
          number(result.required),
          number(actual),
          when,
          number(result.gap),
          status};
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

const CommandSpec plan_show_command = {
    "plan show",
    "<plan>",
    "A plan's targets beside the actual values, gaps and status.",
    1,
    1,
    show_options,
    "cairn plan show panxi --at 2020"};
const CommandSpec plan_report_command = {"plan report",
                                         "<plan>",
                                         "Writes the mid-term evaluation report as printable HTML.",
                                         1,
                                         1,
                                         report_options,
                                         "cairn plan report guizhou --at 2023 --out report.html"};

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

int run_plan_show(const Args& args) {
  const auto loaded = open(args);
  if (!loaded) return report(Context{}, loaded.error());
  const auto evaluated = evaluate(*loaded, args);
  if (!evaluated) return report(loaded->context, evaluated.error());
  const bool zh = loaded->context.language == Language::zh;
  const std::vector<std::string> headings =
      zh ? std::vector<std::string>{"claim", "指标",  "单位",     ">基期", ">目标",
                                    ">应达", ">实际", "数据日期", ">差距", "状态"}
         : std::vector<std::string>{"claim",     "indicator", "unit",    ">base", ">target",
                                    ">required", ">actual",   "data of", ">gap",  "status"};
  TextTable table(headings);
  const bool csv = args.get("format") == "csv";
  if (csv) {
    print_out("claim,label,unit,base,target,required,actual,data_date,gap,status\n");
  }
  const PlanRow how{loaded->context.language, loaded->world->workspace.zone};
  for (std::size_t i = 0; i < evaluated->plan->claims.size(); ++i) {
    const plan::ClaimResult& result = evaluated->result.claims[i];
    if (!result.has_target) continue;
    std::vector<std::string> row = claim_row(evaluated->plan->claims[i], result, how);
    if (csv) {
      for (std::string& cell : row) cell = csv_field(cell);
      print_out(join(row, ",") + "\n");
    } else {
      table.add(std::move(row));
    }
  }
  if (!csv) print_out(table.text(loaded->context.out));
  return exit_ok;
}

int run_plan_report(const Args& args) {
  const auto loaded = open(args);
  if (!loaded) return report(Context{}, loaded.error());
  const auto evaluated = evaluate(*loaded, args);
  if (!evaluated) return report(loaded->context, evaluated.error());
  const model::Workspace& workspace = loaded->world->workspace;
  const auto all = plan::check(workspace.plans, *workspace.regions);
  const auto findings = plan::concerning(all, evaluated->plan->id);
  const std::string html = plan::report_html({.plan = *evaluated->plan,
                                              .result = evaluated->result,
                                              .findings = findings,
                                              .regions = *workspace.regions,
                                              .language = loaded->context.language,
                                              .proposal = evaluated->proposal});
  const std::string path = args.get("out");
  if (path.empty()) {
    print_out(html);
    return exit_ok;
  }
  if (auto done = loaded->context.files->replace(path, html); !done) {
    return report(loaded->context, done.error());
  }
  return exit_ok;
}

}  // namespace cairn::app
