// SPDX-License-Identifier: Apache-2.0
// Book: its entries, and what doors ask and tell.
#include "device/book.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "device/book_entry.hpp"
#include "device/book_store.hpp"

namespace cairn::device {
namespace {

constexpr std::size_t sample_bytes = 500;
constexpr std::size_t name_bytes = 200;
// A stranger that says nothing for so long makes room for others.
constexpr std::int64_t stranger_ns = ns_per_day;
constexpr std::size_t id_characters = 8;

// Not cut within a character; what is no UTF-8 ends there.
std::string beginning(std::string_view text, std::size_t most) {
  std::string out(text.substr(0, most));
  out.resize(std::min(out.size(), first_invalid_utf8(out)));
  return out;
}

}  // namespace

Book::Book(store::Ledger& ledger, BookOptions options, Instant now)
    : ledger_(ledger), options_(std::move(options)), opened_(now), kept_(now) {}
Book::~Book() = default;

Result<std::unique_ptr<Book>> Book::open(store::Ledger& ledger, BookOptions options, Instant now) {
  if (auto made = ensure_tables(ledger); !made) return fail(made.error());
  std::unique_ptr<Book> out(new Book(ledger, std::move(options), now));
  if (auto loaded = out->load(); !loaded) return fail(loaded.error());
  return out;
}

cairn::Status Book::load() {
  const auto read = ledger_.read();
  return read_devices(read.db(), [this](Device device, Counts counts) {
    enter(std::move(device), std::move(counts));
  });
}

std::uint32_t Book::slot() {
  if (!free_.empty()) {
    const std::uint32_t at = free_.back();
    free_.pop_back();
    return at;
  }
  entries_.emplace_back();
  return static_cast<std::uint32_t>(entries_.size() - 1);
}

void Book::enter(Device device, Counts counts) {
  const std::uint32_t at = slot();
  Entry& entry = entries_[at];
  entry.device = std::move(device);
  entry.used = true;
  entry.since = std::max(opened_, entry.device.registered_at);
  {
    const std::lock_guard lock(entry.mutex);
    entry.counts = std::move(counts);
    entry.dirty = false;
    entry.told_heard = entry.told_at = std::nullopt;
    entry.told_missed = -1;
    entry.told_day = std::nullopt;
  }
  index(at);
}

void Book::index(std::uint32_t at) {
  const Device& device = entries_[at].device;
  by_id_[device.id] = at;
  auto& names = by_identity_[static_cast<std::size_t>(device.protocol)];
  const auto known = names.find(device.identity);
  // Who is gone gives the name to who comes after.
  const bool newer = known == names.end() || device.status != Status::retired ||
                     (entries_[known->second].device.status == Status::retired &&
                      entries_[known->second].device.registered_at <= device.registered_at);
  if (newer) names[device.identity] = at;
  if (!device.target.thing.empty()) by_thing_[device.target.thing].push_back(at);
  const bool token = takes_tokens(device.protocol) && device.status != Status::retired;
  if (token && !device.digest.empty()) by_digest_[device.digest] = at;
  if (device.status != Status::waiting) return;
  ++waiting_[static_cast<std::size_t>(device.protocol)];
  if (!device.peer.empty()) ++waiting_of_peer_[device.peer];
}

void Book::unindex(std::uint32_t at) {
  const Device& device = entries_[at].device;
  by_id_.erase(device.id);
  auto& names = by_identity_[static_cast<std::size_t>(device.protocol)];
  if (const auto known = names.find(device.identity); known != names.end() && known->second == at) {
    names.erase(known);
  }
  if (const auto of = by_thing_.find(device.target.thing); of != by_thing_.end()) {
    std::erase(of->second, at);
    if (of->second.empty()) by_thing_.erase(of);
  }
  if (const auto of = by_digest_.find(device.digest); of != by_digest_.end() && of->second == at) {
    by_digest_.erase(of);
  }
  if (device.status != Status::waiting) return;
  --waiting_[static_cast<std::size_t>(device.protocol)];
  const auto peer = waiting_of_peer_.find(device.peer);
  if (peer != waiting_of_peer_.end() && --peer->second == 0) waiting_of_peer_.erase(peer);
}

std::uint32_t Book::at_id(std::string_view id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? none : at->second;
}

std::uint32_t Book::at_identity(Protocol protocol, std::string_view identity) const {
  const auto& names = by_identity_[static_cast<std::size_t>(protocol)];
  const auto at = names.find(identity);
  return at == names.end() ? none : at->second;
}

// Random, so that a number that somebody has seen never means another device after a crash.
std::string Book::new_id() const {
  constexpr std::string_view letters = "0123456789abcdefghjkmnpqrstvwxyz";
  for (;;) {
    std::string id = "dev-";
    for (const char c : options_.random(id_characters)) {
      id += letters[static_cast<unsigned char>(c) % letters.size()];
    }
    if (!by_id_.contains(id)) return id;
  }
}

std::optional<Known> Book::find(Protocol protocol, std::string_view identity) const {
  const std::shared_lock lock(mutex_);
  const std::uint32_t at = at_identity(protocol, identity);
  if (at == none) return std::nullopt;
  const Device& device = entries_[at].device;
  return Known{device.id, device.target.thing, device.target.type, device.facts.vendor,
               device.status};
}

bool Book::accepts(std::string_view device, std::string_view secret) const {
  const std::shared_lock lock(mutex_);
  const std::uint32_t at = at_id(device);
  if (at == none) return false;
  const Device& of = entries_[at].device;
  return of.digest.empty() || same_secret(of.digest, digest_of(of.protocol, of.id, secret));
}

bool Book::make_room(Protocol protocol, Instant now) {
  const auto kind = static_cast<std::size_t>(protocol);
  if (waiting_[kind] < options_.waiting_most) return true;
  std::uint32_t oldest = none;
  Instant heard = now - stranger_ns;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (!entry.used || entry.device.status != Status::waiting) continue;
    if (entry.device.protocol != protocol) continue;
    const std::lock_guard lock(entry.mutex);
    const Instant last = entry.counts.last_heard.value_or(entry.device.registered_at);
    if (last >= heard) continue;
    heard = last;
    oldest = i;
  }
  if (oldest == none) return false;
  drop(oldest);
  return true;
}

void Book::contact(const Contact& contact, Instant now) {
  this->contact(contact, {}, now);
}

void Book::contact(const Contact& contact, std::string_view secret, Instant now) {
  if (contact.identity.empty() || contact.identity.size() > name_bytes) return;
  if (first_invalid_utf8(contact.identity) < contact.identity.size()) return;
  const std::unique_lock lock(mutex_);
  std::uint32_t at = at_identity(contact.protocol, contact.identity);
  if (at == none) {
    const auto peer = waiting_of_peer_.find(contact.peer);
    const bool crowd = !contact.peer.empty() && peer != waiting_of_peer_.end() &&
                       peer->second >= options_.of_peer_most;
    if (crowd || !make_room(contact.protocol, now)) {
      ++dropped_;
      return;
    }
    Device device;
    device.id = new_id();
    device.protocol = contact.protocol;
    device.identity = contact.identity;
    device.registered_at = now;
    device.registered_by = "system/contact";
    device.peer = beginning(contact.peer, name_bytes);
    device.system = beginning(contact.system, name_bytes);
    device.sample = beginning(contact.sample, sample_bytes);
    if (!secret.empty()) device.offered = digest_of(device.protocol, device.id, secret);
    new_.push_back(device.id);
    enter(std::move(device), {});
    at = at_identity(contact.protocol, contact.identity);
  }
  Entry& entry = entries_[at];
  const std::lock_guard counts_lock(entry.mutex);
  Counts& counts = entry.counts;
  if (!counts.first_heard) counts.first_heard = now;
  counts.last_heard = now;
  // Who is refused has not been understood.
  ++counts.faults[static_cast<std::size_t>(Fault::refused)];
  entry.dirty = true;
}

void Book::heard(std::string_view device, std::uint64_t readings,
                 std::optional<std::int64_t> offset_ns, Instant now) {
  const std::shared_lock lock(mutex_);
  const std::uint32_t at = at_id(device);
  if (at == none) return;
  Entry& entry = entries_[at];
  const std::lock_guard counts_lock(entry.mutex);
  if (offset_ns) entry.counts.clock_offset_ns = offset_ns;
  count_heard(entry, readings, now);
}

void Book::heard_at(std::uint32_t device, std::uint64_t readings, Instant now) {
  const std::shared_lock lock(mutex_);
  Entry& entry = entries_[device];
  const std::lock_guard counts_lock(entry.mutex);
  count_heard(entry, readings, now);
}

void Book::count_heard(Entry& entry, std::uint64_t readings, Instant now) {
  ++entry.counts.messages;
  entry.counts.readings += readings;
  if (!entry.counts.first_heard) entry.counts.first_heard = now;
  entry.counts.last_heard = now;
  entry.dirty = true;
}

void Book::fault(Protocol protocol, std::string_view device, std::string_view identity, Fault fault,
                 std::string_view what, std::string_view sample, Instant now) {
  std::string vendor;
  {
    const std::shared_lock lock(mutex_);
    std::uint32_t at = device.empty() ? none : at_id(device);
    if (at == none && !identity.empty()) at = at_identity(protocol, identity);
    if (at != none) {
      Entry& entry = entries_[at];
      vendor = entry.device.facts.vendor;
      const std::lock_guard counts_lock(entry.mutex);
      ++entry.counts.faults[static_cast<std::size_t>(fault)];
      entry.counts.trouble = Trouble{fault, beginning(what, sample_bytes), now};
      entry.dirty = true;
    } else {
      const std::lock_guard samples_lock(samples_mutex_);
      ++nobody_[static_cast<std::size_t>(protocol)][static_cast<std::size_t>(fault)];
    }
  }
  count_sample(vendor, protocol,
               {fault, beginning(what, sample_bytes), beginning(sample, sample_bytes), now});
}

// The newest of each kind, of as many vendors as there is room for.
void Book::count_sample(const std::string& vendor, Protocol protocol, Sample sample) {
  const std::lock_guard lock(samples_mutex_);
  auto& of = samples_[{vendor, protocol}];
  const auto known = of.find(sample.fault);
  if (known != of.end()) {
    known->second = std::move(sample);
  } else if (samples_count_ < options_.samples_most) {
    ++samples_count_;
    const Fault fault = sample.fault;
    of.emplace(fault, std::move(sample));
  }
}

void Book::battery(std::string_view device, const Battery& battery) {
  const std::shared_lock lock(mutex_);
  const std::uint32_t at = at_id(device);
  if (at == none) return;
  Entry& entry = entries_[at];
  const std::lock_guard counts_lock(entry.mutex);
  if (entry.counts.battery && entry.counts.battery->at > battery.at) return;
  entry.counts.battery = battery;
  entry.dirty = true;
}

std::optional<Device> Book::by_name(std::string_view name) const {
  const std::shared_lock lock(mutex_);
  for (const Protocol protocol : {Protocol::mqtt, Protocol::http, Protocol::coap}) {
    const std::uint32_t at = at_identity(protocol, name);
    if (at != none && entries_[at].device.status != Status::retired) return entries_[at].device;
  }
  return std::nullopt;
}

std::optional<Device> Book::by_token(std::string_view token) const {
  const std::string digest = token_digest(token);
  const std::shared_lock lock(mutex_);
  const auto at = by_digest_.find(digest);
  return at == by_digest_.end() ? std::nullopt : std::optional(entries_[at->second].device);
}

std::uint32_t Book::of_thing(std::string_view thing) const {
  const std::shared_lock lock(mutex_);
  const auto of = by_thing_.find(thing);
  if (of == by_thing_.end()) return none;
  std::uint32_t out = none;
  for (const std::uint32_t at : of->second) {
    const Status status = entries_[at].device.status;
    if (status == Status::approved) return at;
    // Blocked before retired: somebody meant it.
    if (status == Status::blocked || out == none) out = at;
  }
  return out;
}

std::uint32_t Book::of_id(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  return at_id(id);
}

Status Book::status(std::uint32_t device) const {
  const std::shared_lock lock(mutex_);
  return entries_[device].device.status;
}

Book::Standing Book::standing(std::uint32_t device) const {
  const std::shared_lock lock(mutex_);
  const Device& of = entries_[device].device;
  return {of.status, of.id, of.reason};
}

bool Book::empty() const {
  const std::shared_lock lock(mutex_);
  return by_id_.empty();
}

std::uint64_t Book::generation() const {
  const std::shared_lock lock(mutex_);
  return generation_;
}

std::uint64_t Book::dropped() const {
  const std::shared_lock lock(mutex_);
  return dropped_;
}

}  // namespace cairn::device
