// SPDX-License-Identifier: Apache-2.0
// Book: what people do, and what goes to the disk.
#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "device/book.hpp"
#include "device/book_entry.hpp"
#include "device/book_store.hpp"
#include "device/modbus_address.hpp"

namespace cairn::device {
namespace {

constexpr std::size_t counts_at_once = 5'000;  // in one transaction: others wait a few hundredths
constexpr std::size_t identity_bytes = 200;
constexpr std::size_t rights_most = 20;
constexpr std::int64_t longest_interval_s = 366 * 86'400;

Error no_device(std::string_view id) {
  return {Code::not_found, format("there is no device '{}'", id), "path:id"};
}

cairn::Status check_facts(const Facts& facts) {
  if (facts.expected_every_s < 0 || facts.expected_every_s > longest_interval_s) {
    return fail(Code::invalid, "the expected interval is from 1 second to 366 days",
                "/expected_every_s");
  }
  if (facts.calibrated_on && facts.calibration_due &&
      *facts.calibration_due < *facts.calibrated_on) {
    return fail(Code::invalid, "the next calibration is due before the last one was made",
                "/calibration_due");
  }
  if (facts.rights.size() > rights_most) {
    return fail(Code::invalid, format("at most {} patterns of things", rights_most), "/rights");
  }
  for (const std::string& right : facts.rights) {
    if (right.empty() || right.find('\n') != std::string::npos) {
      return fail(Code::invalid, "a pattern of things is empty", "/rights");
    }
  }
  return {};
}

void give_secret(Device& device, const std::string& secret) {
  device.digest = digest_of(device.protocol, device.id, secret);
  device.secret = device.protocol == Protocol::coap ? secret : std::string();
  device.offered.clear();
}

// What differs, for the history.
std::string difference(const Facts& a, const Facts& b) {
  std::vector<std::string> out;
  const auto text = [&](const char* name, const std::string& was, const std::string& is) {
    if (was != is) out.push_back(format("{}: {} -> {}", name, was, is));
  };
  const auto date = [](const std::optional<Date>& d) { return d ? to_string(*d) : std::string(); };
  text("label", a.label.in(Language::zh), b.label.in(Language::zh));
  text("vendor", a.vendor, b.vendor);
  text("model", a.model, b.model);
  text("serial", a.serial, b.serial);
  text("firmware", a.firmware, b.firmware);
  text("calibrated_on", date(a.calibrated_on), date(b.calibrated_on));
  text("calibration_due", date(a.calibration_due), date(b.calibration_due));
  text("expected_every_s", std::to_string(a.expected_every_s), std::to_string(b.expected_every_s));
  text("rights", join(a.rights, " "), join(b.rights, " "));
  text("simulated", a.simulated ? "true" : "false", b.simulated ? "true" : "false");
  return join(out, "; ");
}

std::string with_note(std::string what, const std::string& note) {
  if (note.empty()) return what;
  return what.empty() ? note : format("{} ({})", note, what);
}

}  // namespace

cairn::Status Book::check(const NewDevice& device) const {
  if (trim(device.identity).empty() || device.identity.size() > identity_bytes) {
    return fail(Code::invalid, "the identity has 1 to 200 bytes", "/identity");
  }
  if (device.protocol == Protocol::modbus && !parse_modbus_address(device.identity)) {
    return fail(Code::invalid, "the identity of a meter is host:port/unit, as 10.8.0.21:502/1",
                "/identity");
  }
  if (!device.secret.empty()) {
    if (auto fits = check_secret(device.protocol, device.secret); !fits) return fits;
  }
  return check_facts(device.facts);
}

Device Book::made_of(const NewDevice& device, std::string id, const std::string& actor,
                     Instant now) const {
  Device out;
  out.id = std::move(id);
  out.protocol = device.protocol;
  out.identity = device.identity;
  out.status = Status::approved;
  out.facts = device.facts;
  out.target = device.target;
  out.registered_at = now;
  out.registered_by = actor;
  if (!device.secret.empty()) give_secret(out, device.secret);
  return out;
}

Result<Listed> Book::add(const NewDevice& device, const std::string& actor, Instant now) {
  const std::lock_guard one(writing_);
  if (auto fits = check(device); !fits) return fail(fits.error());
  Written made;
  {
    const std::shared_lock lock(mutex_);
    const std::uint32_t at = at_identity(device.protocol, device.identity);
    if (at != none && entries_[at].device.status != Status::retired) {
      const Device& known = entries_[at].device;
      return fail(
          Code::conflict,
          format("{} has this identity already and is {}", known.id, to_string(known.status)),
          "/identity");
    }
    made.device = made_of(device, new_id(), actor, now);
  }
  made.step = {now, actor, "register", device.note};
  const std::string id = made.device.id;
  std::vector<Written> all;
  all.push_back(std::move(made));
  if (auto done = write(std::move(all)); !done) return fail(done.error());
  return *get(id, now);
}

cairn::Status Book::put(std::span<const NewDevice> devices, const std::string& actor, Instant now) {
  const std::lock_guard one(writing_);
  std::vector<Written> all;
  for (const NewDevice& device : devices) {
    if (auto fits = check(device); !fits) return fits;
    const std::shared_lock lock(mutex_);
    const std::uint32_t at = at_identity(device.protocol, device.identity);
    Written made;
    made.step = {now, actor, "import", device.note};
    if (at == none || entries_[at].device.status == Status::retired) {
      made.device = made_of(device, new_id(), actor, now);
    } else {
      made.device = entries_[at].device;
      made.step.note = with_note(difference(made.device.facts, device.facts), device.note);
      made.device.facts = device.facts;
      if (!device.target.thing.empty()) made.device.target = device.target;
      if (made.device.status == Status::waiting) made.device.status = Status::approved;
      if (!device.secret.empty()) give_secret(made.device, device.secret);
    }
    all.push_back(std::move(made));
  }
  return write(std::move(all));
}

Result<Listed> Book::edit(const std::string& id, const std::string& actor, Instant now,
                          const std::function<Result<Step>(Device&)>& change) {
  const std::lock_guard one(writing_);
  Written made;
  {
    const std::shared_lock lock(mutex_);
    const std::uint32_t at = at_id(id);
    if (at == none) return fail(no_device(id));
    made.device = entries_[at].device;
  }
  auto step = change(made.device);
  if (!step) return fail(step.error());
  made.step = std::move(*step);
  made.step.at = now;
  made.step.actor = actor;
  std::vector<Written> all;
  all.push_back(std::move(made));
  if (auto done = write(std::move(all)); !done) return fail(done.error());
  return *get(id, now);
}

Result<Listed> Book::change(const std::string& id, const Edit& edit_facts, const std::string& note,
                            const std::string& actor, Instant now) {
  return edit(id, actor, now, [&](Device& device) -> Result<Step> {
    const Facts before = device.facts;
    if (auto edited = edit_facts(device.facts); !edited) return fail(edited.error());
    if (auto fits = check_facts(device.facts); !fits) return fail(fits.error());
    return Step{{}, {}, "change", with_note(difference(before, device.facts), note)};
  });
}

Result<Listed> Book::approve(const std::string& id, const Approval& approval,
                             const std::string& actor, Instant now) {
  return edit(id, actor, now, [&](Device& device) -> Result<Step> {
    if (device.status == Status::retired) {
      return fail(Code::conflict, "the device is retired; register the new one", "path:id");
    }
    if (approval.accept_offered && device.offered.empty()) {
      return fail(Code::conflict, "it showed no secret at its first contact", "/accept_secret");
    }
    device.status = Status::approved;
    device.reason.clear();
    device.target = approval.target;
    if (approval.facts) {
      if (auto fits = check_facts(*approval.facts); !fits) return fail(fits.error());
      device.facts = *approval.facts;
    }
    // The digest of a short password is salted with the id, which has not changed.
    if (approval.accept_offered) device.digest = std::exchange(device.offered, {});
    return Step{{}, {}, "approve", with_note(device.target.thing, approval.note)};
  });
}

Result<Listed> Book::block(const std::string& id, const std::string& reason,
                           const std::string& actor, Instant now) {
  return edit(id, actor, now, [&](Device& device) -> Result<Step> {
    if (device.status == Status::retired || device.status == Status::blocked) {
      return fail(Code::conflict, format("the device is {} already", to_string(device.status)),
                  "path:id");
    }
    device.status = Status::blocked;
    device.reason = reason;
    return Step{{}, {}, "block", reason};
  });
}

Result<Listed> Book::retire(const std::string& id, const std::string& reason,
                            const std::string& actor, Instant now) {
  return edit(id, actor, now, [&](Device& device) -> Result<Step> {
    if (device.status == Status::retired) {
      return fail(Code::conflict, "the device is retired already", "path:id");
    }
    device.status = Status::retired;
    device.reason = reason;
    device.digest.clear();
    device.secret.clear();
    device.offered.clear();
    return Step{{}, {}, "retire", reason};
  });
}

Result<std::string> Book::set_secret(const std::string& id, const std::string& secret,
                                     const std::string& note, const std::string& actor,
                                     Instant now) {
  std::string made;
  const auto done = edit(id, actor, now, [&](Device& device) -> Result<Step> {
    if (device.status == Status::retired) {
      return fail(Code::conflict, "the device is retired", "path:id");
    }
    if (secret.empty()) {
      made = make_secret(device.protocol, options_.random);
    } else if (auto fits = check_secret(device.protocol, secret); !fits) {
      return fail(fits.error());
    }
    give_secret(device, secret.empty() ? made : secret);
    return Step{{}, {}, "secret", note};
  });
  if (!done) return fail(done.error());
  return made;
}

Result<Listed> Book::note(const std::string& id, const std::string& action, const std::string& text,
                          const std::string& actor, Instant now) {
  return edit(id, actor, now, [&](Device&) -> Result<Step> { return Step{{}, {}, action, text}; });
}

cairn::Status Book::write(std::vector<Written> all) {
  Strangers strangers = take_strangers();
  const auto done = [&]() -> cairn::Status {
    auto write = ledger_.begin();
    if (!write) return fail(write.error());
    if (auto put = write_strangers(write->db(), strangers); !put) return put;
    for (const Written& one : all) {
      if (auto put = put_device(write->db(), one.device); !put) return put;
      if (auto put = add_step(write->db(), one.device.id, one.step); !put) return put;
    }
    return write->commit();
  }();
  if (!done) {
    give_back(std::move(strangers));
    return done;
  }
  const std::vector<Revocation> revoked = take(std::move(all));
  const std::lock_guard told(revoke_mutex_);
  if (revoke_ && !revoked.empty()) revoke_(revoked);
  return {};
}

// What is on disk goes into memory. Returns who lost something by it.
std::vector<Revocation> Book::take(std::vector<Written> all) {
  std::vector<Revocation> revoked;
  const std::unique_lock lock(mutex_);
  ++generation_;
  for (Written& one : all) {
    const Instant now = one.step.at;
    std::erase(gone_, one.device.id);
    drop_double(one.device);
    const std::uint32_t at = at_id(one.device.id);
    if (at == none) {
      enter(std::move(one.device), {});
      continue;
    }
    if (auto loss = lost(entries_[at].device, one.device)) revoked.push_back(std::move(*loss));
    const bool begins = entries_[at].device.status != Status::approved;
    unindex(at);
    entries_[at].device = std::move(one.device);
    index(at);
    if (begins) entries_[at].since = std::max(entries_[at].since, now);
  }
  return revoked;
}

std::optional<Revocation> Book::lost(const Device& was, const Device& is) {
  if (was.status != Status::approved) return std::nullopt;
  Revocation out{is.id, is.protocol, is.identity, Revoked::secret, is.reason};
  if (is.status != Status::approved) {
    out.why = is.status == Status::retired ? Revoked::retired : Revoked::blocked;
  } else if (was.digest != is.digest) {
    out.why = Revoked::secret;
  } else if (was.target.thing != is.target.thing || was.facts.rights != is.facts.rights) {
    out.why = Revoked::rights;
  } else {
    return std::nullopt;
  }
  return out;
}

void Book::on_revoked(Revoke revoke) {
  const std::lock_guard lock(revoke_mutex_);
  revoke_ = std::move(revoke);
}

// A stranger that came under this name while the device was being written.
void Book::drop_double(const Device& device) {
  const std::uint32_t at = at_identity(device.protocol, device.identity);
  if (at == none || entries_[at].device.id == device.id) return;
  if (entries_[at].device.status != Status::waiting) return;
  drop(at);
}

void Book::drop(std::uint32_t at) {
  gone_.push_back(entries_[at].device.id);
  std::erase(new_, entries_[at].device.id);
  unindex(at);
  entries_[at].used = false;
  entries_[at].device = {};
  free_.push_back(at);
}

Book::Strangers Book::take_strangers() {
  const std::unique_lock lock(mutex_);
  Strangers out;
  for (const std::string& id : std::exchange(new_, {})) {
    const std::uint32_t at = at_id(id);
    if (at != none) out.fresh.push_back(entries_[at].device);
  }
  out.gone = std::exchange(gone_, {});
  return out;
}

void Book::give_back(Strangers strangers) {
  const std::unique_lock lock(mutex_);
  for (const Device& device : strangers.fresh) new_.push_back(device.id);
  gone_.insert(gone_.end(), strangers.gone.begin(), strangers.gone.end());
}

cairn::Status Book::write_strangers(store::Database& db, const Strangers& strangers) {
  for (const std::string& id : strangers.gone) {
    if (auto done = remove_device(db, id); !done) return done;
  }
  for (const Device& device : strangers.fresh) {
    auto kept = add_device(db, device);
    if (!kept) return fail(kept.error());
    if (!*kept) continue;
    const Step step{device.registered_at, device.registered_by, "contact",
                    with_note(device.peer, device.system)};
    if (auto done = add_step(db, device.id, step); !done) return done;
  }
  return {};
}

cairn::Status Book::keep(Instant now, bool all) {
  const std::lock_guard one(keeping_);
  Strangers strangers = take_strangers();
  if (!strangers.fresh.empty() || !strangers.gone.empty()) {
    const auto done = [&]() -> cairn::Status {
      auto write = ledger_.begin();
      if (!write) return fail(write.error());
      if (auto put = write_strangers(write->db(), strangers); !put) return put;
      return write->commit();
    }();
    if (!done) {
      give_back(std::move(strangers));
      return done;
    }
  }
  if (!all && now >= kept_ && now < kept_ + options_.keep_counts_ns) return {};
  kept_ = now;
  return keep_counts();
}

cairn::Status Book::keep_counts() {
  for (std::uint32_t next = 0;;) {
    std::vector<CountsOf> some;
    std::vector<std::uint32_t> taken;
    {
      const std::shared_lock lock(mutex_);
      for (; next < entries_.size() && some.size() < counts_at_once; ++next) {
        Entry& entry = entries_[next];
        if (!entry.used) continue;
        const std::lock_guard counts_lock(entry.mutex);
        if (!std::exchange(entry.dirty, false)) continue;
        some.emplace_back(entry.device.id, entry.counts);
        taken.push_back(next);
      }
    }
    if (some.empty()) return {};
    const auto done = [&]() -> cairn::Status {
      auto write = ledger_.begin();
      if (!write) return fail(write.error());
      if (auto put = put_counts(write->db(), some); !put) return put;
      return write->commit();
    }();
    if (done) continue;
    const std::shared_lock lock(mutex_);
    for (const std::uint32_t at : taken) {
      const std::lock_guard counts_lock(entries_[at].mutex);
      entries_[at].dirty = true;
    }
    return done;
  }
}

}  // namespace cairn::device
