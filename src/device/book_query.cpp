// SPDX-License-Identifier: Apache-2.0
// Book: what people ask, and what is told as readings.
#include <algorithm>
#include <tuple>
#include <utility>

#include "core/text.hpp"
#include "device/book.hpp"
#include "device/book_entry.hpp"
#include "device/book_store.hpp"

namespace cairn::device {
namespace {

constexpr std::int64_t trouble_ns = ns_per_day;
// Reports that a device speaks: not more often than this, and so often where no interval is known.
constexpr std::int64_t least_report_ns = 10 * ns_per_second;
// Entries that one look at them for reports goes through: 100,000 take five looks.
constexpr std::uint32_t looked_at_once = 20'000;
constexpr std::int64_t usual_report_ns = 3'600 * ns_per_second;

bool has(std::string_view text, std::string_view part) {
  return lower_ascii(text).find(part) != std::string::npos;
}

bool fits_text(const Device& device, std::string_view part) {
  const Facts& facts = device.facts;
  return has(device.id, part) || has(device.identity, part) || has(device.target.thing, part) ||
         has(facts.label.zh, part) || has(facts.label.en, part) || has(facts.vendor, part) ||
         has(facts.model, part) || has(facts.serial, part);
}

bool in_trouble(const Counts& counts, Instant now) {
  return counts.trouble && counts.trouble->at > now - trouble_ns;
}

// What is asked about regions, asked once each.
class Remembered {
 public:
  explicit Remembered(const std::function<bool(std::string_view)>& ask) : ask_(ask) {}
  bool operator()(const std::string& region) {
    if (!ask_) return true;
    if (last_ != nullptr && last_->first == region) return last_->second;
    const auto [at, fresh] = known_.try_emplace(region, false);
    if (fresh) at->second = ask_(region);
    last_ = &*at;
    return at->second;
  }

 private:
  const std::function<bool(std::string_view)>& ask_;
  std::unordered_map<std::string, bool> known_;
  const std::pair<const std::string, bool>* last_ = nullptr;  // of known_: neighbours are alike
};

}  // namespace

bool Book::silent(const Entry& entry, const Counts& counts, Instant now) const {
  const Device& device = entry.device;
  if (device.status != Status::approved || device.facts.expected_every_s == 0) return false;
  const Instant last = std::max(counts.last_heard.value_or(entry.since), entry.since);
  return now - last.ns > Instant{silent_intervals * device.facts.expected_every_s * ns_per_second};
}

Listed Book::listed(const Entry& entry, Instant now) const {
  Listed out{entry.device, {}, false};
  const std::lock_guard lock(entry.mutex);
  out.counts = entry.counts;
  out.silent = silent(entry, entry.counts, now);
  return out;
}

std::optional<Listed> Book::get(std::string_view id, Instant now) const {
  const std::shared_lock lock(mutex_);
  const std::uint32_t at = at_id(id);
  return at == none ? std::nullopt : std::optional(listed(entries_[at], now));
}

Page Book::list(const Query& query, Instant now) const {
  // What needs attention, then the name.
  using Key = std::tuple<int, std::string_view, std::uint32_t>;
  Page out;
  std::vector<Key> found;
  const std::string part = lower_ascii(query.text);
  Remembered shown(query.shown);
  Remembered within(query.within);
  const std::shared_lock lock(mutex_);
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    if (!entry.used || !shown(entry.device.target.region)) continue;
    const Device& device = entry.device;
    bool is_silent = false;
    bool trouble = false;
    {
      const std::lock_guard counts_lock(entry.mutex);
      is_silent = silent(entry, entry.counts, now);
      trouble = in_trouble(entry.counts, now);
    }
    ++out.by_status[static_cast<std::size_t>(device.status)];
    out.silent += is_silent ? 1 : 0;
    out.trouble += trouble ? 1 : 0;
    const bool fits = (!query.status || device.status == *query.status) &&
                      (!query.protocol || device.protocol == *query.protocol) &&
                      (!query.type || device.target.type == *query.type) &&
                      (!query.vendor || device.facts.vendor == *query.vendor) &&
                      (!query.silent || is_silent == *query.silent) &&
                      (!query.trouble || trouble == *query.trouble) &&
                      (!query.within || within(device.target.region)) &&
                      (part.empty() || fits_text(device, part));
    if (!fits) continue;
    int rank = 3;
    if (device.status == Status::waiting) rank = 0;
    if (device.status == Status::approved && (is_silent || trouble)) rank = is_silent ? 1 : 2;
    if (device.status == Status::blocked) rank = 4;
    if (device.status == Status::retired) rank = 5;
    found.emplace_back(rank, device.identity, i);
  }
  out.total = found.size();
  const auto size = static_cast<std::ptrdiff_t>(found.size());
  const auto from = std::min(static_cast<std::ptrdiff_t>(query.offset), size);
  const auto to = std::min(from + static_cast<std::ptrdiff_t>(query.limit), size);
  if (from > 0 && from < size) std::nth_element(found.begin(), found.begin() + from, found.end());
  std::partial_sort(found.begin() + from, found.begin() + to, found.end());
  for (auto i = from; i < to; ++i) {
    out.devices.push_back(listed(entries_[std::get<2>(found[static_cast<std::size_t>(i)])], now));
  }
  return out;
}

std::vector<Vendor> Book::vendors(const std::function<bool(std::string_view)>& shown) const {
  std::map<std::pair<std::string, Protocol>, Vendor> all;
  const auto of = [&](const std::string& vendor, Protocol protocol) -> Vendor& {
    Vendor& out = all[{vendor, protocol}];
    out.vendor = vendor;
    out.protocol = protocol;
    return out;
  };
  Remembered may(shown);
  {
    const std::shared_lock lock(mutex_);
    for (const Entry& entry : entries_) {
      if (!entry.used || !may(entry.device.target.region)) continue;
      Vendor& vendor = of(entry.device.facts.vendor, entry.device.protocol);
      const std::lock_guard counts_lock(entry.mutex);
      ++vendor.devices;
      vendor.good += entry.counts.messages;
      for (std::size_t i = 0; i < fault_kinds; ++i) vendor.faults[i] += entry.counts.faults[i];
    }
  }
  const std::lock_guard lock(samples_mutex_);
  for (std::size_t i = 0; i < protocols; ++i) {
    for (std::size_t k = 0; k < fault_kinds; ++k) {
      if (nobody_[i][k] > 0) of({}, static_cast<Protocol>(i)).faults[k] += nobody_[i][k];
    }
  }
  std::vector<Vendor> out;
  for (auto& [key, vendor] : all) {
    if (const auto samples = samples_.find(key); samples != samples_.end()) {
      for (const auto& [fault, sample] : samples->second) vendor.samples.push_back(sample);
    }
    out.push_back(std::move(vendor));
  }
  return out;
}

Result<std::vector<Step>> Book::history(const std::string& id, std::size_t most) const {
  const auto read = ledger_.read();
  return read_steps(read.db(), id, most);
}

std::vector<Device> Book::approved() const {
  std::vector<Device> out;
  const std::shared_lock lock(mutex_);
  for (const Entry& entry : entries_) {
    const bool counts = entry.used && entry.device.status == Status::approved;
    if (counts && !entry.device.target.thing.empty()) out.push_back(entry.device);
  }
  return out;
}

void Book::locate(const std::function<std::optional<Target>(const Device&)>& where) {
  // Some at a time, and looked up without the lock: doors do not wait for thousands of look-ups.
  constexpr std::size_t part = 500;
  for (std::size_t next = 0;;) {
    std::vector<std::pair<std::size_t, Device>> some;
    {
      const std::shared_lock lock(mutex_);
      for (; next < entries_.size() && some.size() < part; ++next) {
        const Entry& entry = entries_[next];
        if (entry.used && !entry.device.target.thing.empty()) some.emplace_back(next, entry.device);
      }
    }
    if (some.empty()) return;
    std::vector<std::optional<Target>> found;
    for (const auto& [at, device] : some) found.push_back(where(device));
    const std::unique_lock lock(mutex_);
    for (std::size_t i = 0; i < some.size(); ++i) {
      const auto& [at, device] = some[i];
      Device& now = entries_[at].device;
      // Not the one that was looked up any more, or its thing another: indexed by that.
      if (!found[i] || now.id != device.id || now.target.thing != device.target.thing) continue;
      found[i]->thing = device.target.thing;
      now.target = std::move(*found[i]);
    }
  }
}

std::vector<Report> Book::reports(Instant now, Date today, std::size_t most) {
  std::vector<Report> out;
  const std::int64_t day = days_since_epoch(today);
  const std::unique_lock lock(mutex_);
  const auto size = static_cast<std::uint32_t>(entries_.size());
  const std::uint32_t looks = std::min(size, looked_at_once);
  for (std::uint32_t n = 0; n < looks && out.size() < most; ++n) {
    reported_to_ = (reported_to_ + 1) % size;
    Entry& entry = entries_[reported_to_];
    const Device& device = entry.device;
    if (!entry.used || device.status != Status::approved || device.target.thing.empty()) continue;
    const std::lock_guard counts_lock(entry.mutex);
    if (auto report = report_of(entry, now, day)) out.push_back(std::move(*report));
  }
  return out;
}

std::optional<Report> Book::report_of(Entry& entry, Instant now, std::int64_t day) const {
  const Facts& facts = entry.device.facts;
  const std::int64_t every_ns = facts.expected_every_s * ns_per_second;
  Report out;
  out.device = entry.device.id;
  const auto& last = entry.counts.last_heard;
  const bool fresh = last && *last > entry.told_heard.value_or(entry.since - 1);
  const std::int64_t gap_ns = every_ns > 0 ? std::max(every_ns, least_report_ns) : usual_report_ns;
  const bool due = !entry.told_at || now >= *entry.told_at + gap_ns || entry.told_missed > 0;
  if (fresh && due) {
    out.heard = true;
    out.tell_missed = every_ns > 0 && entry.told_missed != 0;
    entry.told_heard = last;
    entry.told_at = now;
    entry.told_missed = 0;
  } else if (!fresh && every_ns > 0) {
    const Instant since = std::max(last.value_or(entry.since), entry.since);
    out.missed = std::max<std::int64_t>(0, (now - since.ns).ns / every_ns);
    // At the alarm, then each time that it has doubled.
    out.tell_missed = out.missed >= silent_intervals &&
                      (entry.told_missed < silent_intervals || out.missed >= 2 * entry.told_missed);
    if (out.tell_missed) entry.told_missed = out.missed;
  }
  if (facts.calibration_due && entry.told_day != day) {
    entry.told_day = day;
    out.calibration_overdue_d = day - days_since_epoch(*facts.calibration_due);
  }
  if (!out.heard && !out.tell_missed && !out.calibration_overdue_d) return std::nullopt;
  return out;
}

void Book::tell_again(std::span<const Report> reports) {
  const std::shared_lock lock(mutex_);
  for (const Report& report : reports) {
    const std::uint32_t at = at_id(report.device);
    if (at == none) continue;
    Entry& entry = entries_[at];
    const std::lock_guard counts_lock(entry.mutex);
    entry.told_missed = -1;
    entry.told_heard = entry.told_at = std::nullopt;
    entry.told_day = std::nullopt;
  }
}

}  // namespace cairn::device
