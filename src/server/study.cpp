// SPDX-License-Identifier: Apache-2.0
#include "server/study.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "core/text.hpp"
#include "geo/terrain_key.hpp"
#include "geo/terrain_prepare.hpp"
#include "model/derived.hpp"
#include "model/proposal.hpp"
#include "plan/study_cache.hpp"

namespace cairn::server {
namespace {

namespace fs = std::filesystem;

// Relief around the home region: as far as its stations are heard, and a little more.
constexpr double margin_m = 20'000;
// Of a user's own relief, which is as fine as open data are.
constexpr double own_cell_m = 30;
// Results of villages that are kept, over all proposals and imports of the past.
constexpr std::size_t kept_villages = 50'000;

}  // namespace

std::shared_ptr<StudyDesk> StudyDesk::make(Files& files, StudyOptions options) {
  return std::shared_ptr<StudyDesk>(new StudyDesk(files, std::move(options)));
}

StudyDesk::StudyDesk(Files& files, StudyOptions options)
    : files_(files),
      options_(std::move(options)),
      workers_(options_.threads == 1 ? serial_workers() : thread_workers(options_.threads)) {}

StudyDesk::~StudyDesk() {
  stop();
}

void StudyDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    waiting_.reset();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

const geo::PreparedTerrain* StudyDesk::terrain() const {
  const std::lock_guard lock(mutex_);
  return terrain_;
}

std::string StudyDesk::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

bool StudyDesk::computing() const {
  const std::lock_guard lock(mutex_);
  return busy_ || waiting_.has_value();
}

std::optional<plan::CoverageStudy::Figures> StudyDesk::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

StudyDesk::Job StudyDesk::job_of(const model::Workspace& workspace,
                                 const model::Snapshot& registered) const {
  Job job{workspace.catalog, workspace.regions, workspace.terrain, {}, registered, {}};
  const model::RegionIndex home = workspace.regions->find(workspace.home);
  geo::Box area;
  for (const auto& [region, boundary] : workspace.boundaries) {
    if (home != model::no_region && workspace.regions->within(region, home)) {
      area.add(geo::bounds(boundary));
    }
  }
  if (!area.empty()) job.area = area;
  return job;
}

// --- terrain -------------------------------------------------------------------------------------

std::string StudyDesk::own_relief() const {
  if (options_.data_directory.empty()) return {};
  std::string folder = options_.data_directory + "/dem";
  return fs::exists(folder) ? folder : std::string();
}

Status StudyDesk::open_terrain(const Job& job, bool prepare) const {
  if (prepared_) return {};
  const auto take = [&](const std::string& path) -> Status {
    auto opened = geo::PreparedTerrain::open(files_, path);
    if (!opened) return fail(opened.error());
    prepared_ = std::move(*opened);
    const std::lock_guard lock(mutex_);
    terrain_ = &*prepared_;
    return {};
  };
  geo::TerrainRequest wish;
  if (const std::string own = own_relief(); !own.empty()) wish.sources.push_back({.path = own});
  wish.cell_m = wish.sources.empty() ? job.terrain.cell_m : own_cell_m;
  for (const std::string& path : job.terrain.dem) {
    if (wish.sources.empty() && path.ends_with(".terrain")) return take(path);
    wish.sources.push_back({.path = path});
  }
  if (!job.area)
    return fail(Code::not_found, "the home region has no boundaries to find relief by");
  wish.area = geo::area_around(*job.area, margin_m);
  const std::string name = geo::terrain_key(wish) + ".terrain";
  // Where nothing can be kept (no data directory, one that is only read) it is prepared again by
  // each process, beside other files of the moment.
  std::error_code none;
  std::string folder = fs::temp_directory_path(none).string();
  if (!options_.data_directory.empty()) {
    const std::string kept = options_.data_directory + "/terrain";
    if (fs::exists(kept) || files_.make_directory(kept)) folder = kept;
  }
  const std::string path = folder + "/" + name;
  // What is there and does not open is made anew.
  if (files_.exists(path) && take(path)) return {};
  if (!prepare) return fail(Code::not_found, "the relief is being prepared");
  const auto info = geo::prepare_terrain(wish, *workers_, path, [this](double) {
    const std::lock_guard lock(mutex_);
    return !stopping_;
  });
  if (!info) return fail(info.error());
  return take(path);
}

// --- results -------------------------------------------------------------------------------------

std::shared_ptr<const plan::KnownVillages> StudyDesk::known() const {
  const std::lock_guard lock(known_mutex_);
  if (known_ != nullptr) return known_;
  auto fresh = std::make_shared<plan::KnownVillages>();
  if (!options_.data_directory.empty()) {
    // Nobody misses a file that is damaged or gone: it is computed again.
    if (const auto bytes = files_.read(options_.data_directory + "/study/coverage")) {
      if (auto kept = plan::read_study_cache(*bytes)) *fresh = std::move(*kept);
    }
  }
  return known_ = std::move(fresh);
}

void StudyDesk::keep(const plan::CoverageStudy& study) const {
  if (study.fresh.empty()) return;
  const std::lock_guard lock(known_mutex_);
  auto grown = std::make_shared<plan::KnownVillages>(*known_);
  if (grown->size() + study.fresh.size() > kept_villages) {
    grown->clear();
    for (const std::uint64_t digest : study.used) {
      if (const auto at = known_->find(digest); at != known_->end()) grown->insert(*at);
    }
  }
  grown->insert(study.fresh.begin(), study.fresh.end());
  known_ = std::move(grown);
  if (options_.data_directory.empty()) return;
  // Without the file the next start computes again; a full disk is told by others.
  if (!files_.make_directory(options_.data_directory + "/study")) return;
  (void)files_.replace(options_.data_directory + "/study/coverage",
                       plan::write_study_cache(*known_));
}

Result<plan::CoverageStudy> StudyDesk::study(const Job& job, const model::Snapshot& snapshot,
                                             std::size_t compute_most) const {
  const std::vector<plan::StudyBand> bands = plan::study_bands(*job.catalog);
  const auto before = known();
  auto study =
      plan::coverage_study({.snapshot = snapshot,
                            .def = *job.catalog->coverage,
                            .bands = bands,
                            .terrain = terrain()->grid(),
                            .info = terrain()->info(),
                            .terrain_digest = terrain()->digest()},
                           *before, *workers_, compute_most, [this](std::size_t, std::size_t) {
                             const std::lock_guard lock(mutex_);
                             return !stopping_;
                           });
  if (!study) return study;
  keep(*study);
  return study;
}

model::Snapshot StudyDesk::derive(const model::Workspace& workspace, model::Snapshot registered,
                                  bool all, Problems& problems) const {
  if (!workspace.catalog->coverage) return registered;
  const auto trouble = [&](const Error& error) {
    problems.warning(error.place, "coverage is not computed: " + error.message);
    const std::lock_guard lock(mutex_);
    trouble_ = error.message;
    return registered;
  };
  if (workspace.terrain.dem.empty() && own_relief().empty()) {
    return trouble({Code::not_found,
                    "there is no relief: name it in the region's region.yaml (`terrain`), or put "
                    "files into the data directory's dem/",
                    {}});
  }
  Job job = job_of(workspace, registered);
  const bool aside = options_.aside && !all;
  const auto later = [&] {
    job.proposals = workspace.proposals;
    compute_aside(std::move(job));
  };
  // Whoever does not wait for values does not wait for those of others either: with the terrain at
  // hand, what is known is laid over, and the rest comes later.
  std::unique_lock lock(study_mutex_, std::defer_lock);
  if (!aside) lock.lock();
  if (terrain() == nullptr) {
    if (aside && !lock.try_lock()) {
      later();
      return registered;
    }
    if (auto open = open_terrain(job, !aside); !open) {
      if (!aside) return trouble(open.error());
      later();
      return registered;
    }
  }
  if (aside && lock.owns_lock()) lock.unlock();
  auto found = study(job, registered, aside ? options_.at_once : static_cast<std::size_t>(-1));
  if (lock.owns_lock()) lock.unlock();
  if (!found) return trouble(found.error());
  auto laid = model::lay_derived(registered, found->values);
  if (!laid) return trouble(laid.error());
  if (found->figures.waiting > 0) later();
  const std::lock_guard told(mutex_);
  trouble_.clear();
  if (!all) figures_ = found->figures;
  return std::move(*laid);
}

// --- aside ---------------------------------------------------------------------------------------

void StudyDesk::compute_aside(Job job) const {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  waiting_ = std::move(job);  // the newest world is what counts
  wake_.notify_all();
}

void StudyDesk::start(std::function<void()> ready) {
  ready_ = std::move(ready);
  thread_ = std::thread([this] { run(); });
}

void StudyDesk::run() {
  for (;;) {
    std::optional<Job> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || waiting_.has_value(); });
      if (stopping_) return;
      job.swap(waiting_);
      busy_ = true;
    }
    Status done = compute(*job, job->registered);
    if (done && ready_) ready_();
    // So that the first look at a proposal need not wait.
    for (std::size_t i = 0; done && i < job->proposals.size(); ++i) {
      const auto laid = model::overlay(job->registered, job->proposals[i]);
      if (laid) done = compute(*job, *laid);  // otherwise told when somebody asks for it
    }
    const std::lock_guard lock(mutex_);
    busy_ = false;
    if (!done && !stopping_) trouble_ = done.error().message;
  }
}

Status StudyDesk::compute(const Job& job, const model::Snapshot& snapshot) {
  const std::lock_guard lock(study_mutex_);
  if (auto open = open_terrain(job, true); !open) return open;
  if (auto done = study(job, snapshot, static_cast<std::size_t>(-1)); !done) {
    return fail(done.error());
  }
  return {};
}

}  // namespace cairn::server
