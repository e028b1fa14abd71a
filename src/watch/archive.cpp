// SPDX-License-Identifier: Apache-2.0
#include "watch/archive.hpp"

#include "core/aside_files.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "store/history.hpp"
#include "store/log.hpp"
#include "store/state_file.hpp"
#include "stream/machine.hpp"
#include "watch/detail/state_parts.hpp"
#include "watch/stored_history.hpp"

namespace cairn::watch {
namespace {

// A state, a segment or a piece of the log may be replaced between two looks: look again.
constexpr int attempts = 5;
constexpr std::string_view state_name = "machine";  // as the engine has it

// The history with the files that it reads from.
struct Opened {
  explicit Opened(const Files& real) : files(real, ".log") {}
  AsideFiles files;
  std::unique_ptr<store::HistoryStore> history;
};

Status replay(Opened& opened, const std::string& directory, std::uint64_t after,
              stream::Machine& machine) {
  store::LogOptions options;
  options.record_bytes = 2 * limits::ingest_queue_bytes + limits::ingest_message_bytes;
  const auto log = store::Log::open(opened.files, directory + "/log", options);
  if (!log) return fail(log.error());
  if ((*log)->opening().first > after + 1) {
    return fail(Code::io,
                format("the log begins at {}, the newest good state ends at {}",
                       (*log)->opening().first, after),
                directory);
  }
  stream::Effects effects;
  return (*log)->read(after, [&](const store::LogRecord& record) -> Status {
    effects.clear();
    const auto kind = static_cast<stream::RecordKind>(record.kind);
    auto applied = machine.apply({record.position, kind, record.arrival, record.payload}, effects);
    if (!applied) return applied;
    for (const stream::Observed& o : effects.stored) {
      opened.history->add(o.series, o.time_ns, o.value, record.position);
    }
    return {};
  });
}

Result<model::Snapshot> look(const Files& files, const std::string& directory,
                             const std::shared_ptr<const World>& world) {
  auto opened = std::make_shared<Opened>(files);
  const auto binding = std::make_shared<const stream::Binding>(
      std::shared_ptr<const model::Snapshot>(world, &world->snapshot));
  stream::Machine machine(binding, world->library, {});
  const auto state = store::newest_state(opened->files, directory + "/state", state_name);
  if (!state) return fail(state.error());
  if (*state) {
    const auto parts = detail::parts_of_state((*state)->bytes);
    if (!parts) return fail(Code::invalid, "the bytes are no state of an engine", directory);
    if (auto done = machine.read(parts->machine); !done) return fail(done.error());
  }
  const std::string manifest = directory + "/history/history.manifest";
  const auto before = files.read(manifest);
  auto history = store::HistoryStore::open(opened->files, directory + "/history", {});
  if (!history) return fail(history.error());
  opened->history = std::move(*history);
  if (auto done = replay(*opened, directory, *state ? (*state)->position : 0, machine); !done) {
    return fail(done.error());
  }
  // Segments that went meanwhile went after the manifest.
  const auto still = files.read(manifest);
  if (before.has_value() != still.has_value() || (before && *before != *still)) {
    return fail(Code::conflict, "the history changed while it was opened", manifest);
  }
  auto index = std::make_shared<SeriesIndex>(binding);
  for (stream::Series series = 0; series < machine.series(); ++series) {
    const stream::SeriesName name = machine.series_name(series);
    if (const auto cell = binding->find(name.thing, name.property)) index->bind(*cell, series);
  }
  const std::shared_ptr<const store::HistoryStore> store(opened, opened->history.get());
  return binding->live(std::make_shared<StoredHistory>(std::move(index), store));
}

}  // namespace

Result<model::Snapshot> stored_snapshot(const Files& files, const std::string& directory,
                                        const std::shared_ptr<const World>& world) {
  if (!files.exists(directory + "/log")) return world->snapshot;
  auto snapshot = look(files, directory, world);
  for (int i = 1; i < attempts && !snapshot; ++i) snapshot = look(files, directory, world);
  return snapshot;
}

}  // namespace cairn::watch
