// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_desk.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "server/compress.hpp"
#include "server/detail/coverage_json.hpp"
#include "server/problem.hpp"
#include "watch/regions.hpp"

namespace cairn::server {
namespace {

// Levels are a byte a pixel: 24 layers of 4 million pixels are 96 MB, those of a zone 0.3 MB each.
constexpr std::size_t kept_raster_bytes = std::size_t{96} << 20;
constexpr std::size_t kept_scenes = 8;
// Layers that wait; somebody who has clicked through more has forgotten the first.
constexpr std::size_t most_jobs = 12;
// Questions of a second each: who comes later than this would wait longer than people do.
constexpr std::size_t most_questions = 8;
constexpr int question_retry_seconds = 3;
constexpr std::size_t most_failures = 200;
constexpr std::size_t stored_layers = 200;
// The least share of the processor that Linux gives a thread (setpriority takes the thread's own).
constexpr int background_nice = 19;
constexpr int question_nice = 5;

std::string path_of(const std::string& directory, const std::string& digest) {
  return format("{}/{}.coverage.gz", directory, digest);
}

// The end of the day just before `as_of`: stations come and go by days.
Instant day_of(Instant as_of, Zone zone) {
  return period_containing(Instant{as_of.ns - 1}, PeriodKind::day, zone).end;
}

std::string scene_key(Instant day, const std::string& overlay) {
  return overlay + '@' + std::to_string(day.ns);
}

}  // namespace

const char* to_string(CoverageDesk::Phase phase) {
  switch (phase) {
    case CoverageDesk::Phase::waiting:
      return "waiting";
    case CoverageDesk::Phase::computing:
      return "computing";
    case CoverageDesk::Phase::ready:
      return "ready";
    case CoverageDesk::Phase::failed:
      return "failed";
    default:
      return "absent";
  }
}

std::shared_ptr<const CoverageTerrain> terrain_of(const State& state) {
  const auto& study = state.world->study;
  const geo::PreparedTerrain* terrain = study == nullptr ? nullptr : study->terrain();
  if (terrain == nullptr) return nullptr;
  return std::make_shared<CoverageTerrain>(
      CoverageTerrain{terrain->grid(), terrain->info(), terrain->digest(), study});
}

CoverageDesk::CoverageDesk(Files& files, std::string directory)
    : files_(files), directory_(std::move(directory)) {
  layers_thread_ = std::thread([this] { run_layers(); });
  questions_thread_ = std::thread([this] { run_questions(); });
}

CoverageDesk::~CoverageDesk() {
  stop();
}

void CoverageDesk::stop() {
  std::deque<Question> unanswered;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    unanswered.swap(questions_);
  }
  layers_wake_.notify_all();
  questions_wake_.notify_all();
  for (Question& question : unanswered) {
    question.reply.send(problem(503, "the server is stopping"));
  }
  if (layers_thread_.joinable()) layers_thread_.join();
  if (questions_thread_.joinable()) questions_thread_.join();
}

void CoverageDesk::settle() {
  std::unique_lock lock(mutex_);
  settled_.wait(lock, [this] { return stopping_ || (jobs_.empty() && !running_); });
}

Result<std::shared_ptr<const CoverageScene>> CoverageDesk::scene(
    const std::shared_ptr<const State>& state, const watch::View& view,
    const std::string& overlay) {
  const Instant day = day_of(view.as_of, view.snapshot.zone);
  const std::string key = scene_key(day, overlay);
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(scenes_, [](const KnownScene& known) { return known.state.expired(); });
    if (auto known = find_scene(state, key)) return known;
  }
  auto terrain = terrain_of(*state);
  if (terrain == nullptr) {
    return fail(Code::not_found, no_terrain_reason(*state));
  }
  const auto box =
      watch::region_box(*state->workspace, state->workspace->regions->find(state->workspace->home));
  if (!box) return fail(Code::not_found, "the region has no boundaries, so nothing can be drawn");
  auto frame = layer_frame(*terrain, *box);
  if (!frame) return fail(frame.error());
  auto set = read_cells(view.snapshot, day, std::move(terrain));
  if (!set) return fail(set.error());
  auto made =
      std::make_shared<CoverageScene>(CoverageScene{std::move(*set), state->workspace, *frame, {}});
  for (const CoverageLayerDef& layer : made->set->layers) {
    made->digests.push_back(layer_digest(*made->set, layer, made->frame));
  }
  const std::lock_guard lock(mutex_);
  if (scenes_.size() >= kept_scenes) scenes_.erase(scenes_.begin());
  scenes_.push_back({state, key, made});
  return std::shared_ptr<const CoverageScene>(std::move(made));
}

bool CoverageDesk::knows(const std::shared_ptr<const State>& state, const watch::View& view,
                         const std::string& overlay) const {
  const std::string key = scene_key(day_of(view.as_of, view.snapshot.zone), overlay);
  const std::lock_guard lock(mutex_);
  return find_scene(state, key) != nullptr;
}

std::shared_ptr<const CoverageScene> CoverageDesk::find_scene(
    const std::shared_ptr<const State>& state, const std::string& key) const {
  for (const KnownScene& known : scenes_) {
    if (known.key == key && known.state.lock() == state) return known.scene;
  }
  return nullptr;
}

CoverageDesk::Progress CoverageDesk::progress(const CoverageScene& scene, std::size_t layer) const {
  const std::string& digest = scene.digests[layer];
  const std::lock_guard lock(mutex_);
  for (const auto& raster : rasters_) {
    if (raster->digest == digest) {
      return {Phase::ready, 1, {}, raster->covered_km2, raster->area_km2};
    }
  }
  if (running_ == digest) return {Phase::computing, running_part_, {}, 0, 0};
  for (const Job& job : jobs_) {
    if (job.digest == digest) return {Phase::waiting, 0, {}, 0, 0};
  }
  if (const auto at = failed_.find(digest); at != failed_.end()) {
    return {Phase::failed, 0, at->second, 0, 0};
  }
  return {};
}

std::shared_ptr<const LayerRaster> CoverageDesk::raster(
    const std::shared_ptr<const CoverageScene>& scene, std::size_t layer) {
  const std::string& digest = scene->digests[layer];
  {
    const std::lock_guard lock(mutex_);
    for (auto at = rasters_.begin(); at != rasters_.end(); ++at) {
      if ((*at)->digest != digest) continue;
      rasters_.splice(rasters_.begin(), rasters_, at);
      return rasters_.front();
    }
    if (stopping_ || failed_.contains(digest) || running_ == digest) return nullptr;
    std::erase_if(jobs_, [&](const Job& job) { return job.digest == digest; });
    jobs_.push_front({scene, layer, digest});
    if (jobs_.size() > most_jobs) jobs_.pop_back();
  }
  layers_wake_.notify_one();
  return nullptr;
}

void CoverageDesk::answer(Reply reply, std::function<Response()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && questions_.size() < most_questions) {
      questions_.push_back({std::move(reply), std::move(work)});
      questions_wake_.notify_one();
      return;
    }
  }
  Response busy = problem(429, "too many questions wait for their computation; ask again soon");
  busy.headers.push_back({"Retry-After", std::to_string(question_retry_seconds)});
  reply.send(std::move(busy));
}

void CoverageDesk::run_questions() {
  ::setpriority(PRIO_PROCESS, 0, question_nice);
  while (true) {
    Question question;
    {
      std::unique_lock lock(mutex_);
      questions_wake_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
      if (stopping_) return;
      question = std::move(questions_.front());
      questions_.pop_front();
    }
    question.reply.send(question.work());
  }
}

void CoverageDesk::run_layers() {
  ::setpriority(PRIO_PROCESS, 0, background_nice);
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      layers_wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      running_ = job.digest;
      running_part_ = 0;
    }
    auto made = make(job);
    {
      const std::lock_guard lock(mutex_);
      running_.reset();
      if (made) {
        keep(std::make_shared<const LayerRaster>(std::move(*made)));
      } else if (!stopping_) {
        if (failed_.size() >= most_failures) failed_.clear();
        failed_[job.digest] = made.error().message;
      }
    }
    settled_.notify_all();
  }
}

Result<LayerRaster> CoverageDesk::make(const Job& job) {
  if (auto found = stored(job.digest)) return std::move(*found);
  const auto progress = [this](double part) {
    const std::lock_guard lock(mutex_);
    running_part_ = std::clamp(part, 0.0, 1.0);
    return !stopping_;
  };
  std::vector<const geo::Geometry*> areas;
  const model::Workspace& workspace = *job.scene->workspace;
  const model::RegionTree& regions = *workspace.regions;
  const model::RegionIndex home = regions.find(workspace.home);
  for (const auto& [index, geometry] : workspace.boundaries) {
    if (regions[index].level == model::Level::county && regions.within(index, home)) {
      areas.push_back(&geometry);
    }
  }
  const auto mask = area_mask(job.scene->set->terrain->grid.plane, job.scene->frame, areas);
  auto made = compute_layer(*job.scene->set, job.scene->set->layers[job.layer], job.scene->frame,
                            mask, *serial_workers(), progress);
  if (made) store(*made);
  return made;
}

std::optional<LayerRaster> CoverageDesk::stored(const std::string& digest) const {
  if (directory_.empty()) return std::nullopt;
  const std::string path = path_of(directory_, digest);
  if (!files_.exists(path)) return std::nullopt;
  const auto bytes = files_.read(path);
  if (!bytes) return std::nullopt;
  auto raster = read_layer(*bytes, digest);
  if (!raster) return std::nullopt;  // damaged: it is computed anew and replaced
  return std::move(*raster);
}

// What cannot be kept is computed again after the next start.
void CoverageDesk::store(const LayerRaster& raster) {
  if (directory_.empty() || !files_.make_directory(directory_)) return;
  if (const auto names = files_.list(directory_); names && names->size() >= stored_layers) {
    if (!files_.remove(directory_ + "/" + names->front())) return;
  }
  (void)files_.replace(path_of(directory_, raster.digest), gzip(layer_bytes(raster)));
}

void CoverageDesk::keep(std::shared_ptr<const LayerRaster> raster) {
  rasters_.push_front(std::move(raster));
  std::size_t bytes = 0;
  for (auto at = rasters_.begin(); at != rasters_.end(); ++at) {
    bytes += (*at)->level.size();
    if (bytes <= kept_raster_bytes || at == rasters_.begin()) continue;
    rasters_.erase(at, rasters_.end());
    break;
  }
}

}  // namespace cairn::server
