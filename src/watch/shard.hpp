// SPDX-License-Identifier: Apache-2.0
// One region on several machines (docs/shards.md): a parent takes readings in and forwards them by
// partition; each shard runs an engine over the things of its partitions. A partition is a
// prefecture; what lies above prefectures, or nowhere, is the partition "0".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/records.hpp"
#include "model/region.hpp"
#include "stream/binding.hpp"
#include "stream/machine.hpp"
#include "stream/parcel.hpp"

namespace cairn::watch {

inline constexpr std::string_view rest_partition = "0";

// The partition of a thing of the region `code`.
std::string partition_of(const model::RegionTree& regions, std::string_view code);

// Reads "5104,5134"; names of partitions must be prefectures of the tree, or "0".
Result<std::vector<std::string>> read_partitions(std::string_view text,
                                                 const model::RegionTree& regions);

// Leaves of the things those of the partitions, and of the observations theirs.
void keep_partitions(const model::RegionTree& regions, const std::vector<std::string>& partitions,
                     model::Records& records);

// A record of a parent's log.
struct ForwardedRecord {
  std::uint64_t position = 0;
  stream::RecordKind kind = stream::RecordKind::observations;  // or shelve
  Instant arrival;
  std::string_view payload;
  bool waiting = false;  // its bytes count against the desk's queue until Engine::forwarded()
};

// Takes what an engine does not apply itself. Called from the thread of Engine::apply(), and from
// Engine::open() for all that the log still holds; must not block.
class Forward {
 public:
  virtual ~Forward() = default;
  virtual Status take(const ForwardedRecord& record, const stream::Machine& machine) = 0;
  // The log up to here is needed no more.
  virtual std::uint64_t settled() const = 0;
};

// A part is closed when it has about so many bytes; NATS takes 1 MiB as it comes.
inline constexpr std::size_t part_bytes = std::size_t{256} << 10;

// What of a record belongs to which partition.
struct Part {
  std::string partition;
  stream::ParcelRecord record;
};
class Partitioner {
 public:
  // Parts in order of partition, then of messages; one that is large comes in several.
  Result<std::vector<Part>> split(const ForwardedRecord& record, const stream::Machine& machine);

 private:
  struct Known {
    std::string thing;
    std::string property;
    std::string partition;
  };
  struct Filling;
  void learn(const stream::Machine& machine, std::uint32_t series);
  const std::string& sender(const stream::Machine& machine, std::uint32_t source);
  Result<std::vector<Part>> split_shelve(const ForwardedRecord& record,
                                         const stream::Machine& machine) const;

  const stream::Binding* binding_ = nullptr;  // what is known is of this one
  std::vector<Known> known_;                  // by series; an empty partition: not looked up yet
  std::vector<std::string> sources_;          // by number
};

}  // namespace cairn::watch
