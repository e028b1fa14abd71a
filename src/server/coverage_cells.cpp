// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_cells.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/text.hpp"
#include "model/column.hpp"

namespace cairn::server {
namespace {

using model::Life;

// Antennas that a map takes, metres above ground.
constexpr double least_mast_m = 1;
constexpr double greatest_mast_m = 300;

// In force as formulas have it: valid just before the date, live or promised by a proposal.
bool in_force(const model::Table& table, std::uint32_t row, Instant as_of) {
  const Interval valid = table.valid[row];
  if (!(valid.begin < as_of && as_of <= valid.end)) return false;
  const Life status = table.status[row];
  return status == Life::live ||
         (table.proposed[row] != 0 && (status == Life::planned || status == Life::building));
}

// A column of texts or numbers; answers nothing where the type has no such property.
using model::column_of;
using model::number_at;
using model::text_at;

Label technology_label(const std::string& technology) {
  std::string upper = technology;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return {upper, upper};
}

// Newest first; what is no generation comes last.
int rank(const std::string& technology) {
  static constexpr std::string_view order[] = {"5g", "4g", "nb-iot", "3g", "2g"};
  return static_cast<int>(std::find(std::begin(order), std::end(order), technology) - order);
}

class Assembler {
 public:
  explicit Assembler(CellSet& out) : out_(out) {}

  void add(const model::Table& table, Instant as_of, double station_mast_m) {
    const model::Column* technology = column_of(table, "tech");
    const model::Column* band = column_of(table, "band");
    const model::Column* operators = column_of(table, "operator");
    const model::Column* site = column_of(table, "site");
    const model::Column* height = column_of(table, "height_m");
    for (std::uint32_t row = 0; row < table.size(); ++row) {
      if (!in_force(table, row, as_of)) continue;
      const CoverageBand* known =
          plan::band_of(out_.bands, text_at(band, row), text_at(technology, row));
      if (known == nullptr) {
        ++out_.unknown_bands;
        continue;
      }
      radio::Cell cell;
      cell.id = table.ids[row];
      cell.operator_id = text_at(operators, row);
      cell.site = text_at(site, row).empty() ? cell.id : std::string(text_at(site, row));
      cell.position = table.position[row];
      cell.mast_m = number_at(height, row).value_or(station_mast_m);
      cell.budget = &known->budget;
      const bool estimated = table.estimated[row] != 0 || table.position_estimated[row] != 0;
      put(std::move(cell), estimated);
    }
  }

  void finish() {
    std::set<std::string> names;
    for (const radio::Cell& cell : out_.cells) {
      if (!cell.operator_id.empty()) names.insert(cell.operator_id);
    }
    out_.operators.assign(names.begin(), names.end());
    std::vector<std::string> technologies;
    for (const CoverageBand& band : out_.bands) {
      const std::string& technology = band.def->technology;
      if (std::count(technologies.begin(), technologies.end(), technology) == 0) {
        technologies.push_back(technology);
      }
    }
    std::stable_sort(technologies.begin(), technologies.end(),
                     [](const auto& a, const auto& b) { return rank(a) < rank(b); });
    std::vector<std::string> operators{std::string(any_operator)};
    operators.insert(operators.end(), out_.operators.begin(), out_.operators.end());
    for (const std::string& name : operators) add_layers(name, technologies);
  }

 private:
  void put(radio::Cell cell, bool estimated) {
    const CoverageTerrain& terrain = *out_.terrain;
    const auto at = terrain.grid.plane.forward(cell.position);
    const bool located = at && terrain.grid.height_m(*at) && cell.mast_m >= least_mast_m &&
                         cell.mast_m <= greatest_mast_m;
    if (located) {
      estimated_.push_back(estimated);
      out_.cells.push_back(std::move(cell));
    } else {
      elsewhere_.push_back(std::move(cell));
    }
  }

  void add_layers(const std::string& operator_id, const std::vector<std::string>& technologies) {
    for (const std::string& technology : technologies) {
      add_layer(operator_id, technology, true, technology, technology_label(technology));
      for (const CoverageBand& band : out_.bands) {
        if (band.def->technology != technology) continue;
        const Label& label = band.def->label;
        add_layer(operator_id, band.def->id, false, technology,
                  label.empty() ? Label{band.def->id, band.def->id} : label);
      }
    }
  }

  static bool belongs(const radio::Cell& cell, const CoverageLayerDef& layer) {
    if (layer.operator_id != any_operator && cell.operator_id != layer.operator_id) return false;
    return layer.whole_technology ? cell.budget->technology == layer.technology
                                  : cell.budget->band == layer.band;
  }

  void add_layer(const std::string& operator_id, const std::string& band, bool whole,
                 const std::string& technology, Label label) {
    CoverageLayerDef layer{operator_id, band, whole, technology, std::move(label),
                           0,           {},   0,     0,          out_.terrain->info.estimated};
    std::set<std::string_view> sites;
    std::optional<double> threshold;
    for (std::uint32_t i = 0; i < out_.cells.size(); ++i) {
      const radio::Cell& cell = out_.cells[i];
      if (!belongs(cell, layer)) continue;
      layer.cells.push_back(i);
      sites.insert(cell.site);
      layer.estimated |= estimated_[i];
      threshold = std::max(threshold.value_or(-1e9), cell.budget->rsrp_threshold_dbm);
    }
    for (const radio::Cell& cell : elsewhere_) layer.unlocated += belongs(cell, layer) ? 1 : 0;
    for (const CoverageBand& own : out_.bands) {
      if (threshold || (whole ? own.def->technology != technology : own.def->id != band)) continue;
      threshold = own.budget.rsrp_threshold_dbm;
    }
    layer.threshold_dbm = threshold.value_or(-110);
    layer.sites = sites.size();
    out_.layers.push_back(std::move(layer));
  }

  CellSet& out_;
  std::vector<bool> estimated_;         // as the cells
  std::vector<radio::Cell> elsewhere_;  // not on the terrain
};

}  // namespace

const CoverageBand* CellSet::band(std::string_view name) const {
  return plan::band_of(bands, name, {});
}

const CoverageLayerDef* CellSet::layer(std::string_view operator_id, std::string_view name) const {
  const auto at = std::find_if(layers.begin(), layers.end(), [&](const CoverageLayerDef& l) {
    return l.operator_id == operator_id && l.band == name;
  });
  return at == layers.end() ? nullptr : &*at;
}

bool CellSet::has_operator(std::string_view id) const {
  return std::find(operators.begin(), operators.end(), id) != operators.end();
}

std::vector<radio::Cell> CellSet::cells_of(const CoverageLayerDef& layer) const {
  std::vector<radio::Cell> out;
  out.reserve(layer.cells.size());
  for (const std::uint32_t i : layer.cells) out.push_back(cells[i]);
  return out;
}

Result<std::shared_ptr<const CellSet>> read_cells(const model::Snapshot& snapshot, Instant as_of,
                                                  std::shared_ptr<const CoverageTerrain> terrain) {
  const model::Catalog& catalog = *snapshot.catalog;
  if (!catalog.coverage) {
    return fail(Code::not_found, "no pack that is loaded says how coverage is computed");
  }
  const model::CoverageDef& def = *catalog.coverage;
  auto set = std::make_shared<CellSet>();
  set->catalog = snapshot.catalog;
  set->terrain = std::move(terrain);
  set->radius_m = def.radius_m;
  if (const auto model = radio::parse_model(def.model)) set->propagation.model = *model;
  set->propagation.time_percent = def.time_percent;
  set->propagation.location_percent = def.location_percent;
  set->propagation.rx_mast_m = def.rx_mast_m;
  set->propagation.air.latitude_deg = set->terrain->grid.plane.origin().y;
  set->bands = plan::study_bands(catalog);
  Assembler assembler(*set);
  if (const model::Table* table = snapshot.table(def.stations)) {
    assembler.add(*table, as_of, def.station_mast_m);
  }
  assembler.finish();
  return std::shared_ptr<const CellSet>(std::move(set));
}

}  // namespace cairn::server
