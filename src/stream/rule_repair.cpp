// SPDX-License-Identifier: Apache-2.0
#include "stream/rule_repair.hpp"

#include "stream/detail/bytes.hpp"

namespace cairn::stream {
namespace {

void put_optional(std::string& out, const std::optional<Instant>& time) {
  put_fixed(out, static_cast<std::uint8_t>(time.has_value()));
  if (time) put_fixed(out, time->ns);
}

std::optional<Instant> take_optional(ByteReader& in) {
  const auto has = in.fixed<std::uint8_t>();
  if (has > 1) in.failed();
  if (has != 1) return std::nullopt;
  return Instant{in.fixed<std::int64_t>()};
}

AlertPhase take_phase(ByteReader& in) {
  const auto phase = in.fixed<std::uint8_t>();
  if (phase > static_cast<std::uint8_t>(AlertPhase::retracted)) in.failed();
  return in.ok() ? static_cast<AlertPhase>(phase) : AlertPhase::inactive;
}

}  // namespace

void write(const Repair& repair, std::string& out) {
  put_text(out, repair.rule);
  put_text(out, repair.thing);
  put_varint(out, repair.seen);
  put_fixed(out, repair.from.ns);
  put_fixed(out, static_cast<std::uint8_t>(repair.past));
  put_varint(out, repair.episodes.size());
  for (const RepairedEpisode& episode : repair.episodes) {
    put_fixed(out, static_cast<std::uint8_t>(episode.kind));
    put_fixed(out, static_cast<std::uint8_t>(episode.phase));
    put_varint(out, episode.episode);
    put_fixed(out, episode.since.ns);
    put_optional(out, episode.began);
    put_optional(out, episode.ended);
  }
  for (const RuleState* state : {&repair.state.now, &repair.state.before}) {
    put_fixed(out, static_cast<std::uint8_t>(state->phase));
    put_fixed(out, state->since_ns);
    put_varint(out, state->episode);
  }
}

Result<Repair> read_repair(std::string_view payload) {
  ByteReader in(payload);
  Repair repair;
  repair.rule = in.text();
  repair.thing = in.text();
  repair.seen = in.varint();
  repair.from.ns = in.fixed<std::int64_t>();
  const auto past = in.fixed<std::uint8_t>();
  if (past > 1) in.failed();
  repair.past = past == 1;
  constexpr std::size_t least_bytes = 13;  // of an episode
  repair.episodes.resize(in.count(least_bytes));
  for (RepairedEpisode& episode : repair.episodes) {
    const auto kind = in.fixed<std::uint8_t>();
    if (kind > static_cast<std::uint8_t>(RevisionKind::retracted)) in.failed();
    episode.kind = in.ok() ? static_cast<RevisionKind>(kind) : RevisionKind::changed;
    episode.phase = take_phase(in);
    episode.episode = in.varint();
    episode.since.ns = in.fixed<std::int64_t>();
    episode.began = take_optional(in);
    episode.ended = take_optional(in);
  }
  for (RuleState* state : {&repair.state.now, &repair.state.before}) {
    state->phase = take_phase(in);
    if (state->phase > AlertPhase::clearing) in.failed();
    state->since_ns = in.fixed<std::int64_t>();
    state->episode = in.varint();
  }
  if (!in.finished()) return fail(Code::invalid, "a record of the log is no repair");
  return repair;
}

}  // namespace cairn::stream
