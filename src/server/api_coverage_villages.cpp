// SPDX-License-Identifier: Apache-2.0
// Villages with what the coverage study found of them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "model/column.hpp"
#include "server/api.hpp"
#include "server/coverage_cells.hpp"
#include "server/coverage_desk.hpp"
#include "server/detail/coverage_json.hpp"
#include "server/detail/render.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t page_standard = 500;
constexpr std::size_t page_most = 5000;

// A property of the villages; answers nothing where it is not declared or a row has none.
class Property {
 public:
  Property(const model::Table& table, std::string_view name)
      : column_(model::column_of(table, name)) {}
  bool declared() const { return column_ != nullptr; }
  std::optional<double> number(std::uint32_t row) const { return model::number_at(column_, row); }
  std::optional<bool> flag(std::uint32_t row) const {
    const auto value = number(row);
    return value ? std::optional(*value != 0) : std::nullopt;
  }
  std::string text(std::uint32_t row) const { return std::string(model::text_at(column_, row)); }

 private:
  const model::Column* column_;
};

struct Properties {
  Property covered, rsrp, band, server, why, claimed, population;

  // `decided`: the property that the rule of this technology decides.
  Properties(const model::Table& table, const std::string& technology, const std::string& decided)
      : covered(table, decided),
        rsrp(table, "rsrp_" + technology),
        band(table, "band_" + technology),
        server(table, "server_" + technology),
        why(table, "reason_" + technology),
        claimed(table, "has_" + technology),
        population(table, "population") {}
};

struct Totals {
  std::size_t covered = 0;
  std::size_t not_covered = 0;
  std::size_t unknown = 0;
  std::size_t claimed = 0;
};

// The first rule of the technology; nothing when no pack has one.
const model::CoverageRule* rule_of(const model::Catalog& catalog, const std::string& technology) {
  if (!catalog.coverage) return nullptr;
  for (const model::CoverageRule& rule : catalog.coverage->rules) {
    if (rule.technology == technology) return &rule;
  }
  return nullptr;
}

Json village_json(const watch::View& view, const model::Table& table, std::uint32_t row,
                  const Properties& p, bool terrain_estimated) {
  const auto covered = p.covered.flag(row);
  const auto claimed = p.claimed.flag(row);
  const auto rsrp = p.rsrp.number(row);
  const std::string why = p.why.text(row);
  const bool tell = !why.empty() && covered != std::optional(true);
  const model::RegionIndex region = table.region[row];
  const bool placed = std::isfinite(table.position[row].x);
  return {{"code", table.ids[row]},
          {"label", json_label(table.names[row])},
          {"county",
           region == model::no_region ? "" : view.regions()[view.regions().county_of(region)].code},
          {"position", position_json(placed ? std::optional(table.position[row]) : std::nullopt)},
          {"population", json_number(p.population.number(row))},
          {"covered", covered ? Json(*covered) : Json(nullptr)},
          {"claimed", claimed ? Json(*claimed) : Json(nullptr)},
          {"rsrp_dbm", rsrp ? json_rounded(*rsrp) : Json(nullptr)},
          {"band", json_text_or_null(p.band.text(row))},
          {"server", json_text_or_null(p.server.text(row))},
          {"reason", tell ? json_label(why_label(why)) : Json(nullptr)},
          {"estimated",
           terrain_estimated || table.estimated[row] != 0 || table.position_estimated[row] != 0}};
}

// The rows of a region that pass the filter, the weakest first; what there is counts whatever the
// filter.
std::vector<std::uint32_t> pick_rows(const watch::View& view, const model::Table& table,
                                     model::RegionIndex region, const Properties& p,
                                     std::optional<bool> wanted, Totals& totals) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    const Interval valid = table.valid[row];
    if (!(valid.begin < view.as_of && view.as_of <= valid.end)) continue;
    if (table.region[row] == model::no_region || !view.regions().within(table.region[row], region))
      continue;
    const auto covered = p.covered.flag(row);
    totals.claimed += p.claimed.flag(row).value_or(false) ? 1 : 0;
    if (!covered) {
      ++totals.unknown;
    } else {
      ++(*covered ? totals.covered : totals.not_covered);
    }
    if (!wanted || covered == wanted) rows.push_back(row);
  }
  constexpr double none = -std::numeric_limits<double>::infinity();
  std::stable_sort(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    return p.rsrp.number(a).value_or(none) < p.rsrp.number(b).value_or(none);
  });
  return rows;
}

Response list_villages(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  const model::RegionIndex region = in.region("region");
  const std::string technology = in.params.word("technology", {"4g", "5g"}).value_or("5g");
  std::optional<bool> wanted;
  if (const auto word = in.params.word("covered", {"true", "false"})) wanted = *word == "true";
  const Page page = in.page(page_standard, page_most);
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const auto terrain = terrain_of(in.state());
  const bool estimated = terrain != nullptr && terrain->info.estimated;
  const model::CoverageRule* rule = rule_of(view.catalog(), technology);
  const model::Table* table =
      rule == nullptr ? nullptr : view.snapshot.table(view.catalog().coverage->type);
  Totals totals;
  Json list = Json::array();
  std::size_t total = 0;
  std::size_t end = 0;
  Json reason = nullptr;
  if (table == nullptr) {
    reason = format("no pack that is loaded says when a village has {}", technology);
  } else {
    const Properties p(*table, technology, rule->property);
    const auto rows = pick_rows(view, *table, region, p, wanted, totals);
    total = rows.size();
    end = std::min(rows.size(), page.offset + page.limit);
    for (std::size_t i = page.offset; i < end; ++i) {
      list.push_back(village_json(view, *table, rows[i], p, estimated));
    }
    if (totals.covered + totals.not_covered == 0) {
      const auto& study = in.state().world->study;
      if (terrain == nullptr) {
        reason = no_terrain_reason(in.state());
      } else if (study->computing()) {
        reason = "the study is being computed; ask again in a while";
      } else {
        reason = "the study says nothing of any village here";
      }
    }
  }
  return json_response({{"at", in.at_text()},
                        {"overlay", overlay_json(in.overlay())},
                        {"region", region_ref(view.regions(), region)},
                        {"technology", technology},
                        {"total", total},
                        {"covered", totals.covered},
                        {"not_covered", totals.not_covered},
                        {"unknown", totals.unknown},
                        {"claimed", table == nullptr ? Json(nullptr) : Json(totals.claimed)},
                        {"terrain_label", terrain ? Json(terrain->info.label) : Json(nullptr)},
                        {"estimated", estimated},
                        {"reason", std::move(reason)},
                        {"next_cursor", end < total ? Json(std::to_string(end)) : Json(nullptr)},
                        {"villages", std::move(list)}});
}

}  // namespace

void add_coverage_village_routes(Router& router) {
  router.add({"GET", "/v1/coverage/villages", Access::read, 0, list_villages});
}

}  // namespace cairn::server
