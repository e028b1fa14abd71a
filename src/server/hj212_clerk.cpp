// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_clerk.hpp"

namespace cairn::server {

Result<Hj212Kept> keep_hj212_note(device::Book& book, const Hj212Note& note, Instant now) {
  Hj212Kept out;
  if (!note.password.empty()) {
    const auto done = book.set_secret(note.device, note.password, note.text, note.actor, now);
    if (!done) return fail(done.error());
    return out;
  }
  const auto listed = book.get(note.device, now);
  if (!note.serial.empty() && listed && listed->device.facts.serial.empty()) {
    const auto done = book.change(
        note.device,
        [&](device::Facts& facts) {
          // Somebody may have written one meanwhile.
          if (facts.serial.empty()) facts.serial = note.serial;
          return Status{};
        },
        note.text, note.actor, now);
    if (!done) return fail(done.error());
    out.facts_changed = true;
    return out;
  }
  const auto done = book.note(note.device, note.action, note.text, note.actor, now);
  if (!done) return fail(done.error());
  return out;
}

}  // namespace cairn::server
