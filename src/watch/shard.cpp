// SPDX-License-Identifier: Apache-2.0
#include "watch/shard.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/text.hpp"

namespace cairn::watch {
namespace {

std::string region_of(const stream::Binding& binding, stream::Slot slot) {
  const model::Snapshot& base = binding.base();
  const model::Table& table = *base.tables[binding.type_of(slot)];
  // Where it stands now: a thing that moved takes its new readings along.
  const std::uint32_t row = binding.rows(slot).back();
  if (table.region[row] == model::no_region) return {};
  return (*base.regions)[table.region[row]].code;
}

}  // namespace

std::string partition_of(const model::RegionTree& regions, std::string_view code) {
  const model::RegionIndex region = regions.find(code);
  if (region == model::no_region) return std::string(rest_partition);
  if (regions[region].level == model::Level::prefecture) return regions[region].code;
  for (const model::RegionIndex above : regions.ancestors(region)) {
    if (regions[above].level == model::Level::prefecture) return regions[above].code;
  }
  return std::string(rest_partition);
}

Result<std::vector<std::string>> read_partitions(std::string_view text,
                                                 const model::RegionTree& regions) {
  std::set<std::string> out;
  for (const std::string_view word : split(text, ',')) {
    const std::string_view name = trim(word);
    if (name.empty()) continue;
    if (name != rest_partition) {
      const auto region = regions.require(name);
      if (!region) return fail(region.error());
      if (regions[*region].level != model::Level::prefecture) {
        return fail(Code::invalid, format("'{}' is a {}; a shard serves prefectures", name,
                                          model::to_string(regions[*region].level)));
      }
      out.insert(regions[*region].code);
    } else {
      out.emplace(name);
    }
  }
  if (out.empty()) return fail(Code::invalid, "name the prefectures that the shard serves");
  return std::vector<std::string>(out.begin(), out.end());
}

void keep_partitions(const model::RegionTree& regions, const std::vector<std::string>& partitions,
                     model::Records& records) {
  std::set<std::string> gone;
  std::set<std::string> kept;
  std::erase_if(records.things, [&](const model::Thing& thing) {
    const std::string partition = partition_of(regions, thing.region);
    const bool ours =
        std::find(partitions.begin(), partitions.end(), partition) != partitions.end();
    (ours ? kept : gone).insert(thing.id);
    return !ours;
  });
  std::erase_if(records.observations, [&](const model::Observation& observation) {
    return gone.contains(observation.thing) && !kept.contains(observation.thing);
  });
}

void Partitioner::learn(const stream::Machine& machine, std::uint32_t series) {
  if (known_.size() <= series) known_.resize(series + std::size_t{1});
  Known& known = known_[series];
  if (!known.partition.empty()) return;
  const stream::SeriesName name = machine.series_name(series);
  known.thing = name.thing;
  known.property = name.property;
  const stream::Slot slot = binding_->find_thing(name.thing);
  known.partition = slot == stream::none
                        ? std::string(rest_partition)
                        : partition_of(*binding_->base().regions, region_of(*binding_, slot));
}

Result<std::vector<Part>> Partitioner::split_shelve(const ForwardedRecord& record,
                                                    const stream::Machine& machine) const {
  const auto shelve = stream::read_shelve(record.payload);
  if (!shelve) return fail(shelve.error());
  const stream::Binding& binding = machine.binding();
  const stream::Slot slot = binding.find_thing(shelve->thing);
  Part part;
  part.partition = slot == stream::none
                       ? std::string(rest_partition)
                       : partition_of(*binding.base().regions, region_of(binding, slot));
  part.record.position = record.position;
  part.record.arrival = record.arrival;
  part.record.kind = record.kind;
  part.record.payload = record.payload;
  std::vector<Part> out;
  out.push_back(std::move(part));
  return out;
}

// A part being filled: numbers of the log and of the part.
struct Partitioner::Filling {
  stream::ParcelRecord record;
  std::map<std::uint32_t, std::uint32_t> series;
  std::map<std::uint32_t, std::uint32_t> sources;
  std::vector<stream::Observed> readings;  // of the message at hand
  std::uint32_t messages = 0;              // in this record
  std::uint32_t chunk = 0;                 // of the message at hand
  std::size_t bytes = 0;                   // about

  void add(const stream::Observed& reading, const Known& known) {
    const auto [at, fresh] =
        series.try_emplace(reading.series, static_cast<std::uint32_t>(record.series.size()));
    if (fresh) {
      record.series.push_back({at->second, known.thing, known.property});
      bytes += known.thing.size() + known.property.size() + 4;
    }
    constexpr std::size_t reading_bytes = 18;
    bytes += reading_bytes;
    readings.push_back({at->second, reading.time_ns, reading.value});
  }
  // A message that goes in pieces has a sender for each: the pieces are told apart by number too.
  void end_message(stream::Message message, const std::string& sender) {
    if (readings.empty()) return;
    const std::string name = chunk == 0 ? sender : format("{}#{}", sender, chunk);
    std::uint32_t number = message.source;
    if (chunk != 0) number |= 0x8000'0000U;
    const auto [at, fresh] =
        sources.try_emplace(number, static_cast<std::uint32_t>(record.sources.size()));
    if (fresh || record.sources[at->second] != name) {
      at->second = static_cast<std::uint32_t>(record.sources.size());
      record.sources.push_back(name);
      bytes += name.size();
    }
    message.source = at->second;
    message.count = static_cast<std::uint32_t>(readings.size());
    stream::write(message, readings.data(), record.payload);
    bytes += 16;
    ++messages;
    readings.clear();
  }
  // What comes next of the same position.
  stream::ParcelRecord end_record() {
    stream::ParcelRecord out = std::move(record);
    record = {};
    record.position = out.position;
    record.arrival = out.arrival;
    record.first = out.first + messages;
    series.clear();
    sources.clear();
    messages = 0;
    bytes = 0;
    return out;
  }
};

const std::string& Partitioner::sender(const stream::Machine& machine, std::uint32_t source) {
  if (source >= sources_.size()) {
    for (stream::SourceName& name : machine.sources()) {
      if (sources_.size() <= name.source) sources_.resize(name.source + std::size_t{1});
      sources_[name.source] = std::move(name.name);
    }
  }
  if (source >= sources_.size()) sources_.resize(source + std::size_t{1});  // forgotten: unnamed
  return sources_[source];
}

Result<std::vector<Part>> Partitioner::split(const ForwardedRecord& record,
                                             const stream::Machine& machine) {
  if (record.kind == stream::RecordKind::shelve) return split_shelve(record, machine);
  if (binding_ != &machine.binding()) {
    binding_ = &machine.binding();
    known_.clear();
  }
  std::vector<Part> out;
  std::map<std::string, Filling, std::less<>> filling;
  stream::MessageReader reader(record.payload);
  while (reader.next()) {
    const stream::Message& message = reader.message();
    const std::string& name = sender(machine, message.source);
    for (const stream::Observed& reading : reader.readings()) {
      if (reading.series >= machine.series()) {
        return fail(Code::invalid,
                    format("the log observes series {}, which it never defined", reading.series));
      }
      learn(machine, reading.series);
      const Known& known = known_[reading.series];
      Filling& part = filling[known.partition];
      part.record.position = record.position;
      part.record.arrival = record.arrival;
      part.add(reading, known);
      if (part.bytes < part_bytes) continue;
      part.end_message(message, name);
      out.push_back({known.partition, part.end_record()});
      ++part.chunk;
    }
    for (auto& [partition, part] : filling) {
      part.end_message(message, name);
      part.chunk = 0;
    }
  }
  if (!reader.ok()) return fail(Code::invalid, "a record of the log is no list of messages");
  for (auto& [partition, part] : filling) {
    if (part.messages > 0) out.push_back({partition, part.end_record()});
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Part& a, const Part& b) { return a.partition < b.partition; });
  return out;
}

}  // namespace cairn::watch
