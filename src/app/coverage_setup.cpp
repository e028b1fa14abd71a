// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_setup.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/text.hpp"
#include "model/pack_load.hpp"
#include "plan/radio_bands.hpp"

namespace cairn::app {
namespace {

constexpr int most_power_dbm = 100;  // ten megawatts

// Pattern files of a folder, each read once.
class Antennas {
 public:
  Antennas(const Files& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  // A file by its name, with or without its ending, letters in any case.
  Result<const radio::AntennaPattern*> get(const std::string& name, CellPlan& plan) {
    const auto known = read_.find(name);
    if (known != read_.end()) return known->second;
    auto pattern = load(name);
    if (!pattern) {
      return read_.emplace(name, fail(pattern.error())).first->second;
    }
    plan.patterns.push_back(std::make_unique<radio::AntennaPattern>(std::move(*pattern)));
    return read_.emplace(name, plan.patterns.back().get()).first->second;
  }

 private:
  Result<radio::AntennaPattern> load(const std::string& name) {
    if (names_.empty()) {
      auto listed = files_.list(folder_);
      if (!listed) return fail(listed.error());
      names_ = std::move(*listed);
    }
    for (const char* ending : {"", ".msi", ".pln", ".pla", ".ant", ".txt"}) {
      for (const std::string& file : names_) {
        if (!iequals_ascii(file, name + ending)) continue;
        const std::string path = folder_ + "/" + file;
        const auto bytes = files_.read(path);
        if (!bytes) return fail(bytes.error());
        return radio::parse_antenna(*bytes, path);
      }
    }
    const auto near = nearest(name, names_);
    return fail(Code::not_found, format("{} has no antenna '{}'{}", folder_, name,
                                        near ? format("; is it '{}'?", *near) : std::string()));
  }

  const Files& files_;
  std::string folder_;
  std::vector<std::string> names_;
  std::map<std::string, Result<const radio::AntennaPattern*>> read_;
};

bool is_omni(const radio::AntennaPattern& pattern) {
  return *std::max_element(pattern.horizontal_loss_db.begin(), pattern.horizontal_loss_db.end()) <=
         3;
}

class Maker {
 public:
  Maker(const BandBook& book, const CellWishes& wishes, const Files& files, CellPlan& out)
      : book_(book), wishes_(wishes), antennas_(files, wishes.antenna_folder), out_(out) {}

  // False: it concerns another band or operator.
  Result<bool> add(const SiteRow& row) {
    if (!wishes_.operator_id.empty() && row.operator_id != wishes_.operator_id) return false;
    const auto budgets = budgets_of(row);
    if (!budgets) return fail(budgets.error());
    for (const radio::LinkBudget* budget : *budgets) {
      if (Status ok = add_cell(row, *budget, budgets->size() > 1); !ok) return fail(ok.error());
    }
    return !budgets->empty();
  }

 private:
  bool wished(const radio::LinkBudget& budget) const {
    if (wishes_.bands.empty()) return true;
    return std::any_of(wishes_.bands.begin(), wishes_.bands.end(), [&](const std::string& wish) {
      return iequals_ascii(wish, budget.technology) || book_.find(wish) == &budget;
    });
  }

  // A row without a band radiates all those wished for.
  Result<std::vector<const radio::LinkBudget*>> budgets_of(const SiteRow& row) {
    std::vector<const radio::LinkBudget*> out;
    if (!row.band.empty()) {
      const radio::LinkBudget* budget = book_.find(row.band);
      if (budget != nullptr && wished(*budget)) {
        out.push_back(budget);
        return out;
      }
      ++out_.other_bands[row.band];
      const bool old = row.technology == "2g" || row.technology == "3g";
      if (budget == nullptr && wishes_.bands.empty() && !old) {
        return fail(Code::not_found, format("no pack declares the band '{}'", row.band));
      }
      return out;
    }
    if (wishes_.bands.empty()) {
      return fail(Code::invalid, "the row names no band; say one for all with --band");
    }
    for (const radio::LinkBudget& budget : book_.budgets) {
      if (wished(budget)) out.push_back(&budget);
    }
    return out;
  }

  Status add_cell(const SiteRow& row, const radio::LinkBudget& budget, bool several) {
    radio::Cell cell;
    cell.id = several ? row.id + "/" + budget.band : row.id;
    cell.site = row.site.empty() ? row.id : row.site;
    cell.operator_id = row.operator_id;
    cell.position = row.position;
    cell.mast_m = row.mast_m;
    cell.azimuth_deg = row.azimuth_deg.value_or(0);
    cell.mechanical_tilt_deg = row.mechanical_tilt_deg;
    cell.budget = &budget;
    if (row.power_dbm && !(std::abs(*row.power_dbm) <= most_power_dbm)) {
      return fail(Code::invalid,
                  format("a power of {} dBm must be within -{} to {}", number_text(*row.power_dbm),
                         most_power_dbm, most_power_dbm));
    }
    cell.power_offset_db =
        row.power_offset_db + (row.power_dbm ? *row.power_dbm - budget.power_dbm : 0);
    if (Status ok = set_antenna(row, budget, cell); !ok) return ok;
    if (Status ok = radio::check_cell(cell); !ok) return ok;
    if (Status ok = radio::check_tx_mast(wishes_.model, cell.mast_m); !ok) return ok;
    out_.cells.push_back(std::move(cell));
    out_.places.push_back(row.place);
    out_.estimated.push_back(row.estimated);
    return {};
  }

  Status set_antenna(const SiteRow& row, const radio::LinkBudget& budget, radio::Cell& cell) {
    if (!row.antenna.empty() && !wishes_.antenna_folder.empty()) {
      const auto pattern = antennas_.get(row.antenna, out_);
      if (!pattern) return fail(pattern.error());
      if (!row.azimuth_deg && !is_omni(**pattern)) {
        return fail(Code::invalid, format("the antenna '{}' has a direction, but the row has no "
                                          "azimuth",
                                          row.antenna));
      }
      cell.antenna = *pattern;
      // The pattern's own electrical tilt is in its vertical cut; the rest leans the antenna.
      if (row.electrical_tilt_deg) {
        cell.mechanical_tilt_deg += *row.electrical_tilt_deg - (*pattern)->electrical_tilt_deg;
      }
      return {};
    }
    if (!row.antenna.empty()) ++out_.unread_antennas;
    if (!row.azimuth_deg) return {};  // alike in all directions
    ++out_.standard_sectors;
    const auto key = std::make_pair(&budget, row.electrical_tilt_deg);
    auto known = sectors_.find(key);
    if (known == sectors_.end()) {
      out_.patterns.push_back(std::make_unique<radio::AntennaPattern>(
          usual_sector(book_.bands[static_cast<std::size_t>(&budget - book_.budgets.data())],
                       row.electrical_tilt_deg)));
      known = sectors_.emplace(key, out_.patterns.back().get()).first;
    }
    cell.antenna = known->second;
    return {};
  }

  const BandBook& book_;
  const CellWishes& wishes_;
  Antennas antennas_;
  std::map<std::pair<const radio::LinkBudget*, std::optional<double>>, const radio::AntennaPattern*>
      sectors_;
  CellPlan& out_;
};

void keep_cells(CellPlan& plan, const std::function<bool(std::size_t)>& keep) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < plan.cells.size(); ++i) {
    if (!keep(i)) continue;
    if (kept != i) {
      plan.cells[kept] = std::move(plan.cells[i]);
      plan.places[kept] = std::move(plan.places[i]);
      plan.estimated[kept] = plan.estimated[i];
    }
    ++kept;
  }
  plan.cells.resize(kept);
  plan.places.resize(kept);
  plan.estimated.resize(kept);
}

}  // namespace

const radio::LinkBudget* BandBook::find(std::string_view name) const {
  for (std::size_t i = 0; i < bands.size(); ++i) {
    if (bands[i].called(name)) return &budgets[i];
  }
  return nullptr;
}

Result<BandBook> read_bands(const Files& files, const std::string& packs) {
  const auto names = files.list(packs);
  if (!names) return fail(names.error());
  model::Catalog catalog;
  model::Records records;
  Problems problems;
  for (const std::string& name : *names) {
    const std::string folder = packs + "/" + name;
    if (files.exists(folder + "/pack.yaml")) {
      model::load_pack(files, folder, catalog, records, problems);
    }
  }
  BandBook out;
  for (const model::BandDef& band : catalog.bands) {
    out.bands.push_back(band);
    out.budgets.push_back(plan::budget_of(band));
  }
  if (out.bands.empty()) {
    return fail(Code::not_found, "no pack declares a radio band; is packs/radio-coverage there?",
                packs);
  }
  return out;
}

Result<CellPlan> make_cells(const std::vector<SiteRow>& rows, const BandBook& book,
                            const CellWishes& wishes, const Files& files) {
  std::vector<std::string> names;
  for (const model::BandDef& band : book.bands) {
    for (const std::string& name : {band.id, band.technology}) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  for (const std::string& wish : wishes.bands) {
    const bool technology = std::any_of(
        book.bands.begin(), book.bands.end(),
        [&](const model::BandDef& band) { return iequals_ascii(band.technology, wish); });
    if (technology || book.find(wish) != nullptr) continue;
    return fail(Code::not_found,
                format("no pack declares the band or technology '{}'; there are {}", wish,
                       join(names, ", ")),
                "--band");
  }
  CellPlan out;
  Maker maker(book, wishes, files, out);
  for (const SiteRow& row : rows) {
    const std::size_t before = out.cells.size();
    const auto added = maker.add(row);
    if (added && !*added) ++out.others;
    if (!added) {
      out.cells.resize(before);  // of a row with several bands all or none
      out.places.resize(before);
      out.estimated.resize(before);
      ++out.left_out;
      const std::string& place = added.error().place;
      out.problems.error(row.place,
                         place.empty() ? added.error().message : to_string(added.error()));
    }
  }
  return out;
}

void pass_over(CellPlan& plan, const std::function<bool(const radio::Cell&)>& keep) {
  const std::size_t before = plan.cells.size();
  keep_cells(plan, [&](std::size_t i) { return keep(plan.cells[i]); });
  plan.others += before - plan.cells.size();
}

void leave_out(CellPlan& plan, const std::function<std::string(const radio::Cell&)>& wrong) {
  keep_cells(plan, [&](std::size_t i) {
    std::string why = wrong(plan.cells[i]);
    if (why.empty()) return true;
    ++plan.left_out;
    plan.problems.error(plan.places[i], std::move(why));
    return false;
  });
}

radio::AntennaPattern usual_sector(const model::BandDef& band,
                                   std::optional<double> electrical_tilt_deg) {
  if (!electrical_tilt_deg || band.value("horizontal_width_deg") <= 0 ||
      band.value("vertical_width_deg") <= 0) {
    return plan::antenna_of(band);
  }
  return radio::standard_sector(band.value("antenna_gain_dbi"), band.value("horizontal_width_deg"),
                                band.value("vertical_width_deg"), *electrical_tilt_deg);
}

}  // namespace cairn::app
