// SPDX-License-Identifier: Apache-2.0
#include "plan/coverage_study.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/text.hpp"
#include "model/column.hpp"
#include "plan/coverage_judge.hpp"
#include "radio/propagation.hpp"
#include "radio/served.hpp"

namespace cairn::plan {
namespace {

// Changes when the same inputs give other values: the prediction, the rounding, the properties.
constexpr std::string_view edition = "coverage-study 1";
constexpr double bin_m = 5'000;
// Villages computed between two looks at `progress`.
constexpr std::size_t villages_at_once = 256;

// Digests of inputs; equal inputs of another order of stations give the same (they are added).
class Hash {
 public:
  void add(std::uint64_t word) { state_ = mixed(state_ ^ mixed(word)); }
  void add(double value) { add(std::bit_cast<std::uint64_t>(value + 0.0)); }
  void add(std::string_view text) {
    add(std::uint64_t{text.size()});
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      word = word << 8 | static_cast<unsigned char>(text[i]);
      if (i % 8 == 7) add(word);
    }
    add(word);
  }
  std::uint64_t value() const { return state_; }

 private:
  // The finalizer of SplitMix64.
  static std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
  std::uint64_t state_ = 0;
};

struct Station {
  geo::PlanePoint at;
  geo::Point position;
  std::string_view id;
  std::string_view operator_id;
  std::string operator_name;  // in_name
  std::string_view technology;
  double mast_m = 0;
  radio::CellLife life;
  std::size_t band = 0;  // bands.size(): none that is known
  std::uint64_t hash = 0;
  bool estimated = false;
  model::RegionIndex county = model::no_region;
};

struct Village {
  std::string_view id;
  std::int64_t begin = radio::CellLife::always;
  bool committee_registered = false;
  std::vector<StudyPoint> points;
  std::vector<geo::Point> positions;  // of the points
  geo::PlanePoint at;                 // of the committee
  bool estimated = false;
  std::uint64_t digest = 0;
  std::size_t first_point = 0;  // in the round that computes it
};

// Things of the plane by squares.
class Bins {
 public:
  void add(geo::PlanePoint at, std::uint32_t what) { bins_[key(at)].push_back(what); }
  template <class Use>
  void within(geo::PlanePoint at, double reach_m, Use use) const {
    const int reach = static_cast<int>(reach_m / bin_m) + 1;
    const auto [row, column] = key(at);
    for (int r = row - reach; r <= row + reach; ++r) {
      auto bin = bins_.lower_bound(Key{r, column - reach});
      for (; bin != bins_.end() && bin->first <= Key{r, column + reach}; ++bin) {
        for (const std::uint32_t what : bin->second) use(what);
      }
    }
  }

 private:
  struct Key {
    int row = 0;
    int column = 0;
    auto operator<=>(const Key&) const = default;
  };
  static Key key(geo::PlanePoint at) {
    return {static_cast<int>(std::floor(at.y_m / bin_m)),
            static_cast<int>(std::floor(at.x_m / bin_m))};
  }

  std::map<Key, std::vector<std::uint32_t>> bins_;
};

double distance_m(geo::PlanePoint a, geo::PlanePoint b) {
  return std::hypot(a.x_m - b.x_m, a.y_m - b.y_m);
}

using model::column_of;
using model::number_at;
using model::text_at;

bool on_the_air(const model::Table& table, std::uint32_t row) {
  const model::Life status = table.status[row];
  if (status == model::Life::live) return true;
  // What a proposal promises counts as built.
  return table.proposed[row] != 0 &&
         (status == model::Life::planned || status == model::Life::building);
}

class StudyRun {
 public:
  StudyRun(const CoverageStudyInput& input, const KnownVillages& known, const Workers& workers)
      : in_(input), known_(known), workers_(workers) {}

  Result<CoverageStudy> run(std::size_t compute_most,
                            const std::function<bool(std::size_t, std::size_t)>& progress) {
    const auto model = radio::parse_model(in_.def.model);
    if (!model) {
      return fail(Code::invalid, format("there is no model '{}'", in_.def.model), in_.def.place);
    }
    options_.propagation.model = *model;
    options_.propagation.time_percent = in_.def.time_percent;
    options_.propagation.location_percent = in_.def.location_percent;
    options_.propagation.rx_mast_m = in_.def.rx_mast_m;
    options_.propagation.air.latitude_deg = in_.terrain.plane.origin().y;
    options_.radius_m = in_.def.radius_m;
    const model::Table* villages = in_.snapshot.table(in_.def.type);
    const model::Table* stations = in_.snapshot.table(in_.def.stations);
    if (villages == nullptr || stations == nullptr) {
      return fail(Code::not_found,
                  format("the types '{}' and '{}' are needed", in_.def.type, in_.def.stations),
                  in_.def.place);
    }
    gather_stations(*stations);
    judge_.emplace(in_.def, *villages->type, in_.bands, groups_);
    hash_common();
    gather_villages(*villages);
    if (auto done = compute(compute_most, progress); !done) return fail(done.error());
    finish();
    return std::move(out_);
  }

 private:
  // --- what there is -----------------------------------------------------------------------------

  void gather_stations(const model::Table& table) {
    const model::Column* technology = column_of(table, "tech");
    const model::Column* band = column_of(table, "band");
    const model::Column* operator_id = column_of(table, "operator");
    const model::Column* height = column_of(table, "height_m");
    std::set<std::string> unknown;
    for (std::uint32_t row = 0; row < table.size(); ++row) {
      const Interval valid = table.valid[row];
      if (!on_the_air(table, row) || valid.begin >= valid.end) continue;
      Station station;
      station.position = table.position[row];
      const auto at = in_.terrain.plane.forward(station.position);
      if (!at || !in_.terrain.nearest(*at)) {
        ++out_.figures.off_terrain;
        continue;
      }
      station.at = *at;
      station.id = table.ids[row];
      station.operator_id = text_at(operator_id, row);
      station.operator_name = in_name(station.operator_id);
      station.technology = text_at(technology, row);
      station.mast_m = number_at(height, row).value_or(in_.def.station_mast_m);
      station.life = {valid.begin.ns, valid.end.ns};
      station.estimated = table.estimated[row] != 0 || table.position_estimated[row] != 0;
      station.county = county_of(table.region[row]);
      note_county(station);
      const StudyBand* known = band_of(in_.bands, text_at(band, row), station.technology);
      station.band = known ? static_cast<std::size_t>(known - in_.bands.data()) : in_.bands.size();
      if (known != nullptr) {
        ++out_.figures.stations;
        station.technology = known->budget.technology;
      } else if (wanted(station.technology)) {
        ++out_.figures.unknown;
        unknown.insert(std::string(text_at(band, row)));
      }
      hash(station);
      bins_.add(station.at, static_cast<std::uint32_t>(stations_.size()));
      stations_.push_back(std::move(station));
    }
    out_.unknown_bands.assign(unknown.begin(), unknown.end());
    group_stations();
  }

  model::RegionIndex county_of(model::RegionIndex region) const {
    return region == model::no_region ? region : in_.snapshot.regions->county_of(region);
  }
  void note_county(const Station& station) {
    if (station.county == model::no_region) return;
    const auto [at, fresh] = county_begin_.emplace(station.county, station.life.begin);
    if (!fresh) at->second = std::min(at->second, station.life.begin);
  }

  bool wanted(std::string_view technology) const {
    return std::any_of(in_.def.rules.begin(), in_.def.rules.end(),
                       [&](const model::CoverageRule& r) { return r.technology == technology; });
  }

  static void hash(Station& station) {
    Hash hash;
    hash.add(station.position.x);
    hash.add(station.position.y);
    hash.add(station.mast_m);
    hash.add(station.id);
    hash.add(station.operator_id);
    hash.add(station.technology);
    hash.add(std::uint64_t{station.band});
    hash.add(static_cast<std::uint64_t>(station.life.begin));
    hash.add(static_cast<std::uint64_t>(station.life.end));
    hash.add(std::uint64_t{station.estimated});
    station.hash = hash.value();
  }

  // Groups in order of operator and band, their cells in order of the table.
  void group_stations() {
    std::map<std::pair<std::string_view, std::size_t>, std::vector<std::uint32_t>> members;
    for (std::uint32_t s = 0; s < stations_.size(); ++s) {
      if (stations_[s].band == in_.bands.size()) continue;
      members[{stations_[s].operator_id, stations_[s].band}].push_back(s);
    }
    for (const auto& [key, list] : members) {
      StudyGroup group{std::string(key.first), key.second, {}};
      std::vector<radio::Cell> cells;
      std::vector<radio::CellLife> lives;
      for (const std::uint32_t s : list) {
        const Station& station = stations_[s];
        group.stations.emplace_back(station.id);
        radio::Cell cell;
        cell.id = station.id;
        cell.operator_id = key.first;
        cell.position = station.position;
        cell.mast_m = station.mast_m;
        cell.budget = &in_.bands[key.second].budget;
        cells.push_back(std::move(cell));
        lives.push_back(station.life);
      }
      groups_.push_back(std::move(group));
      cells_.push_back(std::move(cells));
      lives_.push_back(std::move(lives));
    }
  }

  // What all villages rest on.
  void hash_common() {
    Hash hash;
    hash.add(edition);
    const model::CoverageDef& def = in_.def;
    for (const std::string& text : {def.model, def.stations, def.points}) hash.add(text);
    for (const double number :
         {def.radius_m, def.rx_mast_m, def.time_percent, def.location_percent}) {
      hash.add(number);
    }
    for (const model::CoverageRule& rule : def.rules) {
      hash.add(rule.property);
      hash.add(rule.technology);
      hash.add(rule.station_within_m);
      for (const std::string& kind : rule.signal_at) hash.add(kind);
      hash.add(rule.least_households.value_or(-1));
      hash.add(std::uint64_t{rule.one_operator});
      hash.add(rule.threshold_dbm.value_or(0));
    }
    for (const StudyBand& band : in_.bands) {
      hash.add(band.def->id);
      hash.add(band.budget.technology);
      for (const model::BandNumber& number : band.def->numbers) {
        hash.add(number.key);
        hash.add(number.value);
      }
    }
    for (const std::string& name : judge_->properties()) hash.add(name);
    for (const StudyGroup& group : groups_) {
      hash.add(in_name(group.operator_id));
      hash.add(in_.bands[group.band].budget.technology);
    }
    hash.add(std::uint64_t{in_.terrain_digest});
    common_ = hash.value();
  }

  void gather_villages(const model::Table& table) {
    const auto points = points_by_region();
    std::set<std::string_view> seen;
    for (std::uint32_t row = 0; row < table.size(); ++row) {
      if (!seen.insert(table.ids[row]).second) continue;
      const auto begin = county_begin_.find(county_of(table.region[row]));
      Village village;
      village.id = table.ids[row];
      village.points.push_back({"committee", {}});
      village.positions.push_back(table.position[row]);
      village.estimated = table.position_estimated[row] != 0;
      if (const auto own = points.find(table.region[row]); own != points.end()) {
        take_points(own->second, village);
      }
      const auto at = in_.terrain.plane.forward(village.positions[0]);
      if (begin == county_begin_.end() || !at || !in_.terrain.nearest(*at)) {
        ++out_.figures.elsewhere;
        continue;
      }
      village.begin = begin->second;
      village.at = *at;
      hash_village(village);
      villages_.push_back(std::move(village));
    }
    out_.figures.villages = villages_.size();
  }

  std::map<model::RegionIndex, std::vector<std::uint32_t>> points_by_region() const {
    std::map<model::RegionIndex, std::vector<std::uint32_t>> out;
    const model::Table* table = in_.snapshot.table(in_.def.points);
    for (std::uint32_t row = 0; table != nullptr && row < table->size(); ++row) {
      const bool stands =
          on_the_air(*table, row) && table->valid[row].begin < table->valid[row].end;
      if (stands && table->region[row] != model::no_region) out[table->region[row]].push_back(row);
    }
    return out;
  }

  void take_points(const std::vector<std::uint32_t>& rows, Village& village) const {
    const model::Table& table = *in_.snapshot.table(in_.def.points);
    const model::Column* kind = column_of(table, "kind");
    const model::Column* households = column_of(table, "households");
    for (const std::uint32_t row : rows) {
      const StudyPoint point{std::string(text_at(kind, row)), number_at(households, row)};
      const bool estimated = table.position_estimated[row] != 0;
      if (point.kind == "committee" && !village.committee_registered) {
        village.committee_registered = true;
        village.positions[0] = table.position[row];
        village.estimated = estimated;
        continue;
      }
      village.points.push_back(point);
      village.positions.push_back(table.position[row]);
      village.estimated |= estimated;
    }
  }

  double reach_m() const { return std::max(in_.def.radius_m, nearest_reach_m); }

  void hash_village(Village& village) {
    Hash hash;
    hash.add(common_);
    hash.add(static_cast<std::uint64_t>(village.begin));
    hash.add(std::uint64_t{village.committee_registered});
    // Added up: neither the order of the stations nor that of their table matters.
    std::uint64_t stations = 0;
    bool estimated = village.estimated;
    for (std::size_t p = 0; p < village.points.size(); ++p) {
      hash.add(village.points[p].kind);
      hash.add(village.points[p].households.value_or(-1));
      hash.add(village.positions[p].x);
      hash.add(village.positions[p].y);
      const auto at = in_.terrain.plane.forward(village.positions[p]);
      const double reach = p == 0 ? reach_m() : in_.def.radius_m;
      if (!at) continue;
      bins_.within(*at, reach, [&](std::uint32_t s) {
        if (distance_m(stations_[s].at, *at) > reach) return;
        stations += stations_[s].hash * (p + 1);
        estimated |= stations_[s].estimated;
      });
    }
    hash.add(stations);
    village.digest = hash.value();
    village.estimated = estimated || in_.info.estimated;
  }

  // --- computing ---------------------------------------------------------------------------------

  Status compute(std::size_t most, const std::function<bool(std::size_t, std::size_t)>& progress) {
    std::vector<Village*> wanted;
    for (Village& village : villages_) {
      if (!known_.contains(village.digest)) wanted.push_back(&village);
    }
    if (wanted.size() > most) {
      out_.figures.waiting = wanted.size() - most;
      wanted.resize(most);
    }
    for (std::size_t done = 0; done < wanted.size();) {
      if (progress && !progress(done, wanted.size())) {
        return fail(Code::conflict, "the coverage study was cancelled");
      }
      const std::size_t count = std::min(villages_at_once, wanted.size() - done);
      if (auto round = compute(std::span(wanted).subspan(done, count)); !round) return round;
      done += count;
    }
    return {};
  }

  Status compute(std::span<Village* const> villages) {
    std::vector<radio::ServePoint> points;
    for (Village* village : villages) {
      village->first_point = points.size();
      for (const geo::Point& position : village->positions) {
        points.push_back({std::string(village->id), position});
      }
    }
    std::vector<radio::ServedPoints> served;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      auto answer =
          radio::serve_points(in_.terrain, cells_[g], points, options_, workers_, lives_[g]);
      if (!answer) return fail(answer.error());
      served.push_back(std::move(*answer));
    }
    std::vector<VillageStudy> results(villages.size());
    workers_.run(villages.size(), [&](std::size_t v) {
      results[v].versions = judge_->judge(facts(*villages[v], served));
    });
    std::uint64_t paths = 0;
    for (const radio::ServedPoints& answer : served) paths += answer.figures.paths;
    for (std::size_t v = 0; v < villages.size(); ++v) {
      // Paths are counted by the round: each village has its part.
      results[v].paths = paths / villages.size() + (v < paths % villages.size() ? 1 : 0);
      fresh_[villages[v]->digest] = out_.fresh.size();
      out_.fresh.emplace_back(villages[v]->digest, std::move(results[v]));
    }
    return {};
  }

  VillageFacts facts(const Village& village, const std::vector<radio::ServedPoints>& served) const {
    VillageFacts out;
    out.begin = village.begin;
    out.committee_registered = village.committee_registered;
    out.points = village.points;
    out.served.resize(village.points.size());
    for (std::size_t p = 0; p < village.points.size(); ++p) {
      for (const radio::ServedPoints& of_group : served) {
        out.served[p].push_back(&of_group.points[village.first_point + p]);
      }
    }
    bins_.within(village.at, nearest_reach_m, [&](std::uint32_t s) {
      const Station& station = stations_[s];
      const double distance = distance_m(station.at, village.at);
      if (distance > nearest_reach_m) return;
      if (wanted(station.technology)) {
        out.near.push_back({station.technology, station.operator_name, distance, station.life});
      }
    });
    std::sort(out.near.begin(), out.near.end(), [](const NearStation& a, const NearStation& b) {
      return a.distance_m < b.distance_m;
    });
    return out;
  }

  // --- what came out -----------------------------------------------------------------------------

  void finish() {
    out_.values.type = in_.def.type;
    out_.values.properties = judge_->properties();
    std::uint64_t sum = common_;
    for (const Village& village : villages_) {
      Hash hash;
      hash.add(village.id);
      hash.add(village.digest);
      sum += hash.value();
      const VillageStudy* study = find(village.digest);
      if (study == nullptr) continue;
      out_.used.push_back(village.digest);
      out_.estimated |= village.estimated;
      out_.figures.versions += study->versions.size();
      out_.figures.paths += study->paths;
      out_.values.things.push_back({std::string(village.id), village.estimated, study->versions});
    }
    out_.digest = sum;
    explain();
  }

  const VillageStudy* find(std::uint64_t digest) const {
    if (const auto at = known_.find(digest); at != known_.end()) return &at->second;
    const auto at = fresh_.find(digest);
    return at == fresh_.end() ? nullptr : &out_.fresh[at->second].second;
  }

  void explain() {
    const CoverageStudy::Figures& f = out_.figures;
    const model::CoverageDef& def = in_.def;
    model::SourceDef& source = out_.values.source;
    source.key = format("study/coverage/{:016x}", out_.digest);
    source.files = "computed";
    source.origin = format(
        "{}coverage study: {} ({} % of time, {} % of locations, phone at {} m), {} stations within "
        "{} km, {} villages, {} paths over {} (terrain {:08x}); rules of packs/{}; inputs {:016x}",
        out_.estimated ? "ESTIMATED, computed from estimated positions or coarse relief: " : "",
        radio::to_string(options_.propagation.model), number_text(def.time_percent),
        number_text(def.location_percent), number_text(def.rx_mast_m), f.stations,
        number_text(def.radius_m / 1000), f.villages, f.paths, in_.info.label, in_.terrain_digest,
        def.pack, out_.digest);
    if (f.unknown > 0) {
      source.origin += format("; left out: {} stations of unknown bands ({})", f.unknown,
                              join(out_.unknown_bands, ", "));
    }
    if (f.off_terrain > 0) {
      source.origin += format("; left out: {} stations beside the terrain", f.off_terrain);
    }
    source.licence = "computed";
  }

  const CoverageStudyInput& in_;
  const KnownVillages& known_;
  const Workers& workers_;
  radio::ServeOptions options_;
  std::vector<Station> stations_;
  Bins bins_;
  std::map<model::RegionIndex, std::int64_t> county_begin_;
  std::vector<StudyGroup> groups_;  // with the next two
  std::vector<std::vector<radio::Cell>> cells_;
  std::vector<std::vector<radio::CellLife>> lives_;
  std::optional<CoverageJudge> judge_;
  std::uint64_t common_ = 0;
  std::vector<Village> villages_;
  std::unordered_map<std::uint64_t, std::size_t> fresh_;  // digest -> index in out_.fresh
  CoverageStudy out_;
};

}  // namespace

Result<CoverageStudy> coverage_study(
    const CoverageStudyInput& input, const KnownVillages& known, const Workers& workers,
    std::size_t compute_most, const std::function<bool(std::size_t, std::size_t)>& progress) {
  return StudyRun(input, known, workers).run(compute_most, progress);
}

}  // namespace cairn::plan
