// SPDX-License-Identifier: Apache-2.0
#include "stream/machine.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "core/text.hpp"
#include "stream/detail/bytes.hpp"
#include "stream/machine_rules.hpp"
#include "stream/machine_sources.hpp"

namespace cairn::stream {
namespace {

constexpr std::string_view magic = "CRNMACH1";
// Readings whose memory is asked for before it is needed: as many as take a cache miss.
constexpr std::size_t ahead = 12;

struct Item {
  Observed reading;
  std::uint32_t rank = 0;  // of its time among those of the thing in this record
  bool historical = false;
};
// What of a series every reading needs; no slot where its thing or property is gone.
struct Bound {
  Slot slot = none;
  std::uint16_t type = 0;
  bool minded = false;  // silence matters
};
struct Group {  // a message
  Message message;
  std::size_t begin = 0;
};
struct ThingState {
  std::int64_t last_step_ns = INT64_MIN;
  std::uint64_t changed = 0;
  std::int64_t time_ns = 0;  // scratch of one record from here on
  std::uint64_t record = 0;
  std::uint64_t round = 0;
  std::uint32_t rank = 0;
  std::uint32_t lane = 0;
};

}  // namespace

void Effects::clear() {
  stored.clear();
  touched.clear();
  transitions.clear();
  revisions.clear();
  late.clear();
  duplicates = duplicate_messages = unbound = 0;
  delivered.reset();
}

struct Machine::Impl {
  Impl(std::shared_ptr<const Binding> binding_in, const formula::Library& library_in,
       MachineOptions options_in)
      : binding(std::move(binding_in)),
        library(library_in),
        options(std::move(options_in)),
        live(binding->live(std::make_shared<LiveHistory>(*binding, heads, map))),
        rules(*binding, library, live, options.shelved),
        sources(options.sources),
        things(binding->slots()),
        steps(library.catalog().types.size()) {
    reached.resize(library.catalog().types.size());
    for (const CompiledRule& rule : rules.rules()) {
      add_reach(rule.when, library.catalog(), reached[rule.type]);
      if (rule.clear) add_reach(*rule.clear, library.catalog(), reached[rule.type]);
      if (rule.suppress) add_reach(*rule.suppress, library.catalog(), reached[rule.type]);
    }
    for (const MachineOptions::Keep& keep : options.keep) {
      auto& of = reached[keep.type];
      if (of.size() <= keep.column) of.resize(keep.column + std::size_t{1});
      of[keep.column].span_ns = std::max(of[keep.column].span_ns, keep.span_ns);
    }
  }

  void define(const SeriesName& name);
  void keep(Series series, const Cell& cell);
  Status define_next(const SeriesName& name);
  Status decode(std::string_view payload);
  void observe(Moment& moment);
  std::uint32_t rank_items();
  void expect(Series series) const;
  void rank_sorted();
  void round(std::span<const std::uint32_t> order, Moment& moment);
  void take(const Item& item, Moment& moment);
  void merge_late(Effects& effects) const;
  void shelve(const Shelve& shelve, Instant now);
  void repair(const Repair& repair, Moment& moment);
  SeriesName name_of(Series series) const;
  Slot find_slot(std::string_view thing, std::uint32_t type) const;
  std::vector<Slot> slots_with_state() const;
  void write(std::string& out) const;
  void write_series(std::string& out) const;
  Status read(std::string_view bytes);
  Status take_over(Impl& from);
  void take_rules(const Impl& from, const std::vector<Slot>& slot_of);
  void settle();
  bool read_series(ByteReader& in);
  bool read_rules(ByteReader& in, const std::vector<std::pair<std::string, std::string>>& names);

  std::shared_ptr<const Binding> binding;  // shared with the world
  formula::Library library;
  MachineOptions options;
  Heads heads;
  SeriesMap map;
  model::Snapshot live;
  RuleBook rules;
  Sources sources;
  std::vector<std::vector<Reached>> reached;  // by type and property
  std::vector<Bound> bound;                   // by series
  std::map<Series, SeriesName> lost;          // whose thing or property is gone
  std::vector<ThingState> things;             // by slot
  std::uint64_t position = 0;
  Instant arrival;
  std::uint64_t delivered = 0;

  std::vector<Item> items;
  std::vector<Group> groups;
  std::vector<std::uint32_t> order;
  std::vector<std::vector<ThingStep>> steps;  // of a round, by type
  std::vector<std::uint32_t> stepped;         // types
  std::uint64_t rounds = 0;
  std::uint64_t records = 0;
};

// --- Definitions -------------------------------------------------------------------------------

void Machine::Impl::define(const SeriesName& name) {
  const Series series = name.series;
  const auto cell = binding->find(name.thing, name.property);
  bound.emplace_back();
  heads.resize(bound.size());
  map.bind(series, cell ? *cell : none);
  if (!cell) {
    lost[series] = name;
    return;
  }
  const Cell at = binding->cell(*cell);
  bound[series] = {at.slot, static_cast<std::uint16_t>(at.type), rules.minds(at.type, at.column)};
  keep(series, at);
}

void Machine::Impl::keep(Series series, const Cell& cell) {
  if (cell.column >= reached[cell.type].size()) return;
  const Reached& reach = reached[cell.type][cell.column];
  heads.keep(series, reach.span_ns, reach.squares);
}

SeriesName Machine::Impl::name_of(Series series) const {
  const CellId id = map.cell_of[series];
  if (id == none) return lost.at(series);
  const Cell cell = binding->cell(id);
  return {series, std::string(binding->id_of(cell.slot)),
          library.catalog().types[cell.type].properties[cell.column].name};
}

Status Machine::Impl::define_next(const SeriesName& name) {
  if (name.series == bound.size()) {
    define(name);
    return {};
  }
  return fail(Code::invalid,
              format("the log defines series {} where {} is due", name.series, bound.size()));
}

// --- Observations ------------------------------------------------------------------------------

Status Machine::Impl::decode(std::string_view payload) {
  items.clear();
  groups.clear();
  MessageReader reader(payload);
  while (reader.next()) {
    groups.push_back({reader.message(), items.size()});
    for (const Observed& reading : reader.readings()) {
      if (reading.series >= bound.size()) {
        return fail(Code::invalid,
                    format("the log observes series {}, which it never defined", reading.series));
      }
      items.push_back({reading, 0, reader.message().historical});
    }
  }
  if (!reader.ok()) return fail(Code::invalid, "a record of the log is no list of messages");
  return {};
}

// Asks for the memory that a reading will need: it lies anywhere.
void Machine::Impl::expect(Series series) const {
  heads.expect(series);
  __builtin_prefetch(&map.cell_of[series]);
  if (bound[series].slot != none) __builtin_prefetch(&things[bound[series].slot], 1);
}

// A thing's times in a record are taken one after the other: a round has at most one of each.
std::uint32_t Machine::Impl::rank_items() {
  ++records;
  std::uint32_t most = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i + 2 * ahead < items.size()) {
      __builtin_prefetch(&bound[items[i + 2 * ahead].reading.series]);
    }
    if (i + ahead < items.size()) expect(items[i + ahead].reading.series);
    Item& item = items[i];
    const Slot slot = bound[item.reading.series].slot;
    if (slot == none) continue;
    ThingState& thing = things[slot];
    if (thing.record != records) {
      thing.record = records;
      thing.rank = 0;
      thing.time_ns = item.reading.time_ns;
    } else if (item.reading.time_ns > thing.time_ns) {
      thing.time_ns = item.reading.time_ns;
      most = std::max(most, ++thing.rank);
    } else if (item.reading.time_ns < thing.time_ns) {
      rank_sorted();
      for (const Item& ranked : items) most = std::max(most, ranked.rank);
      return most;
    }
    item.rank = thing.rank;
  }
  return most;
}

// The same where times fall: by thing and time.
void Machine::Impl::rank_sorted() {
  std::vector<std::uint32_t> sorted(items.size());
  for (std::uint32_t i = 0; i < sorted.size(); ++i) sorted[i] = i;
  const auto key = [&](std::uint32_t i) {
    return std::pair(bound[items[i].reading.series].slot, items[i].reading.time_ns);
  };
  std::stable_sort(sorted.begin(), sorted.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  std::uint32_t rank = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i > 0) {
      const auto before = key(sorted[i - 1]);
      const auto now = key(sorted[i]);
      rank = now.first != before.first ? 0 : now.second != before.second ? rank + 1 : rank;
    }
    items[sorted[i]].rank = bound[items[sorted[i]].reading.series].slot == none ? 0 : rank;
  }
}

void Machine::Impl::observe(Moment& moment) {
  // Messages that were taken before have no effect.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Group& group = groups[i];
    if (!sources.take(group.message.source, group.message.sequence, moment.position)) {
      ++moment.effects.duplicate_messages;
      continue;
    }
    for (std::size_t k = group.begin; k < group.begin + group.message.count; ++k) {
      items[kept++] = items[k];
    }
  }
  items.resize(kept);
  const std::uint32_t most = rank_items();
  std::vector<std::uint32_t> begin(most + std::size_t{2}, 0);
  for (const Item& item : items) ++begin[item.rank + std::size_t{1}];
  for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
  order.resize(items.size());
  std::vector<std::uint32_t> next = begin;
  for (std::uint32_t i = 0; i < items.size(); ++i) order[next[items[i].rank]++] = i;
  for (std::uint32_t rank = 0; rank <= most; ++rank) {
    round(std::span(order).subspan(begin[rank], begin[rank + 1] - begin[rank]), moment);
  }
  merge_late(moment.effects);
}

void Machine::Impl::round(std::span<const std::uint32_t> which, Moment& moment) {
  ++rounds;
  for (std::size_t k = 0; k < which.size(); ++k) {
    if (k + ahead < which.size()) expect(items[which[k + ahead]].reading.series);
    take(items[which[k]], moment);
  }
  std::sort(stepped.begin(), stepped.end());
  for (const std::uint32_t type : stepped) {
    rules.step(type, steps[type], moment);
    steps[type].clear();
  }
  stepped.clear();
}

void Machine::Impl::take(const Item& item, Moment& moment) {
  const Observed& reading = item.reading;
  Effects& effects = moment.effects;
  if (heads.add(reading.series, {reading.time_ns, reading.value}) == Placement::duplicate) {
    ++effects.duplicates;
    return;
  }
  effects.stored.push_back(reading);
  const Bound& of = bound[reading.series];
  const Slot slot = of.slot;
  if (slot == none) {
    ++effects.unbound;
    return;
  }
  const CellId cell = map.cell_of[reading.series];
  effects.touched.push_back(cell);
  ThingState& thing = things[slot];
  thing.changed = moment.position;
  if (of.minded && !item.historical) rules.heard(binding->cell(cell), moment);
  const std::uint32_t type = of.type;
  if (thing.round == rounds) {
    if (!item.historical) steps[type][thing.lane].historical = false;
    return;
  }
  if (reading.time_ns < thing.last_step_ns) {
    effects.late.push_back({slot, {reading.time_ns}});
    return;
  }
  const bool again = reading.time_ns == thing.last_step_ns;
  thing.last_step_ns = reading.time_ns;
  if (!rules.any(type)) return;
  if (steps[type].empty()) stepped.push_back(type);
  thing.round = rounds;
  thing.lane = static_cast<std::uint32_t>(steps[type].size());
  steps[type].push_back({slot, {reading.time_ns}, again, item.historical});
}

// The earliest of each thing is what a reviser needs.
void Machine::Impl::merge_late(Effects& effects) const {
  auto& late = effects.late;
  std::sort(late.begin(), late.end(), [](const LateChange& a, const LateChange& b) {
    return a.slot != b.slot ? a.slot < b.slot : a.time < b.time;
  });
  const auto end =
      std::unique(late.begin(), late.end(),
                  [](const LateChange& a, const LateChange& b) { return a.slot == b.slot; });
  late.erase(end, late.end());
}

// --- Shelving and repairs ----------------------------------------------------------------------

Slot Machine::Impl::find_slot(std::string_view thing, std::uint32_t type) const {
  Slot slot = binding->find_thing(thing);
  while (slot != none && binding->type_of(slot) != type) slot = binding->find_thing(thing, slot);
  return slot;
}

void Machine::Impl::shelve(const Shelve& shelve, Instant now) {
  const CompiledRule* rule = rules.find(std::string_view(shelve.rule));
  if (rule == nullptr) return;
  const Slot slot = find_slot(shelve.thing, rule->type);
  if (slot != none) rules.shelve(rule->index, slot, shelve.until, now);
}

void Machine::Impl::repair(const Repair& repair, Moment& moment) {
  const CompiledRule* rule = rules.find(std::string_view(repair.rule));
  if (rule == nullptr || rule->silent) return;
  const Slot slot = find_slot(repair.thing, rule->type);
  if (slot == none) return;
  if (!repair.past && things[slot].changed > repair.seen) {
    moment.effects.late.push_back({slot, repair.from});
    return;
  }
  rules.repair(*rule, slot, repair, moment);
}

// --- As bytes ----------------------------------------------------------------------------------

void Machine::Impl::write_series(std::string& out) const {
  put_varint(out, bound.size());
  for (Series series = 0; series < bound.size(); ++series) {
    const CellId id = map.cell_of[series];
    if (id == none) {
      put_text(out, lost.at(series).thing);
      put_text(out, lost.at(series).property);
      continue;
    }
    const Cell cell = binding->cell(id);
    put_text(out, binding->id_of(cell.slot));
    put_text(out, library.catalog().types[cell.type].properties[cell.column].name);
  }
}

std::vector<Slot> Machine::Impl::slots_with_state() const {
  std::vector<std::uint8_t> has(things.size(), 0);
  for (Slot slot = 0; slot < things.size(); ++slot) has[slot] = things[slot].changed != 0 ? 1 : 0;
  for (const CompiledRule& rule : rules.rules()) {
    const Slot first = binding->first_slot(rule.type);
    for (Slot slot = first; slot < first + binding->slot_count(rule.type); ++slot) {
      if (!(rules.state(rule, slot) == RulePair{})) has[slot] = 1;
    }
  }
  for (const auto& [key, until] : rules.all_shelved()) has[key.second] = 1;
  std::vector<Slot> slots;
  for (Slot slot = 0; slot < has.size(); ++slot) {
    if (has[slot] != 0) slots.push_back(slot);
  }
  return slots;
}

void Machine::Impl::write(std::string& out) const {
  out.append(magic);
  put_varint(out, position);
  put_fixed(out, arrival.ns);
  put_varint(out, delivered);
  write_series(out);
  sources.write(out);
  const std::vector<Slot> slots = slots_with_state();
  put_varint(out, slots.size());
  for (const Slot slot : slots) {
    put_text(out, binding->id_of(slot));
    put_text(out, library.catalog().types[binding->type_of(slot)].name);
    put_varint(out, things[slot].changed);
  }
  put_varint(out, rules.rules().size());
  for (const CompiledRule& rule : rules.rules()) {
    put_text(out, rule.def->id);
    std::string states;
    std::size_t count = 0;
    for (std::size_t i = 0; i < slots.size(); ++i) {
      if (binding->type_of(slots[i]) != rule.type) continue;
      const RulePair& pair = rules.state(rule, slots[i]);
      const auto until = rules.shelved(rule.index, slots[i]);
      if (pair == RulePair{} && !until) continue;
      ++count;
      put_varint(states, i);
      put_fixed(states, until ? until->ns : INT64_MIN);
      for (const RuleState* state : {&pair.now, &pair.before}) {
        put_fixed(states, state->since_ns);
        put_varint(states, state->episode);
        put_fixed(states, state->flap_time_s);
        put_fixed(states, state->flap_score);
        put_fixed(states, static_cast<std::uint8_t>(state->phase));
        put_fixed(states, static_cast<std::uint8_t>(state->flapping | state->quiet << 1));
      }
    }
    put_varint(out, count);
    out.append(states);
  }
  heads.write(out);
}

bool Machine::Impl::read_series(ByteReader& in) {
  const std::size_t count = in.count(2);
  for (Series series = 0; series < count && in.ok(); ++series) {
    SeriesName name{series, std::string(in.text()), {}};
    name.property = in.text();
    define(name);
  }
  return in.ok();
}

bool Machine::Impl::read_rules(ByteReader& in,
                               const std::vector<std::pair<std::string, std::string>>& names) {
  for (std::size_t left = in.count(2); left > 0 && in.ok(); --left) {
    const CompiledRule* rule = rules.find(in.text());
    constexpr std::size_t least_bytes = 43;
    for (std::size_t states = in.count(least_bytes); states > 0 && in.ok(); --states) {
      const std::uint64_t which = in.varint();
      const Instant until{in.fixed<std::int64_t>()};
      RulePair pair;
      for (RuleState* state : {&pair.now, &pair.before}) {
        state->since_ns = in.fixed<std::int64_t>();
        state->episode = in.varint();
        state->flap_time_s = in.fixed<std::uint32_t>();
        state->flap_score = in.fixed<std::uint16_t>();
        const auto phase = in.fixed<std::uint8_t>();
        if (phase > static_cast<std::uint8_t>(AlertPhase::clearing)) in.failed();
        state->phase = in.ok() ? static_cast<AlertPhase>(phase) : AlertPhase::inactive;
        const auto marks = in.fixed<std::uint8_t>();
        state->flapping = (marks & 1) != 0;
        state->quiet = (marks & 2) != 0;
      }
      if (!in.ok() || which >= names.size()) return false;
      if (rule == nullptr || names[which].second != rule->def->type) continue;
      const Slot slot = find_slot(names[which].first, rule->type);
      if (slot == none) continue;
      rules.set_state(*rule, slot, pair);
      if (until != Instant::min()) rules.shelve(rule->index, slot, until, Instant::min());
    }
  }
  return in.ok();
}

Status Machine::Impl::read(std::string_view bytes) {
  const auto broken = [] { return fail(Code::invalid, "the bytes are no state of the machine"); };
  if (!bytes.starts_with(magic)) return broken();
  ByteReader in(bytes.substr(magic.size()));
  position = in.varint();
  arrival.ns = in.fixed<std::int64_t>();
  delivered = in.varint();
  if (!read_series(in) || !sources.read(in)) return broken();
  std::vector<std::pair<std::string, std::string>> names(in.count(3));
  for (auto& [id, type] : names) {
    id = in.text();
    type = in.text();
    const std::uint64_t changed = in.varint();
    const int index = library.catalog().type_index(type);
    if (index < 0) continue;
    const Slot slot = find_slot(id, static_cast<std::uint32_t>(index));
    if (slot != none) things[slot].changed = changed;
  }
  if (!read_rules(in, names)) return broken();
  std::string_view rest = in.rest();
  auto read = Heads::read_from(rest);
  if (!read || !rest.empty() || read->size() != bound.size()) return broken();
  heads = std::move(*read);
  settle();
  return {};
}

// What follows from series, heads and states.
void Machine::Impl::settle() {
  for (Series series = 0; series < bound.size(); ++series) {
    if (bound[series].slot == none) continue;
    const Cell cell = binding->cell(map.cell_of[series]);
    keep(series, cell);
    if (!heads.heard(series)) continue;
    ThingState& thing = things[bound[series].slot];
    thing.last_step_ns = std::max(thing.last_step_ns, heads.last(series).time_ns);
  }
  rules.restart_timers();
  if (position > 0) rules.expect(arrival);
}

// --- From another world ------------------------------------------------------------------------

Status Machine::Impl::take_over(Impl& from) {
  if (bound.size() > from.bound.size()) {
    return fail(Code::conflict, "it knows series that the other machine does not have");
  }
  for (Series series = bound.size(); series < from.bound.size(); ++series) {
    define(from.name_of(series));
  }
  std::vector<Slot> slot_of(from.things.size(), none);
  for (Slot slot = 0; slot < slot_of.size(); ++slot) {
    const auto& type = from.library.catalog().types[from.binding->type_of(slot)];
    const int index = library.catalog().type_index(type.name);
    if (index < 0) continue;
    slot_of[slot] = find_slot(from.binding->id_of(slot), static_cast<std::uint32_t>(index));
    if (slot_of[slot] != none) things[slot_of[slot]].changed = from.things[slot].changed;
  }
  position = from.position;
  arrival = from.arrival;
  delivered = from.delivered;
  take_rules(from, slot_of);
  sources = std::move(from.sources);
  heads = std::move(from.heads);
  settle();
  return {};
}

void Machine::Impl::take_rules(const Impl& from, const std::vector<Slot>& slot_of) {
  for (const CompiledRule& old : from.rules.rules()) {
    const CompiledRule* rule = rules.find(std::string_view(old.def->id));
    if (rule == nullptr || rule->def->type != old.def->type) continue;
    const Slot first = from.binding->first_slot(old.type);
    for (Slot slot = first; slot < first + from.binding->slot_count(old.type); ++slot) {
      const RulePair& pair = from.rules.state(old, slot);
      if (slot_of[slot] != none && !(pair == RulePair{})) {
        rules.set_state(*rule, slot_of[slot], pair);
      }
    }
  }
  for (const auto& [key, until_ns] : from.rules.all_shelved()) {
    const CompiledRule* old = from.rules.find(key.first);
    if (old == nullptr || slot_of[key.second] == none) continue;
    const CompiledRule* rule = rules.find(std::string_view(old->def->id));
    if (rule == nullptr || rule->def->type != old->def->type) continue;
    rules.shelve(rule->index, slot_of[key.second], {until_ns}, Instant::min());
  }
}

// --- The machine -------------------------------------------------------------------------------

Machine::Machine(std::shared_ptr<const Binding> binding, const formula::Library& library,
                 MachineOptions options)
    : impl_(std::make_unique<Impl>(std::move(binding), library, std::move(options))) {}
Machine::~Machine() = default;
Machine::Machine(Machine&&) noexcept = default;
Machine& Machine::operator=(Machine&&) noexcept = default;

Status Machine::apply(const Record& record, Effects& effects) {
  Impl& m = *impl_;
  // What cannot be read changes nothing.
  SeriesName series;
  SourceName source;
  Shelve shelve;
  Repair repair;
  const auto keep = [&](auto result, auto& into) -> Status {
    if (!result) return fail(result.error());
    into = std::move(*result);
    return {};
  };
  Status read;
  std::uint64_t delivered = 0;
  switch (record.kind) {
    case RecordKind::series:
      read = keep(read_series(record.payload), series);
      if (read && series.series != m.bound.size()) read = m.define_next(series);
      break;
    case RecordKind::source:
      read = keep(read_source(record.payload), source);
      break;
    case RecordKind::observations:
      read = m.decode(record.payload);
      break;
    case RecordKind::tick:
    case RecordKind::opened:
      break;
    case RecordKind::delivered:
      read = keep(read_delivered(record.payload), delivered);
      break;
    case RecordKind::shelve:
      read = keep(read_shelve(record.payload), shelve);
      break;
    case RecordKind::repair:
      read = keep(read_repair(record.payload), repair);
      break;
    default:
      read = fail(Code::invalid, "a record of the log is of no known kind");
  }
  if (!read) {
    return fail(read.error().code, read.error().message, format("record {}", record.position));
  }
  if (m.position == 0) m.rules.expect(record.arrival);
  const Instant before = m.arrival;
  const bool first = m.position == 0;
  m.position = record.position;
  m.arrival = std::max(m.arrival, record.arrival);
  if (record.kind == RecordKind::opened && !first) m.rules.nobody_listened({before, m.arrival});
  Moment moment{record.position, m.arrival, effects};
  m.rules.pass_time(moment);
  if (record.kind == RecordKind::series) m.define(series);
  if (record.kind == RecordKind::source) m.sources.define(source, record.position);
  if (record.kind == RecordKind::observations) m.observe(moment);
  if (record.kind == RecordKind::shelve) m.shelve(shelve, m.arrival);
  if (record.kind == RecordKind::repair) m.repair(repair, moment);
  if (record.kind == RecordKind::delivered) effects.delivered = m.delivered = delivered;
  return {};
}

void Machine::write(std::string& out) const {
  impl_->write(out);
}

Status Machine::read(std::string_view bytes) {
  auto fresh = std::make_unique<Impl>(impl_->binding, impl_->library, impl_->options);
  if (auto done = fresh->read(bytes); !done) return done;
  impl_ = std::move(fresh);
  return {};
}

void Machine::know(const SeriesName& name) {
  impl_->define(name);
}

Status Machine::take_over(Machine& from) {
  return impl_->take_over(*from.impl_);
}

const Heads& Machine::heads() const {
  return impl_->heads;
}
const SeriesMap& Machine::map() const {
  return impl_->map;
}
const Binding& Machine::binding() const {
  return *impl_->binding;
}
std::uint64_t Machine::position() const {
  return impl_->position;
}
Instant Machine::arrival() const {
  return impl_->arrival;
}
std::size_t Machine::series() const {
  return impl_->bound.size();
}
std::vector<SourceName> Machine::sources() const {
  return impl_->sources.names();
}
Instant Machine::last_step(Slot slot) const {
  return {impl_->things[slot].last_step_ns};
}
std::uint64_t Machine::changed(Slot slot) const {
  return impl_->things[slot].changed;
}
std::uint64_t Machine::delivered() const {
  return impl_->delivered;
}

SeriesName Machine::series_name(Series series) const {
  return impl_->name_of(series);
}

RulePair Machine::rule_state(std::uint32_t rule, Slot slot) const {
  const CompiledRule* found = impl_->rules.find(rule);
  return found == nullptr ? RulePair{} : impl_->rules.state(*found, slot);
}

std::optional<Instant> Machine::shelved(std::uint32_t rule, Slot slot) const {
  const auto until = impl_->rules.shelved(rule, slot);
  return until && impl_->arrival < *until ? until : std::nullopt;
}

}  // namespace cairn::stream
