// SPDX-License-Identifier: Apache-2.0
#include "app/study.hpp"

#include <cstdio>

#include "app/context.hpp"
#include "core/csv.hpp"
#include "core/text.hpp"
#include "plan/coverage_report.hpp"

namespace cairn::app {
namespace {

const OptionSpec study_options[] = {
    {"region", "<code>", "region code or id (default: the home region)"},
    {"at", "<date>", "as of this date: 2020, 2020-06, 2020-12-31 or an instant (default: now)"},
    {"proposal", "<id>", "as it would be with this proposal"},
    {"gaps", "<n>", "largest villages without 5G coverage that are listed (default: 10)"},
    {"out", "<file.csv>", "every village with everything that was computed for it"},
    root_option,
    data_option,
    language_option,
};

constexpr std::string_view gaps_rule = "coverage_5g";

struct Asked {
  std::shared_ptr<const watch::World> world;  // shared: as loaded
  model::Snapshot snapshot;
  plan::CoverageQuestion question;
};

Result<Asked> ask(const Context& context, const Args& args) {
  auto world = load(context);
  if (!world) return fail(world.error());
  Asked out;
  out.world = std::move(*world);
  const model::Workspace& workspace = out.world->workspace;
  const auto region = workspace.regions->require(args.get("region", workspace.home));
  if (!region) return fail(region.error().code, region.error().message, "--region");
  const auto at = as_of(context, args, workspace.zone);
  if (!at) return fail(at.error());
  const auto gaps = parse_integer(args.get("gaps", "10"));
  if (!gaps || *gaps < 0) return fail(Code::invalid, "--gaps is a number of villages", "--gaps");
  auto snapshot = out.world->with_proposal(args.get("proposal"));
  if (!snapshot) return fail(snapshot.error());
  out.snapshot = std::move(*snapshot);
  if (out.snapshot.derived.empty()) {
    const std::string why = out.world->study == nullptr ? "" : out.world->study->trouble();
    return fail(Code::not_found,
                "there is no coverage study: " +
                    (why.empty() ? "no pack says how it is made (`coverage`)" : why));
  }
  out.question = {*region, *at, std::string(gaps_rule), static_cast<std::size_t>(*gaps)};
  return out;
}

std::string tally(const plan::RuleTally& tally) {
  const std::size_t known = tally.covered + tally.uncovered;
  if (known == 0) return "–";
  std::string out =
      format("{} ({} %)", tally.covered,
             grouped(100.0 * static_cast<double>(tally.covered) / static_cast<double>(known), 1));
  if (tally.unknown > 0) out += format(" +{}?", tally.unknown);
  return out;
}

void add_row(const Context& context, const Asked& asked, const plan::CoveragePart& part,
             TextTable& table) {
  const model::Region& region = (*asked.snapshot.regions)[part.region];
  std::vector<std::string> row{region.code, region.name.in(context.language),
                               std::to_string(part.villages)};
  for (const plan::RuleTally& of_rule : part.by_rule) row.push_back(tally(of_rule));
  table.add(std::move(row));
}

void print_counties(const Context& context, const Asked& asked,
                    const plan::CoverageSummary& summary) {
  const bool zh = context.language == Language::zh;
  std::vector<std::string> headings{zh ? "区划代码" : "region", zh ? "名称" : "name",
                                    zh ? ">行政村" : ">villages"};
  for (const model::CoverageRule* rule : summary.rules) {
    headings.push_back(">" + rule->label.in(context.language));
  }
  TextTable table(std::move(headings));
  for (const plan::CoveragePart& county : summary.counties) add_row(context, asked, county, table);
  if (summary.counties.size() != 1) add_row(context, asked, summary.total, table);
  print_out(table.text(context.out));
}

void print_bands(const Context& context, const plan::CoverageSummary& summary) {
  const bool zh = context.language == Language::zh;
  TextTable table(zh ? std::vector<std::string>{"频段", "制式", ">门限 dBm", ">达到门限的行政村"}
                     : std::vector<std::string>{"band", "technology", ">threshold dBm",
                                                ">villages at or above it"});
  for (std::size_t i = 0; i < summary.bands.size(); ++i) {
    const radio::LinkBudget& budget = summary.bands[i]->budget;
    if (summary.total.by_band[i] == 0) continue;
    table.add({summary.bands[i]->def->id, budget.technology, number_text(budget.rsrp_threshold_dbm),
               std::to_string(summary.total.by_band[i])});
  }
  print_out("\n" + table.text(context.out));
}

std::string number_or_dash(const std::optional<double>& value, int digits) {
  return value ? grouped(*value, digits) : "–";
}

void print_gaps(const Context& context, const Asked& asked, const plan::CoverageSummary& summary) {
  if (summary.gaps.empty()) return;
  const bool zh = context.language == Language::zh;
  const model::Table& villages = *asked.snapshot.table(asked.snapshot.catalog->coverage->type);
  TextTable table(zh ? std::vector<std::string>{"无5G覆盖", "名称", ">人口", ">RSRP dBm",
                                                ">最近基站 km", "原因"}
                     : std::vector<std::string>{"without 5G", "name", ">people", ">RSRP dBm",
                                                ">nearest station km", "reason"});
  for (const plan::CoverageGap& gap : summary.gaps) {
    std::optional<double> nearest_km = gap.nearest_m;
    if (nearest_km) *nearest_km /= 1000;
    table.add({villages.ids[gap.row], villages.names[gap.row].in(context.language),
               number_or_dash(gap.people, 0), number_or_dash(gap.rsrp_dbm, 1),
               number_or_dash(nearest_km, 1), gap.reason});
  }
  print_out("\n" + table.text(context.out));
}

std::string cell_text(const model::Column& column, model::PropertyKind kind, std::uint32_t row) {
  if (row >= column.present.size() || column.present[row] == 0) return {};
  if (kind == model::PropertyKind::text) return column.dictionary[column.texts[row]];
  if (kind == model::PropertyKind::boolean) return column.numbers[row] != 0 ? "true" : "false";
  return number_text(column.numbers[row]);
}

// The derived columns of every village, each with its source's key in the last one.
std::string villages_csv(const Asked& asked) {
  const model::Table& table = *asked.snapshot.table(asked.snapshot.catalog->coverage->type);
  std::string out = "id,name_zh,name_en,lon,lat,estimated";
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (table.columns[c].source == 0) continue;
    columns.push_back(c);
    out += "," + table.type->properties[c].name;
  }
  out += ",source\n";
  for (const std::uint32_t row :
       plan::villages_at(asked.snapshot, table, asked.question.region, asked.question.as_of)) {
    bool estimated = false;
    std::string values;
    for (const std::size_t c : columns) {
      const model::Column& column = table.columns[c];
      values += "," + csv_field(cell_text(column, table.type->properties[c].kind, row));
      estimated |= !column.estimated.empty() && column.estimated[row] != 0;
    }
    out += format("{},{},{},{},{},{}{},{}\n", table.ids[row], csv_field(table.names[row].zh),
                  csv_field(table.names[row].en), number_text(table.position[row].x),
                  number_text(table.position[row].y), estimated, values,
                  asked.snapshot.derived.back().key);
  }
  return out;
}

}  // namespace

const CommandSpec study_coverage_command = {
    "study coverage",
    "",
    "Computes which villages have 4G, 5G and NB-IoT coverage, from stations and relief.",
    0,
    0,
    study_options,
    "cairn study coverage --region 5134 --at 2025 --proposal panxi-5g-2025 --out villages.csv"};

int run_study_coverage(const Args& args) {
  const auto context = make_context(args);
  if (!context) return report(Context{}, context.error());
  const auto asked = ask(*context, args);
  if (!asked) return report(*context, asked.error());
  const model::Catalog& catalog = *asked->snapshot.catalog;
  const auto bands = plan::study_bands(catalog);
  const auto summary =
      plan::coverage_summary(asked->snapshot, *catalog.coverage, bands, asked->question);
  print_counties(*context, *asked, summary);
  print_bands(*context, summary);
  print_gaps(*context, *asked, summary);
  print_out("\n");
  for (const model::SourceDef& source : asked->snapshot.derived) {
    print_out(context->out.dim(format("{}: {}", source.key, source.origin)) + "\n");
  }
  if (const std::string out = args.get("out"); !out.empty()) {
    if (auto written = context->files->replace(out, villages_csv(*asked)); !written) {
      return report(*context, written.error());
    }
  }
  return exit_ok;
}

}  // namespace cairn::app
