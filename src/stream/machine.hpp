// SPDX-License-Identifier: Apache-2.0
// What the log means: a deterministic state machine. Two machines that were given the same records
// are equal to the byte, and so is one that was written, read and went on.
//
//   Machine machine(binding, library, {});
//   Effects effects;
//   machine.apply(record, effects);      // effects of this record; cleared by the caller
//
// Knows no clock but the arrival times of the records, and no history but its own heads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "formula/formula.hpp"
#include "stream/binding.hpp"
#include "stream/heads.hpp"
#include "stream/record.hpp"
#include "stream/rule_state.hpp"

namespace cairn::stream {

// What else is to be known about a transition.
namespace transition_flag {
inline constexpr std::uint8_t suppressed = 1;      // `while` of the rule is true
inline constexpr std::uint8_t shelved = 2;         // a person put it aside
inline constexpr std::uint8_t flapping = 4;        // …
inline constexpr std::uint8_t flapping_began = 8;  // … with this transition: say so once
inline constexpr std::uint8_t revised = 16;        // takes back what was said of the same time
inline constexpr std::uint8_t historical = 32;     // of back-filled data: no alarm
inline constexpr std::uint8_t no_data = 64;        // the rule is about silence; `event` is arrival
}  // namespace transition_flag

// A change of phase of a rule over a thing. The first transition of an episode comes from
// `inactive` and gives it its number.
struct Transition {
  std::uint32_t rule = 0;  // index into Catalog::rules
  Slot slot = 0;
  AlertPhase from = AlertPhase::inactive;
  AlertPhase to = AlertPhase::inactive;  // inactive: a pending one that came to nothing
  std::uint8_t flags = 0;
  Instant event;
  Instant arrival;
  std::uint64_t position = 0;
  std::uint32_t ordinal = 0;  // within the record
  std::uint64_t episode = 0;  // position << 20 | ordinal of its beginning
  Instant since;              // of the first one of an episode: the condition began to hold
  bool operator==(const Transition&) const = default;
};

// What late data made of an episode: the whole of it. Never an alarm.
enum class RevisionKind : std::uint8_t { changed, added, retracted };
struct AlertRevision {
  std::uint32_t rule = 0;
  Slot slot = 0;
  RevisionKind kind = RevisionKind::changed;
  AlertPhase phase = AlertPhase::resolved;  // as it stands now
  std::uint64_t episode = 0;
  Instant since;                 // the condition began to hold
  std::optional<Instant> began;  // it fired; not yet while pending
  std::optional<Instant> ended;
  Instant arrival;
  std::uint64_t position = 0;
  bool operator==(const AlertRevision&) const = default;
};

// Data at or before what the rules of a thing have seen: a reviser has to look (watch/reviser).
struct LateChange {
  Slot slot = 0;
  Instant time;
  bool operator==(const LateChange&) const = default;
};

struct Effects {
  std::vector<Observed> stored;  // new ones, late ones, corrections: for the history, in order
  std::vector<CellId> touched;   // by them; may repeat
  std::vector<Transition> transitions;
  std::vector<AlertRevision> revisions;
  std::vector<LateChange> late;
  std::uint64_t duplicates = 0;            // readings
  std::uint64_t duplicate_messages = 0;    // whole messages that had been taken before
  std::uint64_t unbound = 0;               // stored readings whose thing or property is gone
  std::optional<std::uint64_t> delivered;  // the record said so

  void clear();
};

struct MachineOptions {
  // Senders whose messages are told apart by number, about 100 B each; those that have been silent
  // for longest (by log position) are forgotten first.
  std::size_t sources = 262'144;
  // Shelvings in force at once: what people can oversee; the one that ends first gives way.
  std::size_t shelved = 10'000;
  // How far back others than the rules read: of a type's property (indices as in the catalog).
  struct Keep {
    std::uint32_t type = 0;
    std::uint32_t column = 0;
    std::int64_t span_ns = 0;
  };
  std::vector<Keep> keep;
};

class Machine {
 public:
  Machine(std::shared_ptr<const Binding> binding, const formula::Library& library,
          MachineOptions options);
  ~Machine();
  Machine(Machine&&) noexcept;
  Machine& operator=(Machine&&) noexcept;

  // An error means that the record is not one of ours: the log is damaged, the state as it was.
  Status apply(const Record& record, Effects& effects);

  // The state as bytes; read() into a machine over any world: what is gone there is dropped.
  void write(std::string& out) const;
  Status read(std::string_view bytes);
  // All that another machine has come to, of another world, into a new one: as read() of what it
  // writes, without the bytes. Series, states of rules and things that still exist are kept by
  // name. `from` is of no use afterwards, unless it fails. Series that both will have can be made
  // known before, in order from the first on: the names are what takes time.
  void know(const SeriesName& name);
  Status take_over(Machine& from);

  const Heads& heads() const;
  const SeriesMap& map() const;
  const Binding& binding() const;
  std::uint64_t position() const;  // of the newest record applied
  Instant arrival() const;         // of it
  std::size_t series() const;
  SeriesName series_name(Series series) const;
  std::vector<SourceName> sources() const;  // by number
  // The newest time at which the thing reported; min() when it never did.
  Instant last_step(Slot slot) const;
  RulePair rule_state(std::uint32_t rule, Slot slot) const;
  // Position of the newest record that brought something new of the thing.
  std::uint64_t changed(Slot slot) const;
  std::uint64_t delivered() const;  // newest number of a delivered record
  // Until when it is shelved; nothing when it is not (or not any more).
  std::optional<Instant> shelved(std::uint32_t rule, Slot slot) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::stream
