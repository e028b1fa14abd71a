// SPDX-License-Identifier: Apache-2.0
#include "app/import.hpp"

#include <cstdio>

#include "app/context.hpp"
#include "core/text.hpp"
#include "share/import.hpp"
#include "store/registry.hpp"

namespace cairn::app {
namespace {

const OptionSpec import_options[] = {
    {"kind", "<kind>", "things, statistics or observations (default: things)"},
    {"format", "csv|geojson", "default: by the content"},
    {"type", "<type>", "type of the things, where the file has no such column"},
    {"thing", "<id>", "thing of the observations, where the file has no such column"},
    {"property", "<name>", "property of the values, where the file has no such column"},
    {"unit", "<unit>", "unit of values that name none"},
    {"source", "<text>", "where the data comes from (default: the file's name)"},
    {"zone", "<offset>", "of times without one (default: the region's)"},
    {"columns", "<a=b,…>", "column of the file = field or property; a=- leaves it out"},
    {"keep-estimated", "", "let estimated things stand beside the imported ones"},
    {"dry-run", "", "show what would be done and change nothing"},
    {"partial", "", "take the good rows although others are refused"},
    root_option,
    data_option,
};
const OptionSpec list_options[] = {root_option, data_option};

Result<std::unique_ptr<store::Registry>> open_registry(const Context& context) {
  return store::Registry::open(context.data);
}

Result<share::ImportRequest> make_request(const Args& args) {
  share::ImportRequest request;
  const auto kind = share::parse_import_kind(args.get("kind", "things"));
  if (!kind) return fail(Code::invalid, "--kind is things, statistics or observations");
  const auto format_ = share::parse_import_format(args.get("format", "auto"));
  if (!format_) return fail(Code::invalid, "--format is csv, geojson or auto");
  request.kind = *kind;
  request.format = *format_;
  request.name = args.words[0].substr(args.words[0].rfind('/') + 1);
  request.type = args.get("type");
  request.thing = args.get("thing");
  request.property = args.get("property");
  request.unit = args.get("unit");
  request.source = args.get("source");
  request.replace_estimated = !args.has("keep-estimated");
  if (args.has("zone")) {
    const auto zone = parse_zone(args.get("zone"));
    if (!zone) return fail(zone.error());
    request.zone = *zone;
  }
  const std::string columns = args.get("columns");
  for (const std::string_view pair : split(columns, ',')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return fail(Code::invalid, format("--columns: '{}' is not column=field", pair));
    }
    request.columns.emplace_back(trim(pair.substr(0, equals)), trim(pair.substr(equals + 1)));
  }
  return request;
}

void print_errors(const Context& context, const share::Preview& preview) {
  for (const share::RowError& error : preview.errors) {
    std::string place = error.record == 0 ? "header" : format("record {}", error.record);
    if (error.line > 0) place += format(", line {}", error.line);
    if (!error.column.empty()) place += format(", column {}", error.column);
    std::fprintf(stderr, "%s %s: %s\n", context.err.red("error:").c_str(), place.c_str(),
                 error.message.c_str());
  }
  if (preview.error_count > preview.errors.size()) {
    std::fprintf(stderr, "… and %zu more\n", preview.error_count - preview.errors.size());
  }
}

void print_preview(const Context& context, const share::Preview& preview) {
  print_out(format("{}: {} as {}, {}; {} rows, {} accepted, {} refused\n", preview.name,
                   share::to_string(preview.kind), share::to_string(preview.format),
                   preview.encoding, preview.rows, preview.accepted, preview.rejected));
  for (const std::string& note : preview.notes) print_out(format("note: {}\n", note));
  if (preview.new_things + preview.updated_things > 0) {
    print_out(format("{} new, {} known already\n", preview.new_things, preview.updated_things));
  }
  for (const share::Replacement& replacement : preview.replaces) {
    print_out(format("replaces {}{} {} in {} {}\n", replacement.count,
                     replacement.estimated ? " estimated" : "", replacement.type,
                     replacement.region, replacement.region_label.in(context.language)));
  }
  if (preview.sample.empty()) return;
  std::vector<std::string> headings = {"#"};
  for (const share::ImportColumn& column : preview.columns) {
    headings.push_back(column.unit.empty() ? column.name
                                           : format("{} [{}]", column.name, column.unit));
  }
  TextTable table(headings);
  for (const share::SampleRow& row : preview.sample) {
    std::vector<std::string> cells = {format("{}", row.record)};
    cells.insert(cells.end(), row.cells.begin(), row.cells.end());
    table.add(std::move(cells));
  }
  print_out(table.text(context.out));
}

}  // namespace

const CommandSpec import_command = {
    "import",
    "<file>",
    "Takes in things, statistics or observations: shows what it read, then keeps all or nothing.",
    1,
    1,
    import_options,
    "cairn import sites.csv --kind things --type base_station --dry-run"};
const CommandSpec import_list_command = {"import list", "", "Lists what was imported.", 0, 0,
                                         list_options,  ""};
const CommandSpec import_remove_command = {
    "import remove", "<id>", "Takes an import back.", 1, 1, list_options, "cairn import remove 3"};

int run_import(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  auto request = make_request(args);
  if (!request) {
    print_error(*context, request.error());
    return exit_usage;
  }
  const auto bytes = context->files->read(args.words[0]);
  if (!bytes) return report(*context, bytes.error());
  request->bytes = *bytes;
  const auto world = load(*context);
  if (!world) return report(*context, world.error());
  const auto preview =
      share::prepare(*request, {(*world)->snapshot, (*world)->workspace.boundaries});
  if (!preview) return report(*context, preview.error());
  print_preview(*context, *preview);
  print_errors(*context, *preview);
  if (preview->rejected > 0 && !args.has("partial")) {
    std::fputs("nothing was imported; correct the rows or use --partial\n", stderr);
    return exit_failed;
  }
  if (args.has("dry-run")) return exit_ok;
  const auto registry = open_registry(*context);
  if (!registry) return report(*context, registry.error());
  const auto done = share::commit(*preview, **registry, context->clock->now(), args.has("partial"));
  if (!done) return report(*context, done.error());
  print_out(done->already ? format("import {} was there already; nothing was done\n", done->id)
                          : format("import {}: {} records kept\n", done->id, preview->accepted));
  return exit_ok;
}

int run_import_list(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  if (!context->files->exists(context->data + "/registry.sqlite")) {
    print_out("nothing was imported yet\n");
    return exit_ok;
  }
  const auto registry = open_registry(*context);
  if (!registry) return report(*context, registry.error());
  const auto imports = (*registry)->imports();
  if (!imports) return report(*context, imports.error());
  TextTable table({">id", "kind", "file", "encoding", "at", ">records"});
  for (const store::ImportInfo& info : *imports) {
    table.add({format("{}", info.id), info.kind, info.name, info.encoding, to_string(info.at),
               format("{}", info.records)});
  }
  print_out(table.text(context->out));
  return exit_ok;
}

int run_import_remove(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const auto id = parse_integer(args.words[0]);
  if (!id) {
    print_error(*context, {Code::invalid, "an import is named by its number", {}});
    return exit_usage;
  }
  const auto registry = open_registry(*context);
  if (!registry) return report(*context, registry.error());
  if (auto done = (*registry)->remove(*id); !done) return report(*context, done.error());
  return exit_ok;
}

}  // namespace cairn::app
