// SPDX-License-Identifier: Apache-2.0
#include "plan/coverage_report.hpp"

#include <algorithm>
#include <map>

#include "model/column.hpp"
#include "plan/coverage_judge.hpp"

namespace cairn::plan {
namespace {

using model::column_of;
using model::number_at;
using model::text_at;

class Summary {
 public:
  Summary(const model::Snapshot& snapshot, const model::CoverageDef& def,
          std::span<const StudyBand> bands, const CoverageQuestion& question)
      : snapshot_(snapshot), table_(*snapshot.table(def.type)), question_(question) {
    for (const model::CoverageRule& rule : def.rules) {
      const model::Column* column = column_of(table_, rule.property);
      if (column == nullptr) continue;
      out_.rules.push_back(&rule);
      rules_.push_back(column);
      if (rule.property == question.gaps_of) gaps_ = column;
      if (rule.property == question.gaps_of) technology_ = in_name(rule.technology);
    }
    for (const StudyBand& band : bands) {
      const model::Column* column = column_of(table_, "rsrp_" + in_name(band.def->id));
      if (column == nullptr) continue;
      out_.bands.push_back(&band);
      bands_.push_back(column);
    }
  }

  CoverageSummary make() {
    const model::Column* administrative = column_of(table_, "administrative");
    out_.total = part(question_.region);
    std::map<std::string, CoveragePart> counties;
    for (const std::uint32_t row :
         villages_at(snapshot_, table_, question_.region, question_.as_of)) {
      if (number_at(administrative, row).value_or(1) == 0) continue;
      count(row, out_.total);
      const model::RegionIndex county = snapshot_.regions->county_of(table_.region[row]);
      const std::string& code = (*snapshot_.regions)[county].code;
      count(row, counties.try_emplace(code, part(county)).first->second);
      if (gaps_ != nullptr && number_at(gaps_, row) == 0.0) add_gap(row);
    }
    for (auto& [code, county] : counties) out_.counties.push_back(std::move(county));
    std::stable_sort(out_.gaps.begin(), out_.gaps.end(),
                     [](const CoverageGap& a, const CoverageGap& b) {
                       return a.people.value_or(0) > b.people.value_or(0);
                     });
    if (out_.gaps.size() > question_.gaps_most) out_.gaps.resize(question_.gaps_most);
    return std::move(out_);
  }

 private:
  CoveragePart part(model::RegionIndex region) const {
    CoveragePart out;
    out.region = region;
    out.by_rule.resize(rules_.size());
    out.by_band.resize(bands_.size());
    return out;
  }

  void count(std::uint32_t row, CoveragePart& part) const {
    ++part.villages;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      const auto covered = number_at(rules_[i], row);
      RuleTally& tally = part.by_rule[i];
      ++(!covered ? tally.unknown : *covered != 0 ? tally.covered : tally.uncovered);
    }
    for (std::size_t i = 0; i < bands_.size(); ++i) {
      const auto rsrp_dbm = number_at(bands_[i], row);
      if (rsrp_dbm && *rsrp_dbm >= out_.bands[i]->budget.rsrp_threshold_dbm) ++part.by_band[i];
    }
  }

  void add_gap(std::uint32_t row) {
    out_.gaps.push_back({row, number_at(column_of(table_, "population"), row),
                         number_at(column_of(table_, "rsrp_" + technology_), row),
                         number_at(column_of(table_, "nearest_" + technology_), row),
                         std::string(text_at(column_of(table_, "reason_" + technology_), row))});
  }

  const model::Snapshot& snapshot_;
  const model::Table& table_;
  const CoverageQuestion& question_;
  std::vector<const model::Column*> rules_;
  std::vector<const model::Column*> bands_;
  const model::Column* gaps_ = nullptr;
  std::string technology_;
  CoverageSummary out_;
};

}  // namespace

std::vector<std::uint32_t> villages_at(const model::Snapshot& snapshot, const model::Table& table,
                                       model::RegionIndex region, Instant as_of) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    const Interval valid = table.valid[row];
    if (!(valid.begin < as_of && as_of <= valid.end)) continue;
    if (table.status[row] != model::Life::live || table.region[row] == model::no_region) continue;
    if (snapshot.regions->within(table.region[row], region)) rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(),
            [&](std::uint32_t a, std::uint32_t b) { return table.ids[a] < table.ids[b]; });
  return rows;
}

CoverageSummary coverage_summary(const model::Snapshot& snapshot, const model::CoverageDef& def,
                                 std::span<const StudyBand> bands,
                                 const CoverageQuestion& question) {
  if (snapshot.table(def.type) == nullptr) return {};
  return Summary(snapshot, def, bands, question).make();
}

}  // namespace cairn::plan
