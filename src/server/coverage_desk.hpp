// SPDX-License-Identifier: Apache-2.0
// Computes coverage beside the doors: layers one after the other on a thread that gives way to
// everything else, questions that take a second on another. Both queues are bounded.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/seams.hpp"
#include "server/coverage_layer.hpp"
#include "server/picture_shelf.hpp"
#include "server/reply.hpp"
#include "server/state.hpp"

namespace cairn::server {

// The relief of a state's world; null where there is none.
std::shared_ptr<const CoverageTerrain> terrain_of(const State& state);

// The stations of a state at one day, and the pixels of its layers.
struct CoverageScene {
  std::shared_ptr<const CellSet> set;  // shared: computed with after the state has gone
  std::shared_ptr<const model::Workspace> workspace;  // shared: likewise; its boundaries
  radio::MapFrame frame;
  std::vector<std::string> digests;  // as CellSet::layers
};

class CoverageDesk {
 public:
  enum class Phase : std::uint8_t { absent, waiting, computing, ready, failed };
  struct Progress {
    Phase phase = Phase::absent;
    double part = 0;    // of what is to be done
    std::string error;  // when it failed
    double covered_km2 = 0;
    double area_km2 = 0;
  };

  // `directory` keeps finished layers; empty: only memory does.
  CoverageDesk(Files& files, std::string directory);
  ~CoverageDesk();

  // The scene of a view at its day. Errors: no relief, no rules, the relief lies elsewhere.
  Result<std::shared_ptr<const CoverageScene>> scene(const std::shared_ptr<const State>& state,
                                                     const watch::View& view,
                                                     const std::string& overlay);

  // Whether that scene is there; making one takes a tenth of a second: see answer().
  bool knows(const std::shared_ptr<const State>& state, const watch::View& view,
             const std::string& overlay) const;

  Progress progress(const CoverageScene& scene, std::size_t layer) const;
  // The raster, or nothing: then it is being computed, the one asked for last first.
  std::shared_ptr<const LayerRaster> raster(const std::shared_ptr<const CoverageScene>& scene,
                                            std::size_t layer);

  // Painted tiles of finished layers, by layer digest and tile.
  PictureShelf& tiles() { return tiles_; }

  // Runs `work` soon on the thread for questions; when too many wait the answer is 429.
  void answer(Reply reply, std::function<Response()> work);

  // Ends both threads; what was being computed is given up. Idempotent.
  void stop();
  // Waits until no layer is left to compute: for tests.
  void settle();

 private:
  struct Job {
    std::shared_ptr<const CoverageScene> scene;  // shared: it outlives the request
    std::size_t layer = 0;
    std::string digest;
  };
  struct Question {
    Reply reply;
    std::function<Response()> work;
  };
  struct KnownScene {
    std::weak_ptr<const State> state;
    std::string key;
    std::shared_ptr<const CoverageScene> scene;  // shared: as jobs hold it
  };

  // Nothing where it is not known; the caller holds the mutex.
  std::shared_ptr<const CoverageScene> find_scene(const std::shared_ptr<const State>& state,
                                                  const std::string& key) const;
  void run_layers();
  void run_questions();
  Result<LayerRaster> make(const Job& job);
  std::optional<LayerRaster> stored(const std::string& digest) const;
  void store(const LayerRaster& raster);
  void keep(std::shared_ptr<const LayerRaster> raster);  // the caller holds the mutex

  static constexpr std::size_t most_tile_bytes = 16 << 20;  // some thousand tiles

  Files& files_;
  const std::string directory_;
  PictureShelf tiles_{most_tile_bytes};
  mutable std::mutex mutex_;
  std::condition_variable layers_wake_;
  std::condition_variable questions_wake_;
  std::condition_variable settled_;
  bool stopping_ = false;
  std::deque<Job> jobs_;                // the next one in front
  std::optional<std::string> running_;  // its digest
  double running_part_ = 0;
  std::unordered_map<std::string, std::string> failed_;    // by digest: why
  std::list<std::shared_ptr<const LayerRaster>> rasters_;  // new first
  std::deque<Question> questions_;
  std::vector<KnownScene> scenes_;
  std::thread layers_thread_;
  std::thread questions_thread_;
};

const char* to_string(CoverageDesk::Phase phase);

}  // namespace cairn::server
