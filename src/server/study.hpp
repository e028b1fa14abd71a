// SPDX-License-Identifier: Apache-2.0
// The coverage study of a process: prepares the relief of the home region once, keeps what was
// computed in the data directory, and computes what has changed: at once where somebody waits for
// it, otherwise aside, and tells when it is there.
//
//   const auto desk = StudyDesk::make(*files, {.data_directory = data});
//   auto world = watch::load_world(*files, options, imported, desk);   // with coverage_5g …
//
// Files: <data>/dem/ holds a user's own relief and comes before that of the region;
// <data>/terrain/<digest>.terrain is what was made of it; <data>/study/coverage holds the results.
// All of it may be deleted: it is made again.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/parallel.hpp"
#include "core/seams.hpp"
#include "geo/terrain.hpp"
#include "plan/coverage_study.hpp"
#include "watch/world.hpp"

namespace cairn::server {

struct StudyOptions {
  std::string data_directory = {};  // empty: nothing is kept
  std::size_t threads = 0;          // 0: as many as the machine has processors
  // Nobody waits: what is not known is computed aside, after start().
  bool aside = false;
  // Villages that are computed at once all the same (an imported site or two).
  std::size_t at_once = 0;
};

class StudyDesk final : public watch::Study {
 public:
  // `files` must outlive the desk.
  static std::shared_ptr<StudyDesk> make(Files& files, StudyOptions options);
  ~StudyDesk() override;

  // What derive() left out is computed from here on, on the desk's own thread; `ready` is called
  // there as often as some of it is there: derive again.
  void start(std::function<void()> ready);
  // Ends what is computed aside; idempotent. Nothing is told afterwards.
  void stop();

  model::Snapshot derive(const model::Workspace& workspace, model::Snapshot registered, bool all,
                         Problems& problems) const override;
  const geo::PreparedTerrain* terrain() const override;
  std::string trouble() const override;
  bool computing() const override;

  // What the last derive() found, for people.
  std::optional<plan::CoverageStudy::Figures> figures() const;

 private:
  StudyDesk(Files& files, StudyOptions options);

  // Everything of a workspace that the study needs, so that it can be made later.
  struct Job {
    std::shared_ptr<const model::Catalog> catalog;     // shared: with the workspace
    std::shared_ptr<const model::RegionTree> regions;  // shared: likewise
    model::RegionTerrain terrain;
    std::optional<geo::Box> area;
    model::Snapshot registered;
    std::vector<model::Proposal> proposals;
  };
  Job job_of(const model::Workspace& workspace, const model::Snapshot& registered) const;
  std::string own_relief() const;  // the user's folder; empty: there is none
  Status open_terrain(const Job& job, bool prepare) const;
  Result<plan::CoverageStudy> study(const Job& job, const model::Snapshot& snapshot,
                                    std::size_t compute_most) const;
  std::shared_ptr<const plan::KnownVillages> known() const;
  void keep(const plan::CoverageStudy& study) const;
  void compute_aside(Job job) const;
  void run();
  Status compute(const Job& job, const model::Snapshot& snapshot);

  Files& files_;
  StudyOptions options_;
  std::unique_ptr<Workers> workers_;
  std::function<void()> ready_;

  // One long computation at a time; the terrain is set once under it.
  mutable std::mutex study_mutex_;
  mutable std::optional<geo::PreparedTerrain> prepared_;

  mutable std::mutex known_mutex_;  // over the next and their file
  // shared: studies under way read what was known when they began; empty: not read yet
  mutable std::shared_ptr<const plan::KnownVillages> known_;

  mutable std::mutex mutex_;              // over what follows
  mutable std::condition_variable wake_;  // of the thread
  mutable const geo::PreparedTerrain* terrain_ = nullptr;
  mutable std::string trouble_;
  mutable std::optional<plan::CoverageStudy::Figures> figures_;
  mutable std::optional<Job> waiting_;
  mutable bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;  // of `aside`
};

}  // namespace cairn::server
