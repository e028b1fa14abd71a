// SPDX-License-Identifier: Apache-2.0
// The desk at which readings come in: looks names up, checks, numbers series and senders, and
// collects what one commit of the log will hold. Many doors submit at once; one owner takes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/seams.hpp"
#include "core/unit.hpp"
#include "stream/binding.hpp"
#include "stream/record.hpp"
#include "watch/intake.hpp"
#include "watch/stored_history.hpp"

namespace cairn::watch {

// What of a message was not taken, for the list that operators see.
class RejectionSink {
 public:
  virtual ~RejectionSink() = default;
  virtual void reject(std::string_view sender, const std::vector<model::Refusal>& refused) = 0;
};

// One message, with its sender.
struct Delivery {
  Sender sender;
  model::ReadingBatch batch;
};

class Desk final : public Intake {
 public:
  // What goes to the log together.
  struct Group {
    std::vector<std::string> series;   // payloads of definitions, to be written first
    std::vector<std::string> sources;  // likewise
    std::string observations;          // payload; empty: none
    std::uint64_t readings = 0;
    std::uint64_t ticket = 0;  // the newest in it
    bool empty() const { return observations.empty() && series.empty() && sources.empty(); }
  };

  Desk(const Clock& clock, std::shared_ptr<const stream::Binding> binding, RejectionSink& sink);

  Result<Receipt> submit(const Sender& sender, const model::ReadingBatch& batch) override;
  // Several messages in one commit: all of them will be on disk, or none.
  Result<Receipt> submit_all(std::span<const Delivery> deliveries);
  std::uint64_t durable() const override { return durable_.load(std::memory_order_acquire); }
  void listen(Listener listener) override;

  // Before anything comes in: what the log has defined already, in order.
  void known_series(const stream::SeriesName& name);
  void known_source(const stream::SourceName& name);
  // Another world: names are looked up in it from now on. In two steps, so that senders do not
  // wait: prepare() beside them, from any thread, and then rebind() with what it gave. One at a
  // time: what was prepared before another rebind() is a conflict.
  struct Prepared;
  std::shared_ptr<Prepared> prepare(std::shared_ptr<const stream::Binding> binding);
  Status rebind(Prepared& prepared);
  static std::shared_ptr<const SeriesIndex> index_of(const Prepared& prepared);
  // By number, as far as they were known.
  static std::size_t series_of(const Prepared& prepared);
  static stream::SeriesName name_of(const Prepared& prepared, std::uint32_t series);

  // Of the log's owner. Takes what is waiting; waits for it up to `wait_ms`.
  Group take(int wait_ms);
  void committed(const Group& group);
  // What the group held never came to the log; its definitions are written with the next one.
  void failed(Group group, const Error& error);
  // Bytes that are taken but not yet applied count against the queue.
  void applied(std::size_t bytes) { unapplied_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::shared_ptr<const SeriesIndex> index() const;
  std::uint64_t accepted() const { return accepted_.load(std::memory_order_relaxed); }

 private:
  struct Names {  // what one binding makes of the names; replaced whole
    explicit Names(std::shared_ptr<const stream::Binding> of);
    std::shared_ptr<const stream::Binding> binding;
    std::shared_ptr<SeriesIndex> index;            // shared: with the histories that requests read
    std::vector<std::atomic<std::uint32_t>> next;  // by slot: the one that followed it last
    // What devices of a type call its properties (`inputs: names` of packs), by type.
    struct Other {
      const model::InputName* name = nullptr;
      std::uint32_t column = 0;
    };
    std::vector<std::vector<Other>> others;
  };
  struct Found {
    stream::CellId cell = stream::none;
    const model::PropertyDef* property = nullptr;
    const model::InputName* name = nullptr;  // the device's, where it is another one
  };
  class Lookup;
  struct Resolved;

  void resolve(const Names& names, const Sender& sender, const model::ReadingBatch& batch,
               Instant now, Resolved& out);
  struct Wrong {
    Error error;
    model::Flaw flaw = model::Flaw::other;
  };
  std::optional<Wrong> check(const model::Reading& reading, const Found& found, Instant now,
                             double& value);
  std::optional<Conversion> conversion_to(const model::PropertyDef& property,
                                          std::string_view unit);
  std::shared_ptr<Names> names() const;
  Status has_room() const;                                                 // under mutex_
  void put(Names& names, const Sender& sender, const Resolved& resolved);  // under mutex_
  std::uint32_t number_of(Names& names, stream::CellId cell);              // under mutex_
  std::uint32_t source_of(const std::string& name);                        // under mutex_
  using Strangers = std::map<std::uint32_t, std::pair<std::string, std::string>>;
  // A series that the log knows: its cell, or it is a stranger.
  static stream::CellId bind(Names& names, std::uint32_t series, std::string thing,
                             std::string property, Strangers& strangers);
  // Those from `prepared.cells` on; under mutex_.
  void bind_rest(Prepared& prepared, std::size_t until) const;

  const Clock& clock_;
  RejectionSink& sink_;
  mutable std::mutex names_mutex_;
  std::shared_ptr<Names> names_;  // shared: a submission keeps the one that it began with

  std::mutex mutex_;
  std::condition_variable waiting_;
  Group pending_;
  std::uint64_t next_ticket_ = 1;
  std::uint32_t next_series_ = 0;
  std::vector<stream::CellId> cells_;  // by series; none: see strangers_
  // Names of series whose thing or property this world does not have, by series.
  Strangers strangers_;
  std::unordered_map<std::string, std::uint32_t> sources_;
  std::vector<Listener> listeners_;

  std::mutex units_mutex_;
  std::map<std::pair<std::string, std::string>, std::optional<Conversion>> units_;

  std::atomic<std::uint64_t> durable_{0};
  std::atomic<std::size_t> unapplied_{0};
  std::atomic<std::uint64_t> accepted_{0};
};

// True when one of the patterns ("meter-*", "*") names the id; `*` stands for anything.
bool names_thing(const std::vector<std::string>& patterns, std::string_view id);

}  // namespace cairn::watch
