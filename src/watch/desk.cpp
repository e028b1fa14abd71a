// SPDX-License-Identifier: Apache-2.0
#include "watch/desk.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "watch/earliest.hpp"

namespace cairn::watch {
namespace {

constexpr std::int64_t ahead_ns = 10 * 60 * ns_per_second;

std::pair<std::string_view, const std::string&> names_of(const stream::Binding& binding,
                                                         stream::CellId cell) {
  const stream::Cell at = binding.cell(cell);
  return {binding.id_of(at.slot), binding.base().tables[at.type]->type->properties[at.column].name};
}

}  // namespace

bool names_thing(const std::vector<std::string>& patterns, std::string_view id) {
  return std::any_of(patterns.begin(), patterns.end(), [&](std::string_view pattern) {
    // Greedy matching with one step back to the newest star.
    std::size_t p = 0;
    std::size_t i = 0;
    std::size_t star = std::string_view::npos;
    std::size_t mark = 0;
    while (i < id.size()) {
      if (p < pattern.size() && pattern[p] == '*') {
        star = p++;
        mark = i;
      } else if (p < pattern.size() && pattern[p] == id[i]) {
        ++p;
        ++i;
      } else if (star != std::string_view::npos) {
        p = star + 1;
        i = ++mark;
      } else {
        return false;
      }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
  });
}

// What one message became.
struct Desk::Resolved {
  std::vector<std::pair<stream::CellId, stream::Observed>> readings;  // series not yet numbered
  std::vector<model::Refusal> refused;
};

Desk::Names::Names(std::shared_ptr<const stream::Binding> of)
    : binding(std::move(of)),
      index(std::make_shared<SeriesIndex>(binding)),
      next(binding->slots()) {
  for (auto& slot : next) slot.store(stream::none, std::memory_order_relaxed);
  const model::Catalog& catalog = *binding->base().catalog;
  others.resize(catalog.types.size());
  for (const model::NamesInput& input : catalog.inputs.names) {
    const int type = catalog.type_index(input.type);
    if (type < 0) continue;
    const auto at = static_cast<std::uint32_t>(type);
    for (const model::InputName& name : input.names) {
      const int column = catalog.types[at].property_index(name.property);
      if (column >= 0) others[at].push_back({&name, static_cast<std::uint32_t>(column)});
    }
  }
}

// Finds the cells of a message's readings. Senders name the same things in the same order again
// and again, so the thing that followed the last one before is tried first: its id is compared,
// which costs no search.
class Desk::Lookup {
 public:
  explicit Lookup(const Names& names) : names_(names), binding_(*names.binding) {}

  Found find(std::string_view thing, std::string_view property) {
    if (slot_ == stream::none || thing != thing_) to_thing(thing);
    for (stream::Slot slot = slot_; slot != stream::none; slot = binding_.find_thing(thing, slot)) {
      const std::uint32_t type = binding_.type_of(slot);
      const auto& properties = binding_.base().tables[type]->type->properties;
      for (const std::uint32_t column : binding_.live_columns(type)) {
        if (properties[column].name == property) {
          return {binding_.cell_of(slot, column), &properties[column]};
        }
      }
    }
    return slot_ == stream::none ? Found{} : find_other(thing, property);
  }

 private:
  Found find_other(std::string_view thing, std::string_view property) const {
    for (stream::Slot slot = slot_; slot != stream::none; slot = binding_.find_thing(thing, slot)) {
      const std::uint32_t type = binding_.type_of(slot);
      for (const Names::Other& other : names_.others[type]) {
        if (other.name->name != property) continue;
        const stream::CellId cell = binding_.cell_of(slot, other.column);
        const auto& properties = binding_.base().tables[type]->type->properties;
        if (cell != stream::none) return {cell, &properties[other.column], other.name};
      }
    }
    return {};
  }
  void to_thing(std::string_view thing) {
    const stream::Slot before = slot_;
    stream::Slot next =
        before == stream::none ? stream::none : names_.next[before].load(std::memory_order_relaxed);
    if (next == stream::none || binding_.id_of(next) != thing) {
      next = binding_.find_thing(thing);
      if (before != stream::none && next != stream::none) {
        const_cast<std::atomic<std::uint32_t>&>(names_.next[before])
            .store(next, std::memory_order_relaxed);
      }
    }
    slot_ = next;
    thing_ = thing;
  }

  const Names& names_;
  const stream::Binding& binding_;
  stream::Slot slot_ = stream::none;
  std::string_view thing_;
};

Desk::Desk(const Clock& clock, std::shared_ptr<const stream::Binding> binding, RejectionSink& sink)
    : clock_(clock), sink_(sink), names_(std::make_shared<Names>(std::move(binding))) {}

void Desk::listen(Listener listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

std::optional<Conversion> Desk::conversion_to(const model::PropertyDef& property,
                                              std::string_view unit) {
  const std::lock_guard lock(units_mutex_);
  // Senders may name any unit; a bounded number of them is worth remembering.
  if (units_.size() > 10'000) units_.clear();
  const auto [at, fresh] = units_.try_emplace({property.unit.text, std::string(unit)});
  if (!fresh) return at->second;
  const auto parsed = parse_unit(unit);
  if (parsed && parsed->compatible(property.unit)) {
    at->second = conversion(*parsed, property.unit);
  }
  return at->second;
}

std::optional<Desk::Wrong> Desk::check(const model::Reading& reading, const Found& found,
                                       Instant now, double& value) {
  const model::PropertyDef& property = *found.property;
  value = reading.value;
  std::string_view unit = reading.unit;
  if (found.name != nullptr) {
    value = value * found.name->scale + found.name->offset;
    if (found.name->unit) unit = found.name->unit->text;
  }
  if (!std::isfinite(value)) {
    return Wrong{{Code::invalid, "the value is not a finite number", {}}};
  }
  if (reading.time < earliest_reading) {
    return Wrong{{Code::invalid,
                  format("the time {} is before 2000-01-02: the device's clock is not set",
                         to_string(reading.time)),
                  {}},
                 model::Flaw::clock};
  }
  if (reading.time.ns > now.ns + ahead_ns) {
    return Wrong{
        {Code::invalid,
         format("the time {} lies more than 10 minutes ahead of {}: set the device's clock",
                to_string(reading.time), to_string(now)),
         {}},
        model::Flaw::clock};
  }
  if (unit.empty() || unit == property.unit.text) return std::nullopt;
  const auto conversion = conversion_to(property, unit);
  if (!conversion) {
    return Wrong{{Code::invalid,
                  format("the unit '{}' does not fit '{}', which is in {}", unit, property.name,
                         property.unit.text),
                  {}}};
  }
  value = conversion->apply(value);
  if (std::isfinite(value)) return std::nullopt;
  return Wrong{{Code::invalid, "the value is too large for its unit", {}}};
}

void Desk::resolve(const Names& names, const Sender& sender, const model::ReadingBatch& batch,
                   Instant now, Resolved& out) {
  const bool everything =
      std::find(sender.things.begin(), sender.things.end(), "*") != sender.things.end();
  Lookup lookup(names);
  out.readings.reserve(batch.readings.size());
  for (const model::Reading& reading : batch.readings) {
    const Found found = lookup.find(reading.thing, reading.property);
    std::optional<Wrong> wrong;
    double value = 0;
    if (!everything && !names_thing(sender.things, reading.thing)) {
      wrong = Wrong{{Code::denied, format("the sender may not write to '{}'", reading.thing), {}}};
    } else if (found.cell == stream::none) {
      wrong = Wrong{names.binding->find(reading.thing, reading.property).error()};
    } else {
      wrong = check(reading, found, now, value);
    }
    if (!wrong) {
      out.readings.emplace_back(found.cell, stream::Observed{0, reading.time.ns, value});
      continue;
    }
    wrong->error.place = format("record {}", reading.record + 1);
    std::string text = format("{}/{} {} {} {}", reading.thing, reading.property, reading.value,
                              reading.unit, to_string(reading.time));
    if (text.size() > limits::refused_text_bytes) {
      text.resize(limits::refused_text_bytes);  // and not within a character
      text.resize(std::min(text.size(), first_invalid_utf8(text)));
    }
    out.refused.push_back({reading.record, std::move(text), std::move(wrong->error), wrong->flaw});
  }
}

std::uint32_t Desk::number_of(Names& names, stream::CellId cell) {
  std::uint32_t series = names.index->series(cell);
  if (series != stream::none) return series;
  series = next_series_++;
  names.index->bind(cell, series);
  cells_.resize(next_series_, stream::none);
  cells_[series] = cell;
  const auto [thing, property] = names_of(*names.binding, cell);
  stream::write({series, std::string(thing), property}, pending_.series.emplace_back());
  return series;
}

std::uint32_t Desk::source_of(const std::string& name) {
  const auto [at, fresh] = sources_.try_emplace(name, static_cast<std::uint32_t>(sources_.size()));
  if (fresh) stream::write(stream::SourceName{at->second, name}, pending_.sources.emplace_back());
  return at->second;
}

Status Desk::has_room() const {
  const std::size_t waiting =
      pending_.observations.size() + unapplied_.load(std::memory_order_relaxed);
  if (waiting <= limits::ingest_queue_bytes) return {};
  return fail(Code::too_large, "the queue is full; send it again in a second");
}

void Desk::put(Names& names, const Sender& sender, const Resolved& resolved) {
  std::vector<stream::Observed> readings;
  readings.reserve(resolved.readings.size());
  for (const auto& [cell, observed] : resolved.readings) {
    readings.push_back({number_of(names, cell), observed.time_ns, observed.value});
  }
  const stream::Message message{source_of(sender.name), sender.sequence, sender.historical,
                                static_cast<std::uint32_t>(readings.size())};
  stream::write(message, readings.data(), pending_.observations);
  pending_.readings += readings.size();
}

// A world that was swapped while a message was being looked up numbers its own cells: it is looked
// up again.
Result<Receipt> Desk::submit(const Sender& sender, const model::ReadingBatch& batch) {
  Receipt receipt;
  Resolved resolved;
  for (bool taken = false; !taken;) {
    const std::shared_ptr<Names> known = names();
    resolved = {};
    resolve(*known, sender, batch, clock_.now(), resolved);
    if (resolved.readings.empty()) break;
    const std::lock_guard lock(mutex_);
    if (auto room = has_room(); !room) return fail(room.error());
    if (known != names()) continue;
    put(*known, sender, resolved);
    receipt.position = pending_.ticket = next_ticket_++;
    waiting_.notify_one();
    taken = true;
  }
  receipt.accepted = resolved.readings.size();
  receipt.refused = batch.refused;
  receipt.refused.insert(receipt.refused.end(), std::make_move_iterator(resolved.refused.begin()),
                         std::make_move_iterator(resolved.refused.end()));
  accepted_.fetch_add(receipt.accepted, std::memory_order_relaxed);
  if (!receipt.refused.empty()) sink_.reject(sender.name, receipt.refused);
  return receipt;
}

Result<Receipt> Desk::submit_all(std::span<const Delivery> deliveries) {
  const Instant now = clock_.now();
  std::vector<Resolved> resolved;
  Receipt receipt;
  for (bool taken = false; !taken;) {
    const std::shared_ptr<Names> known = names();
    resolved.assign(deliveries.size(), {});
    receipt.accepted = 0;
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
      resolve(*known, deliveries[i].sender, deliveries[i].batch, now, resolved[i]);
      receipt.accepted += resolved[i].readings.size();
    }
    if (receipt.accepted == 0) break;
    const std::lock_guard lock(mutex_);
    if (auto room = has_room(); !room) return fail(room.error());
    if (known != names()) continue;
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
      if (!resolved[i].readings.empty()) put(*known, deliveries[i].sender, resolved[i]);
    }
    receipt.position = pending_.ticket = next_ticket_++;
    waiting_.notify_one();
    taken = true;
  }
  accepted_.fetch_add(receipt.accepted, std::memory_order_relaxed);
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    auto& refused = resolved[i].refused;
    if (refused.empty()) continue;
    sink_.reject(deliveries[i].sender.name, refused);
    receipt.refused.insert(receipt.refused.end(), std::make_move_iterator(refused.begin()),
                           std::make_move_iterator(refused.end()));
  }
  return receipt;
}

std::shared_ptr<const SeriesIndex> Desk::index() const {
  const std::lock_guard lock(names_mutex_);
  return names_->index;
}

void Desk::known_series(const stream::SeriesName& name) {
  const std::lock_guard lock(mutex_);
  next_series_ = std::max(next_series_, name.series + 1);
  cells_.resize(next_series_, stream::none);
  cells_[name.series] = bind(*names_, name.series, name.thing, name.property, strangers_);
}

stream::CellId Desk::bind(Names& names, std::uint32_t series, std::string thing,
                          std::string property, Strangers& strangers) {
  if (const auto cell = names.binding->find(thing, property)) {
    names.index->bind(*cell, series);
    return *cell;
  }
  strangers[series] = {std::move(thing), std::move(property)};
  return stream::none;
}

void Desk::known_source(const stream::SourceName& name) {
  const std::lock_guard lock(mutex_);
  sources_.emplace(name.name, name.source);
}

struct Desk::Prepared {
  std::shared_ptr<Names> from;  // shared, as the next: see names_
  std::shared_ptr<Names> names;
  std::vector<stream::CellId> cells;  // by series, as far as they were known
  Strangers strangers;
};

void Desk::bind_rest(Prepared& prepared, std::size_t until) const {
  for (auto series = static_cast<std::uint32_t>(prepared.cells.size()); series < until; ++series) {
    std::pair<std::string, std::string> name;
    if (cells_[series] != stream::none) {
      const auto [thing, property] = names_of(*prepared.from->binding, cells_[series]);
      name = {std::string(thing), property};
    } else if (const auto known = strangers_.find(series); known != strangers_.end()) {
      name = known->second;
    }
    prepared.cells.push_back(name.first.empty()
                                 ? stream::none
                                 : bind(*prepared.names, series, std::move(name.first),
                                        std::move(name.second), prepared.strangers));
  }
}

std::shared_ptr<Desk::Prepared> Desk::prepare(std::shared_ptr<const stream::Binding> binding) {
  // Some at a time: whoever sends waits for one part at most.
  constexpr std::size_t part = 2'000;
  auto out = std::make_shared<Prepared>();
  out->names = std::make_shared<Names>(std::move(binding));
  out->from = names();
  for (bool more = true; more;) {
    const std::lock_guard lock(mutex_);
    bind_rest(*out, std::min(cells_.size(), out->cells.size() + part));
    more = out->cells.size() < cells_.size();
  }
  return out;
}

Status Desk::rebind(Prepared& prepared) {
  const std::lock_guard lock(mutex_);
  if (prepared.from != names()) {
    return fail(Code::conflict, "it was prepared beside another world than this");
  }
  bind_rest(prepared, cells_.size());
  cells_.swap(prepared.cells);
  strangers_.swap(prepared.strangers);
  const std::lock_guard names_lock(names_mutex_);
  names_ = prepared.names;
  return {};
}

std::shared_ptr<const SeriesIndex> Desk::index_of(const Prepared& prepared) {
  return prepared.names->index;
}

std::size_t Desk::series_of(const Prepared& prepared) {
  return prepared.cells.size();
}

stream::SeriesName Desk::name_of(const Prepared& prepared, std::uint32_t series) {
  if (prepared.cells[series] != stream::none) {
    const auto [thing, property] = names_of(*prepared.names->binding, prepared.cells[series]);
    return {series, std::string(thing), property};
  }
  const auto known = prepared.strangers.find(series);
  if (known == prepared.strangers.end()) return {series, {}, {}};
  return {series, known->second.first, known->second.second};
}

std::shared_ptr<Desk::Names> Desk::names() const {
  const std::lock_guard lock(names_mutex_);
  return names_;
}

Desk::Group Desk::take(int wait_ms) {
  std::unique_lock lock(mutex_);
  if (wait_ms > 0) {
    waiting_.wait_for(lock, std::chrono::milliseconds(wait_ms),
                      [this] { return !pending_.empty(); });
  }
  Group group = std::move(pending_);
  pending_ = {};
  pending_.ticket = group.ticket;
  unapplied_.fetch_add(group.observations.size(), std::memory_order_relaxed);
  return group;
}

void Desk::committed(const Group& group) {
  durable_.store(group.ticket, std::memory_order_release);
  for (const Listener& listener : listeners_) listener({group.ticket, 0, {}});
}

void Desk::failed(Group group, const Error& error) {
  unapplied_.fetch_sub(group.observations.size(), std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    for (std::string& series : pending_.series) group.series.push_back(std::move(series));
    for (std::string& source : pending_.sources) group.sources.push_back(std::move(source));
    pending_.series = std::move(group.series);
    pending_.sources = std::move(group.sources);
  }
  const Commit commit{durable(), group.ticket, error};
  for (const Listener& listener : listeners_) listener(commit);
}

}  // namespace cairn::watch
