// SPDX-License-Identifier: Apache-2.0
#include "app/eval.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/context.hpp"
#include "core/csv.hpp"
#include "core/text.hpp"
#include "formula/ast.hpp"

namespace cairn::app {
namespace {

const OptionSpec eval_options[] = {
    {"region", "<code>", "region code or id (default: the home region)"},
    {"by", "<level>", "one row for each province, prefecture, county, town or village in it"},
    {"at", "<date>", "as of this date: 2020, 2020-06, 2020-12-31 or an instant (default: now)"},
    {"proposal", "<id>", "as it would be with this proposal"},
    {"format", "table|csv|json", "how to print (default: table)"},
    root_option,
    data_option,
    language_option,
};
const OptionSpec explain_options[] = {
    {"region", "<code>", "region code or id (default: the home region)"},
    {"at", "<date>", "as of this date (default: now)"},
    {"proposal", "<id>", "as it would be with this proposal"},
    {"inputs", "<n>", "things listed under an aggregate (default: 10)"},
    root_option,
    data_option,
    language_option,
};

// What a formula is asked of: the world, the snapshot with the proposal, the regions, the date.
struct Question {
  std::shared_ptr<const watch::World> world;  // shared: as loaded
  model::Snapshot snapshot;
  model::RegionIndex region = 0;
  std::vector<model::RegionIndex> regions;
  Instant as_of;
};

Result<Question> make_question(const Context& context, const Args& args) {
  Question q;
  auto world = load(context);
  if (!world) return fail(world.error());
  q.world = std::move(*world);
  auto snapshot = q.world->with_proposal(args.get("proposal"));
  if (!snapshot) return fail(snapshot.error());
  q.snapshot = std::move(*snapshot);
  const model::Workspace& workspace = q.world->workspace;
  const auto region = workspace.regions->require(args.get("region", workspace.home));
  if (!region) return fail(region.error().code, region.error().message, "--region");
  q.region = *region;
  const auto at = as_of(context, args, workspace.zone);
  if (!at) return fail(at.error());
  q.as_of = *at;
  if (!args.has("by")) {
    q.regions.push_back(*region);
    return q;
  }
  const auto level = model::parse_level(args.get("by"));
  if (!level || *level == model::Level::zone) {
    return fail(Code::invalid,
                format("'{}' is no level; use province, prefecture, county, town "
                       "or village",
                       args.get("by")),
                "--by");
  }
  q.regions = workspace.regions->at_level(*region, *level, q.as_of - 1);
  if (q.regions.empty()) {
    return fail(Code::not_found,
                format("there is no {} in {}", args.get("by"), (*workspace.regions)[*region].code),
                "--by");
  }
  return q;
}

// A compile error of a formula given by hand: the place under the text itself.
int report_formula(const Context& context, const std::string& text, const Error& error) {
  print_error(context, error);
  unsigned line = 0;
  unsigned column = 0;
  if (std::sscanf(error.place.c_str(), "%u:%u", &line, &column) == 2 && line == 1 && column > 0) {
    const std::size_t cells = display_width(std::string_view(text).substr(0, column - 1));
    std::fprintf(stderr, "  %s\n  %s%s\n", text.c_str(), std::string(cells, ' ').c_str(),
                 context.err.red("^").c_str());
  }
  return exit_failed;
}

std::string value_of(const formula::Compiled& formula, const formula::Cell& cell) {
  if (cell.value) {
    if (formula.type == formula::Type::boolean) return *cell.value != 0 ? "true" : "false";
    return number_text(*cell.value);
  }
  if (const auto* text = cell.other.get<std::string>()) return *text;
  if (const auto* date = cell.other.get<Date>()) return to_string(*date);
  if (const auto* time = cell.other.get<Instant>()) return to_string(*time);
  return "";
}

std::string coverage(const formula::Cell& cell) {
  return format("{}/{}", cell.reported, cell.expected);
}

std::string remark(const Context& context, const formula::Cell& cell) {
  std::string out;
  if (cell.estimated) out = context.language == Language::zh ? "含估计" : "estimated input";
  if (!cell.reason.empty()) out += (out.empty() ? "" : "; ") + cell.reason;
  return out;
}

void print_table(const Context& context, const Question& q, const formula::Compiled& formula,
                 const formula::Answer& answer) {
  const bool zh = context.language == Language::zh;
  TextTable table(
      zh ? std::vector<std::string>{"区划代码", "名称", ">数值", "单位", ">覆盖", "说明"}
         : std::vector<std::string>{"region", "name", ">value", "unit", ">reported", "remark"});
  for (std::size_t i = 0; i < answer.cells.size(); ++i) {
    const model::Region& region = (*q.world->workspace.regions)[q.regions[i]];
    const formula::Cell& cell = answer.cells[i];
    std::string value = cell.value && formula.type == formula::Type::number
                            ? grouped(*cell.value)
                            : value_of(formula, cell);
    if (value.empty()) value = zh ? "无数据" : "no data";
    table.add({region.code, region.name.in(context.language), value,
               answer.unit.text == "1" ? "" : answer.unit.text, coverage(cell),
               remark(context, cell)});
  }
  print_out(table.text(context.out));
}

void print_csv(const Context& context, const Question& q, const formula::Compiled& formula,
               const formula::Answer& answer) {
  print_out("region,name,value,unit,reported,expected,estimated,data_time,reason\n");
  for (std::size_t i = 0; i < answer.cells.size(); ++i) {
    const model::Region& region = (*q.world->workspace.regions)[q.regions[i]];
    const formula::Cell& cell = answer.cells[i];
    print_out(format(
        "{},{},{},{},{},{},{},{},{}\n", region.code, csv_field(region.name.in(context.language)),
        csv_field(value_of(formula, cell)), csv_field(answer.unit.text), cell.reported,
        cell.expected, cell.estimated,
        cell.data_time ? to_string(*cell.data_time, q.snapshot.zone) : "", csv_field(cell.reason)));
  }
}

void print_json(const Question& q, const std::string& text, const formula::Compiled& formula,
                const formula::Answer& answer) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < answer.cells.size(); ++i) {
    const model::Region& region = (*q.world->workspace.regions)[q.regions[i]];
    const formula::Cell& cell = answer.cells[i];
    nlohmann::ordered_json row;
    row["region"] = region.code;
    row["label"] = {{"zh", region.name.zh}, {"en", region.name.en}};
    if (cell.value && formula.type == formula::Type::boolean) {
      row["value"] = *cell.value != 0;
    } else if (cell.value) {
      row["value"] = *cell.value;
    } else {
      const std::string other = value_of(formula, cell);
      row["value"] = other.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(other);
    }
    row["reported"] = cell.reported;
    row["expected"] = cell.expected;
    row["estimated"] = cell.estimated;
    if (cell.data_time) row["data_time"] = to_string(*cell.data_time, q.snapshot.zone);
    if (!cell.reason.empty()) row["reason"] = cell.reason;
    rows.push_back(std::move(row));
  }
  const nlohmann::ordered_json out = {{"formula", text},
                                      {"unit", answer.unit.text},
                                      {"as_of", to_string(q.as_of, q.snapshot.zone)},
                                      {"rows", rows}};
  print_out(out.dump(2) + "\n");
}

void print_inputs(const Context& context, const Question& q, const formula::Explanation& node,
                  const std::string& indent) {
  for (const auto& input : node.inputs) {
    std::string line = format("{}· {} {}", indent, input.thing, input.label.in(context.language));
    line += input.value ? format(" = {}", grouped(*input.value)) : std::string(" = –");
    if (input.value && input.unit.text != "1") line += " " + input.unit.text;
    if (input.time) line += format(" [{}]", to_string(*input.time, q.snapshot.zone));
    if (input.estimated) line += context.language == Language::zh ? " 估计" : " estimated";
    if (!input.source.empty()) line += " ← " + input.source;
    print_out(context.out.dim(line) + "\n");
  }
  if (node.input_count > node.inputs.size() && !node.inputs.empty()) {
    print_out(
        context.out.dim(format("{}· … {} of {}\n", indent, node.inputs.size(), node.input_count)));
  }
}

void print_explanation(const Context& context, const Question& q, const formula::Explanation& node,
                       int depth) {
  const std::string indent(static_cast<std::size_t>(depth) * 2, ' ');
  std::string line = indent + context.out.bold(node.text);
  if (!node.label.empty()) line += " " + node.label.in(context.language);
  line += node.cell.value ? format(" = {}", grouped(*node.cell.value)) : std::string(" = –");
  if (node.cell.value && node.unit.text != "1") line += " " + node.unit.text;
  if (node.cell.expected > 0) line += format("  ({})", coverage(node.cell));
  const std::string note = remark(context, node.cell);
  if (!note.empty()) line += "  " + context.out.yellow(note);
  if (!node.source.empty()) line += context.out.dim(" ← " + node.source);
  print_out(line + "\n");
  print_inputs(context, q, node, indent + "  ");
  for (const auto& part : node.parts) print_explanation(context, q, part, depth + 1);
}

// Whether something under the explanation comes from that source.
bool rests_on(const formula::Explanation& node, const std::string& source) {
  const auto& inputs = node.inputs;
  return node.source == source ||
         std::any_of(inputs.begin(), inputs.end(),
                     [&](const auto& input) { return input.source == source; }) ||
         std::any_of(node.parts.begin(), node.parts.end(),
                     [&](const auto& part) { return rests_on(part, source); });
}

// What was computed by an engine: how, over what, from what.
void print_studies(const Context& context, const Question& q, const formula::Explanation& node) {
  for (const model::SourceDef& source : q.snapshot.derived) {
    if (!rests_on(node, source.key)) continue;
    print_out(context.out.dim(format("{}: {}", source.key, source.origin)) + "\n");
  }
}

}  // namespace

const CommandSpec eval_command = {"eval",
                                  "'<formula>'",
                                  "Evaluates a formula over a region.",
                                  1,
                                  1,
                                  eval_options,
                                  "cairn eval 'count(village)' --region 5134 --by county"};
const CommandSpec explain_command = {"explain",
                                     "'<formula>'|<indicator>",
                                     "Shows where a number comes from.",
                                     1,
                                     1,
                                     explain_options,
                                     "cairn explain bs5g_per_10k --region panxi --at 2020"};

int run_eval(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const std::string style = args.get("format", "table");
  if (style != "table" && style != "csv" && style != "json") {
    print_error(*context, {Code::invalid, "--format is table, csv or json", {}});
    return exit_usage;
  }
  const auto question = make_question(*context, args);
  if (!question) return report(*context, question.error());
  const std::string& text = args.words[0];
  const auto compiled = question->world->library.compile(text);
  if (!compiled) return report_formula(*context, text, compiled.error());
  formula::Evaluator evaluator(question->world->library, question->snapshot);
  const auto answer = evaluator.evaluate(*compiled, {question->regions, question->as_of});
  if (style == "csv") {
    print_csv(*context, *question, *compiled, answer);
  } else if (style == "json") {
    print_json(*question, text, *compiled, answer);
  } else {
    print_table(*context, *question, *compiled, answer);
  }
  return exit_ok;
}

int run_explain(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const auto question = make_question(*context, args);
  if (!question) return report(*context, question.error());
  const std::string& text = args.words[0];
  const auto inputs = parse_integer(args.get("inputs", "10"));
  if (!inputs || *inputs < 0) {
    print_error(*context, {Code::invalid, "--inputs is a whole number", {}});
    return exit_usage;
  }
  const auto compiled = question->world->library.compile(text);
  if (!compiled) return report_formula(*context, text, compiled.error());
  formula::Evaluator evaluator(question->world->library, question->snapshot);
  const auto explanation = evaluator.explain(*compiled, question->region, question->as_of,
                                             static_cast<std::size_t>(*inputs));
  print_explanation(*context, *question, explanation, 0);
  print_studies(*context, *question, explanation);
  return exit_ok;
}

}  // namespace cairn::app
