// SPDX-License-Identifier: Apache-2.0
#include "app/simulate.hpp"

#include <cstdio>
#include <filesystem>
#include <system_error>

#include "app/context.hpp"
#include "app/simulate_deploy.hpp"
#include "app/simulate_rows.hpp"
#include "core/text.hpp"
#include "model/workspace.hpp"
#include "simulate/device.hpp"

namespace cairn::app {
namespace {

const OptionSpec kinds_options[] = {
    {"markdown", "", "as the chapter of docs/simulate.md"},
    root_option,
    language_option,
};
const OptionSpec rows_options[] = {root_option};
const OptionSpec deploy_options[] = {
    {"things", "<number>", "how many (default: 100000)"},
    {"out", "<folder>", "where things.csv and devices.csv go (default: deployment)"},
    root_option,
};

std::string in(Language language, std::string_view zh, std::string_view en) {
  return std::string(language == Language::zh ? zh : en);
}

void print_kind(const Context& context, const simulate::Kind& kind) {
  const Language language = context.language;
  print_out(format("{}  {}\n{}\n{}\n\n", context.out.bold(kind.id), in(language, kind.zh, kind.en),
                   in(language, kind.physics_zh, kind.physics_en), context.out.dim(kind.source)));
  TextTable parameters(
      language == Language::zh
          ? std::vector<std::string>{"参数", ">默认", ">最小", ">最大", "单位", ""}
          : std::vector<std::string>{"parameter", ">usual", ">least", ">most", "unit", ""});
  for (const simulate::Parameter& p : kind.parameters) {
    parameters.add({std::string(p.name), number_text(p.value), number_text(p.least),
                    number_text(p.most), std::string(p.unit), in(language, p.zh, p.en)});
  }
  TextTable outputs({in(language, "输出", "output"), in(language, "单位", "unit"), ""});
  for (const simulate::Output& o : kind.outputs) {
    outputs.add({std::string(o.name), std::string(o.unit), in(language, o.zh, o.en)});
  }
  print_out(parameters.text(context.out) + "\n" + outputs.text(context.out));
}

void print_list(const Context& context) {
  TextTable table({in(context.language, "种类", "kind"), in(context.language, "名称", "what it is"),
                   in(context.language, "输出", "outputs")});
  for (const simulate::Kind& kind : simulate::kinds()) {
    std::vector<std::string> outputs;
    for (const simulate::Output& o : kind.outputs) outputs.emplace_back(o.name);
    table.add({std::string(kind.id), in(context.language, kind.zh, kind.en), join(outputs, " ")});
  }
  print_out(table.text(context.out));
}

void print_markdown() {
  for (const simulate::Kind& kind : simulate::kinds()) {
    print_out(format("### {}\n\n{} / {}\n\n{}\n\n{}\n\nSource: {}.\n\n", kind.id, kind.zh, kind.en,
                     kind.physics_en, kind.physics_zh, kind.source));
    print_out("| parameter | usual | from | to | unit | |\n|---|---:|---:|---:|---|---|\n");
    for (const simulate::Parameter& p : kind.parameters) {
      print_out(format("| `{}` | {} | {} | {} | {} | {} / {} |\n", p.name, number_text(p.value),
                       number_text(p.least), number_text(p.most), p.unit, p.zh, p.en));
    }
    print_out("\n| output | unit | |\n|---|---|---|\n");
    for (const simulate::Output& o : kind.outputs) {
      print_out(format("| `{}` | {} | {} / {} |\n", o.name, o.unit, o.zh, o.en));
    }
    print_out("\n");
  }
}

}  // namespace

const CommandSpec simulate_kinds_command = {
    "simulate kinds",
    "[kind]",
    "Lists the kinds of simulated devices; of one, its physics and parameters.",
    0,
    1,
    kinds_options,
    "cairn simulate kinds slope_water"};
const CommandSpec simulate_rows_command = {
    "simulate rows",
    "<pack> [thing]",
    "Prints a pack's simulated series as CSV, for checks with other programs.",
    1,
    2,
    rows_options,
    "cairn simulate rows debris-flow > rows.csv"};

const CommandSpec simulate_deploy_command = {
    "simulate deploy",
    "",
    "Writes an import file with things of all packs' types over the whole region, simulated.",
    0,
    0,
    deploy_options,
    "cairn simulate deploy --things 100000 --out /tmp/deployment"};

int run_simulate_kinds(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  if (args.has("markdown")) {
    print_markdown();
    return exit_ok;
  }
  if (args.words.empty()) {
    print_list(*context);
    return exit_ok;
  }
  const simulate::Kind* kind = simulate::kind(args.words[0]);
  if (kind != nullptr) {
    print_kind(*context, *kind);
    return exit_ok;
  }
  std::vector<std::string> names;
  for (const simulate::Kind& known : simulate::kinds()) names.emplace_back(known.id);
  const auto near = nearest(args.words[0], names);
  return report(*context, {Code::not_found, format("there is no kind '{}'{}", args.words[0],
                                                   near ? "; did you mean '" + *near + "'?" : "")});
}

int run_simulate_rows(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  Problems problems;
  const auto workspace = model::load_workspace(*context->files, {context->root, "panxi"}, problems);
  if (!workspace) return report(*context, workspace.error());
  const model::PackDef* pack = workspace->catalog->pack(args.words[0]);
  if (pack == nullptr) {
    return report(*context, {Code::not_found, format("there is no pack '{}'", args.words[0]), {}});
  }
  for (const Error& error : problems.errors) {
    if (error.place.starts_with(pack->directory + "/")) print_error(*context, error);
  }
  const std::string thing = args.words.size() > 1 ? args.words[1] : std::string();
  const auto tables = simulated_tables(workspace->records.observations, pack->id, thing);
  if (tables.empty()) {
    return report(*context,
                  {Code::not_found,
                   format("the pack '{}' has no simulated series{}", pack->id,
                          thing.empty() ? std::string() : format(" of a thing '{}'", thing))});
  }
  print_out(rows_csv(tables, workspace->zone));
  return exit_ok;
}

int run_simulate_deploy(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const auto things = parse_integer(args.get("things", "100000"));
  if (!things || *things < 1 || *things > 1'000'000) {
    return report(*context, {Code::invalid, "must be from 1 to 1000000", "--things"});
  }
  Problems problems;
  const auto workspace = model::load_workspace(*context->files, {context->root, "panxi"}, problems);
  if (!workspace) return report(*context, workspace.error());
  const auto deployment = make_deployment(*workspace, static_cast<std::size_t>(*things));
  if (!deployment) return report(*context, deployment.error());
  const std::string folder = args.get("out", "deployment");
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return report(*context, {Code::io, failed.message(), folder});
  const std::string path = folder + "/things.csv";
  const auto written = context->files->replace(path, deployment->things_csv);
  if (!written) return report(*context, written.error());
  const auto listed = context->files->replace(folder + "/devices.csv", deployment->devices_csv);
  if (!listed) return report(*context, listed.error());
  print_out(format("{}: {} simulated things of {} types near {} villages\n", path, *things,
                   deployment->types.size(), deployment->villages));
  print_out(format("cairn import {} --kind things --keep-estimated\n", path));
  return exit_ok;
}

}  // namespace cairn::app
