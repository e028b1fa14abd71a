// SPDX-License-Identifier: Apache-2.0
#include "radio/served.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "core/text.hpp"
#include "radio/p525.hpp"

namespace cairn::radio {
namespace {

constexpr double degrees = 180 / std::numbers::pi;
constexpr double longest_radius_m = 300'000;
constexpr double nearest_m = 1;          // as path_loss: nobody is nearer to an antenna
constexpr double least_limit_db = -1e6;  // in place of -infinity, so that losses still order cells
constexpr std::size_t points_a_task = 8;
constexpr std::uint32_t none = 0xffffffff;

// By how much a loss may lie below free space over the distance along the ground, at most.
double gain_over_free_space_db(const Propagation& propagation) {
  constexpr double rounding_db = 1e-6;
  switch (propagation.model) {
    case Model::p1812:
      // L_b >= L_b0p (Eq. (69)), which is 92.4 + 20 log f d + 2.6 (1 - exp(-…)) log(p / 50)
      // (Eqs (8), (10)): for p < 50 % at most 2.6 log(50 / p) below, and 0.05 by the constant.
      return 2.6 * std::log10(50 / propagation.time_percent) + 0.05 + rounding_db;
    case Model::delta_bullington:  // free space and a diffraction loss that is never negative
    case Model::free_space:
      return rounding_db;
    case Model::itm:
      // The reference attenuation is not negative; of what variability takes off, 100 dB (more
      // than its curves hold within 1 to 99 %) become 12.5 by [5.12].
    case Model::rma:
      // Below free space by min(0.044 h^1.72, 14.77) dB at most (TR 38.901 Table 7.4.1-1).
      return 15;
  }
  return 15;
}

// All cells of one mast: they share the way to a point.
struct Mast {
  geo::PlanePoint at;
  double height_m = 0;
  double ground_m = 0;
  std::uint32_t site = 0;               // the same for all masts of one site
  std::vector<std::uint32_t> cells;     // ascending
  std::vector<double> frequencies_mhz;  // each once
  std::uint32_t models = 0;             // of Scene::models: one a frequency
  std::vector<std::uint32_t> model_of;  // of each of `cells`
  std::vector<double> without_way_db;   // of each: headroom at 1 km of free space, at most
};

struct CellFacts {
  std::uint32_t mast = none;  // none: left out
  LinkBudget budget;
  double limit_db = 0;  // path and antenna loss that it bears
};

// Masts by place: buckets of a grid over all of them.
class MastIndex {
 public:
  MastIndex(const std::vector<Mast>& masts, double radius_m) : masts_(masts), radius_m_(radius_m) {
    size_m_ = std::max(radius_m / 6, 500.0);
    for (std::uint32_t i = 0; i < masts.size(); ++i) {
      buckets_[{bucket(masts[i].at.y_m), bucket(masts[i].at.x_m)}].push_back(i);
    }
  }

  template <class Use>
  void near(geo::PlanePoint point, Use use) const {
    for (auto row = bucket(point.y_m - radius_m_); row <= bucket(point.y_m + radius_m_); ++row) {
      auto it = buckets_.lower_bound({row, bucket(point.x_m - radius_m_)});
      const Key last{row, bucket(point.x_m + radius_m_)};
      for (; it != buckets_.end() && it->first <= last; ++it) {
        for (std::uint32_t i : it->second) {
          double east_m = point.x_m - masts_[i].at.x_m;
          double north_m = point.y_m - masts_[i].at.y_m;
          double distance_m = std::sqrt(east_m * east_m + north_m * north_m);
          if (distance_m <= radius_m_) use(i, distance_m);
        }
      }
    }
  }

 private:
  using Key = std::pair<std::int64_t, std::int64_t>;
  std::int64_t bucket(double at_m) const {
    return static_cast<std::int64_t>(std::floor(at_m / size_m_));
  }

  const std::vector<Mast>& masts_;
  double radius_m_;
  double size_m_;
  std::map<Key, std::vector<std::uint32_t>> buckets_;
};

// Everything that is the same for all points.
struct Scene {
  const geo::TerrainGrid& terrain;
  std::span<const Cell> cells;
  std::span<const CellLife> lives;
  ServeOptions options;
  double step_m = 0;
  double gain_db = 0;
  std::vector<CellFacts> facts;
  std::vector<Mast> masts;
  std::vector<std::vector<PreparedModel>> models;  // masts with the same bands share them

  CellLife life(std::uint32_t cell) const { return lives.empty() ? CellLife{} : lives[cell]; }
};

std::string off_terrain(const geo::TerrainGrid& terrain, geo::Point position) {
  const auto on = [&](geo::Point p) {
    const auto at = terrain.plane.forward(p);
    return at && terrain.height_m(*at).has_value();
  };
  if (!(std::isfinite(position.x) && std::isfinite(position.y))) {
    return "the position is not a number";
  }
  const std::string place = format("longitude {:.5f}, latitude {:.5f}", position.x, position.y);
  if (on({position.y, position.x})) {
    return format("{} is not on the terrain; are longitude and latitude swapped?", place);
  }
  const auto at = terrain.plane.forward(position);
  if (at && terrain.nearest(*at)) {
    return format("the terrain has no height at {}; fill the hole with a second source", place);
  }
  return format("{} is not on the terrain; prepare a larger one", place);
}

// Puts cells onto masts; says of each bad one why it is left out.
class SceneBuilder {
 public:
  explicit SceneBuilder(Scene& scene) : scene_(scene) {}

  void build(std::vector<ServedPoints::BadCell>& left_out) {
    scene_.facts.resize(scene_.cells.size());
    for (std::uint32_t i = 0; i < scene_.cells.size(); ++i) {
      if (Status status = add(i); !status) left_out.push_back({i, status.error().message});
    }
    share_models();
  }

 private:
  Status add(std::uint32_t index) {
    const Cell& cell = scene_.cells[index];
    if (Status status = check_cell(cell); !status) return status;
    const CellLife life = scene_.life(index);
    if (life.begin >= life.end) return fail(Code::invalid, "the cell ends before it begins");
    CellFacts facts;
    facts.budget = cell_budget(cell);
    const double mhz = facts.budget.reference_mhz();
    if (!models_.contains(mhz)) {
      Result<PreparedModel> model = prepare_model(scene_.options.propagation, mhz);
      if (!model) return fail(model.error());
      models_.emplace(mhz, *std::move(model));
    }
    const Result<std::uint32_t> found = mast_of(cell);
    if (!found) return fail(found.error());
    facts.mast = *found;
    facts.limit_db = std::max(greatest_losses(facts.budget).least(), least_limit_db);
    Mast& mast = scene_.masts[facts.mast];
    const auto m = std::ranges::find(mast.frequencies_mhz, mhz) - mast.frequencies_mhz.begin();
    if (static_cast<std::size_t>(m) == mast.frequencies_mhz.size()) {
      mast.frequencies_mhz.push_back(mhz);
    }
    mast.cells.push_back(index);
    mast.model_of.push_back(static_cast<std::uint32_t>(m));
    mast.without_way_db.push_back(facts.limit_db - free_space_loss_db(mhz / 1000, 1) +
                                  scene_.gain_db);
    scene_.facts[index] = std::move(facts);
    return {};
  }

  // Cells of one site id at one place and height; without an id the place is the site.
  Result<std::uint32_t> mast_of(const Cell& cell) {
    const Place place{cell.position.x, cell.position.y};
    const MastKey key{cell.site, {place, cell.mast_m}};
    if (const auto known = masts_.find(key); known != masts_.end()) return known->second;
    Status status = check_tx_mast(scene_.options.propagation.model, cell.mast_m);
    if (!status) return fail(status.error());
    const auto at = scene_.terrain.plane.forward(cell.position);
    const auto ground_m = at ? scene_.terrain.height_m(*at) : std::nullopt;
    if (!ground_m) return fail(Code::invalid, off_terrain(scene_.terrain, cell.position));
    Mast mast;
    mast.at = *at;
    mast.height_m = cell.mast_m;
    mast.ground_m = *ground_m;
    const SiteKey site{cell.site, cell.site.empty() ? place : Place{}};
    mast.site = sites_.emplace(site, static_cast<std::uint32_t>(sites_.size())).first->second;
    const auto index = static_cast<std::uint32_t>(scene_.masts.size());
    scene_.masts.push_back(std::move(mast));
    masts_.emplace(key, index);
    return index;
  }

  void share_models() {
    std::map<std::vector<double>, std::uint32_t> sets;
    for (Mast& mast : scene_.masts) {
      const auto next = static_cast<std::uint32_t>(sets.size());
      const auto [set, fresh] = sets.emplace(mast.frequencies_mhz, next);
      mast.models = set->second;
      if (!fresh) continue;
      scene_.models.emplace_back();
      for (double mhz : set->first) scene_.models.back().push_back(models_.at(mhz));
    }
  }

  using Place = std::pair<double, double>;
  using SiteKey = std::pair<std::string, Place>;
  using MastKey = std::pair<std::string, std::pair<Place, double>>;
  Scene& scene_;
  std::map<SiteKey, std::uint32_t> sites_;
  std::map<MastKey, std::uint32_t> masts_;
  std::map<double, PreparedModel> models_;  // by MHz
};

// The two best cells of one span of time.
struct Entry {
  double headroom_db = -HUGE_VAL;
  std::uint32_t cell = none;
  bool operator==(const Entry& other) const { return cell == other.cell; }
};
bool better(const Entry& a, const Entry& b) {
  return a.headroom_db > b.headroom_db || (a.headroom_db == b.headroom_db && a.cell < b.cell);
}
struct Epoch {
  std::int64_t from = CellLife::always;
  Entry best;
  Entry second;
};

// Best and second best over all time, as cells are added in any order.
class Timeline {
 public:
  explicit Timeline(const Scene& scene) : scene_(scene), epochs_(1) {}

  // Whether a cell of at most that headroom could still change anything.
  bool matters(double at_most_db, CellLife life) const {
    for (std::size_t i = first(life.begin); i < epochs_.size() && epochs_[i].from < life.end; ++i) {
      if (at_most_db >= epochs_[i].second.headroom_db) return true;
    }
    return false;
  }

  void add(const Entry& entry, CellLife life) {
    std::size_t begin = split(life.begin);
    std::size_t end = life.end == CellLife::forever ? epochs_.size() : split(life.end);
    for (std::size_t i = begin; i < end; ++i) enter(epochs_[i], entry);
  }

  // Spans that differ.
  std::vector<Epoch> finish() const {
    std::vector<Epoch> out;
    for (const Epoch& epoch : epochs_) {
      bool same =
          !out.empty() && out.back().best == epoch.best && out.back().second == epoch.second;
      if (!same) out.push_back(epoch);
    }
    return out;
  }

 private:
  std::size_t first(std::int64_t instant) const {  // the epoch that holds it
    const auto after = std::ranges::upper_bound(epochs_, instant, {}, &Epoch::from);
    return static_cast<std::size_t>(after - epochs_.begin()) - 1;
  }

  std::size_t split(std::int64_t instant) {
    std::size_t i = first(instant);
    if (epochs_[i].from == instant) return i;
    Epoch later = epochs_[i];
    later.from = instant;
    epochs_.insert(epochs_.begin() + static_cast<std::ptrdiff_t>(i) + 1, later);
    return i + 1;
  }

  void enter(Epoch& epoch, const Entry& entry) const {
    const bool same_site = scene_.options.second_elsewhere && epoch.best.cell != none &&
                           site(epoch.best.cell) == site(entry.cell);
    if (better(entry, epoch.best)) {
      if (!same_site) epoch.second = epoch.best;
      epoch.best = entry;
    } else if (!same_site && better(entry, epoch.second)) {
      epoch.second = entry;
    }
  }

  std::uint32_t site(std::uint32_t cell) const {
    return scene_.masts[scene_.facts[cell].mast].site;
  }

  const Scene& scene_;
  std::vector<Epoch> epochs_;
};

// Looks at one point after the other; the memory is kept between them.
class PointReader {
 public:
  PointReader(const Scene& scene, const MastIndex& index) : scene_(scene), index_(index) {}

  ServedPoint read(const ServePoint& point, ServedPoints::Figures& figures) {
    ServedPoint out;
    const auto at = scene_.terrain.plane.forward(point.position);
    const auto ground_m = at ? scene_.terrain.height_m(*at) : std::nullopt;
    if (!ground_m) {
      out.error = off_terrain(scene_.terrain, point.position);
      return out;
    }
    at_ = *at;
    ground_m_ = *ground_m;
    gather(figures);
    Timeline timeline(scene_);
    while (!candidates_.empty()) {
      std::ranges::pop_heap(candidates_, {}, &Candidate::at_most_db);
      const Candidate next = candidates_.back();
      candidates_.pop_back();
      const CellLife life = scene_.life(next.cell);
      if (scene_.options.prune && !timeline.matters(next.at_most_db, life)) {
        if (scene_.lives.empty()) break;  // those that follow are no better
        continue;
      }
      Way& way = ways_[next.way];
      if (!way.read) read_way(way, figures);
      if (way.losses.empty()) continue;
      ++figures.losses;
      timeline.add({headroom_db(way, next.cell), next.cell}, life);
    }
    if (unread_ > 0) {
      out.note =
          format("{} of the paths to this point could not be read: {}", unread_, why_unread_);
    }
    write_states(timeline.finish(), out);
    return out;
  }

 private:
  // From one mast to the point.
  struct Way {
    std::uint32_t mast = 0;
    double distance_m = 0;
    bool read = false;
    std::vector<PathLoss> losses;  // one a frequency of the mast; empty: could not be read
  };
  struct Candidate {
    double at_most_db = 0;  // headroom
    std::uint32_t cell = 0;
    std::uint32_t way = 0;
  };

  void gather(ServedPoints::Figures& figures) {
    ways_.clear();
    candidates_.clear();
    unread_ = 0;
    why_unread_.clear();
    index_.near(at_, [&](std::uint32_t m, double distance_m) {
      const Mast& mast = scene_.masts[m];
      const auto way = static_cast<std::uint32_t>(ways_.size());
      ways_.push_back({m, distance_m, false, {}});
      const double spread_db = 20 * std::log10(std::max(distance_m, nearest_m) / 1000);
      for (std::size_t i = 0; i < mast.cells.size(); ++i) {
        candidates_.push_back({mast.without_way_db[i] - spread_db, mast.cells[i], way});
      }
    });
    figures.within_radius += candidates_.size();
    std::ranges::make_heap(candidates_, {}, &Candidate::at_most_db);
  }

  void read_way(Way& way, ServedPoints::Figures& figures) {
    const Mast& mast = scene_.masts[way.mast];
    way.read = true;
    ++figures.paths;
    const std::vector<PreparedModel>& models = scene_.models[mast.models];
    way.losses.resize(models.size());
    Status status = sample_path(scene_.terrain, mast.at, at_,
                                path_step_m(scene_.step_m, way.distance_m), path_);
    if (status) status = path_losses(models, path_, mast.height_m, way.losses);
    if (status) return;
    way.losses.clear();
    if (unread_++ == 0) why_unread_ = status.error().message;
  }

  const Way& way_of(std::uint32_t cell) const {
    const std::uint32_t mast = scene_.facts[cell].mast;
    return *std::ranges::find(ways_, mast, &Way::mast);
  }

  const PathLoss& loss_of(const Way& way, std::uint32_t cell) const {
    const Mast& mast = scene_.masts[way.mast];
    const auto place = std::ranges::lower_bound(mast.cells, cell) - mast.cells.begin();
    return way.losses[mast.model_of[static_cast<std::size_t>(place)]];
  }

  double bearing_deg(const Mast& mast) const {
    const double east_m = at_.x_m - mast.at.x_m;
    const double north_m = at_.y_m - mast.at.y_m;
    const double bearing = std::atan2(east_m, north_m) * degrees;
    return bearing < 0 ? bearing + 360 : bearing;
  }

  double headroom_db(const Way& way, std::uint32_t cell) const {
    const PathLoss& loss = loss_of(way, cell);
    const Mast& mast = scene_.masts[way.mast];
    return scene_.facts[cell].limit_db - loss.loss_db -
           antenna_loss_db(scene_.cells[cell], bearing_deg(mast), loss.depression_deg);
  }

  Serving serving(const Entry& entry) const {
    const Way& way = way_of(entry.cell);
    const Mast& mast = scene_.masts[way.mast];
    const PathLoss& loss = loss_of(way, entry.cell);
    const CellFacts& facts = scene_.facts[entry.cell];
    Serving out;
    out.cell = entry.cell;
    out.headroom_db = entry.headroom_db;
    out.loss_db = loss.loss_db;
    out.distance_m = way.distance_m;
    out.bearing_deg = bearing_deg(mast);
    out.depression_deg = loss.depression_deg;
    out.line_of_sight = loss.line_of_sight;
    out.outside_range = loss.outside_range;
    const double slant_km = slant_distance_km(way.distance_m / 1000, mast.ground_m + mast.height_m,
                                              ground_m_ + scene_.options.propagation.rx_mast_m);
    out.free_space_db = free_space_loss_db(facts.budget.reference_mhz() / 1000,
                                           std::max(slant_km, nearest_m / 1000));
    out.antenna_loss_db =
        antenna_loss_db(scene_.cells[entry.cell], out.bearing_deg, loss.depression_deg);
    out.quality = link_quality(facts.budget, out.loss_db, out.antenna_loss_db);
    return out;
  }

  bool knows_terrain() const {
    const Model model = scene_.options.propagation.model;
    return model == Model::p1812 || model == Model::itm || model == Model::delta_bullington;
  }

  Why why(const Serving& best) const {
    const LinkQuality& quality = best.quality;
    if (quality.covered) return Why::covered;
    const GreatestLoss bears = greatest_losses(scene_.facts[best.cell].budget);
    if (quality.signal_suffices) return quality.uplink_is_worse ? Why::uplink : Why::downlink;
    const double terrain_db = knows_terrain() ? best.loss_db - best.free_space_db : 0;
    const double way_db = best.loss_db - terrain_db;
    const bool ridge = way_db + best.antenna_loss_db <= bears.signal_db;
    const bool antenna = best.loss_db <= bears.signal_db;
    if (way_db > bears.signal_db) return Why::too_far;
    if (ridge != antenna) return ridge ? Why::ridge : Why::antenna;
    return terrain_db >= best.antenna_loss_db ? Why::ridge : Why::antenna;
  }

  // Every edge has its nu; the greatest is the ridge that one has to climb to see the station.
  std::optional<Ridge> ridge_of(const Serving& best) {
    const Mast& mast = scene_.masts[scene_.facts[best.cell].mast];
    const double step_m = path_step_m(scene_.step_m, best.distance_m);
    if (!sample_path(scene_.terrain, mast.at, at_, step_m, path_)) return {};
    const Propagation& propagation = scene_.options.propagation;
    const double radius_km = earth_radii(propagation.air.delta_n_per_km).median_km;
    const double total_km = path_.distance_km.back();
    const double tx_m = path_.terrain_m.front() + mast.height_m;
    const double rx_m = path_.terrain_m.back() + propagation.rx_mast_m;
    double greatest = -HUGE_VAL;
    std::size_t edge = 0;
    double above_m = 0;
    for (std::size_t i = 1; i + 1 < path_.distance_km.size(); ++i) {
      const double from_km = path_.distance_km[i];
      const double left_km = total_km - from_km;
      const double clutter_m = path_.clutter_m.empty() ? 0 : path_.clutter_m[i];
      const double line_m = (tx_m * left_km + rx_m * from_km) / total_km;
      const double bulge_m = 500 * from_km * left_km / radius_km;
      const double excess_m = path_.terrain_m[i] + clutter_m + bulge_m - line_m;
      const double nu = excess_m * std::sqrt(total_km / (from_km * left_km));
      if (nu <= greatest) continue;
      greatest = nu;
      edge = i;
      above_m = excess_m;
    }
    if (edge == 0) return {};
    const double part = path_.distance_km[edge] / total_km;
    Ridge out;
    out.position = scene_.terrain.plane.inverse({mast.at.x_m + part * (at_.x_m - mast.at.x_m),
                                                 mast.at.y_m + part * (at_.y_m - mast.at.y_m)});
    out.from_cell_m = path_.distance_km[edge] * 1000;
    out.from_point_m = total_km * 1000 - out.from_cell_m;
    out.ground_m = path_.terrain_m[edge];
    out.clutter_m = path_.clutter_m.empty() ? 0 : path_.clutter_m[edge];
    out.above_line_m = above_m;
    out.costs_db = std::max(0.0, best.loss_db - best.free_space_db);
    return out;
  }

  void write_states(const std::vector<Epoch>& epochs, ServedPoint& out) {
    for (const Epoch& epoch : epochs) {
      ServedState state;
      state.from = epoch.from;
      if (unread_ > 0) state.why = Why::unknown;
      if (epoch.best.cell != none) {
        state.best = serving(epoch.best);
        state.why = why(*state.best);
      }
      if (epoch.second.cell != none) state.second = serving(epoch.second);
      const bool behind = state.why == Why::ridge || (state.best && !state.best->line_of_sight);
      if (scene_.options.reasons && state.best && !state.covered() && behind && knows_terrain()) {
        const ServedState* last = out.states.empty() ? nullptr : &out.states.back();
        const bool same = last != nullptr && last->best && last->best->cell == state.best->cell;
        state.ridge = same ? last->ridge : ridge_of(*state.best);
      }
      out.states.push_back(std::move(state));
    }
  }

  const Scene& scene_;
  const MastIndex& index_;
  geo::PlanePoint at_;
  double ground_m_ = 0;
  std::vector<Way> ways_;
  std::vector<Candidate> candidates_;  // a heap by headroom
  std::size_t unread_ = 0;
  std::string why_unread_;
  TerrainPath path_;
};

Status check_options(const ServeOptions& options, std::size_t cells, std::size_t lives) {
  if (Status status = check_propagation(options.propagation); !status) return status;
  if (!(options.radius_m > 0 && options.radius_m <= longest_radius_m)) {
    return fail(Code::invalid, format("radius {} m is not within 0 to {:.0f} m", options.radius_m,
                                      longest_radius_m));
  }
  if (!(options.step_m >= 0 && options.step_m <= longest_radius_m)) {
    return fail(Code::invalid, format("step {} m is not within 0 (the terrain's) to {:.0f} m",
                                      options.step_m, longest_radius_m));
  }
  if (lives != 0 && lives != cells) {
    return fail(Code::invalid, format("{} cells have {} lives", cells, lives));
  }
  return {};
}

}  // namespace

const char* to_string(Why why) {
  constexpr const char* words[] = {"covered", "no_cell", "ridge",    "antenna",
                                   "too_far", "uplink",  "downlink", "unknown"};
  return words[static_cast<std::size_t>(why)];
}

const ServedState& ServedPoint::at(std::int64_t instant) const {
  const auto after = std::ranges::upper_bound(states, instant, {}, &ServedState::from);
  return after == states.begin() ? states.front() : *(after - 1);
}

Result<ServedPoints> serve_points(const geo::TerrainGrid& terrain, std::span<const Cell> cells,
                                  std::span<const ServePoint> points, const ServeOptions& options,
                                  const Workers& workers, std::span<const CellLife> lives) {
  if (Status status = check_options(options, cells.size(), lives.size()); !status) {
    return fail(status.error());
  }
  ServedPoints out;
  Scene scene{.terrain = terrain,
              .cells = cells,
              .lives = lives,
              .options = options,
              .step_m = options.step_m > 0 ? options.step_m : terrain.cell_m,
              .gain_db = gain_over_free_space_db(options.propagation),
              .facts = {},
              .masts = {},
              .models = {}};
  SceneBuilder(scene).build(out.left_out);
  const MastIndex index(scene.masts, options.radius_m);
  out.points.resize(points.size());
  const std::size_t tasks = (points.size() + points_a_task - 1) / points_a_task;
  std::vector<ServedPoints::Figures> figures(tasks);
  workers.run(tasks, [&](std::size_t task) {
    PointReader reader(scene, index);
    const std::size_t end = std::min(points.size(), (task + 1) * points_a_task);
    for (std::size_t i = task * points_a_task; i < end; ++i) {
      out.points[i] = reader.read(points[i], figures[task]);
    }
  });
  for (const auto& part : figures) {
    out.figures.within_radius += part.within_radius;
    out.figures.losses += part.losses;
    out.figures.paths += part.paths;
  }
  return out;
}

}  // namespace cairn::radio
