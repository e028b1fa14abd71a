// SPDX-License-Identifier: Apache-2.0
#include "server/channel_desk.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace cairn::server {
namespace {

constexpr std::int64_t told_every_ns = ns_per_second;
constexpr std::int64_t keep_ns = 400 * ns_per_day;
constexpr std::size_t forget_at_once = 500;
constexpr std::int64_t hour_ns = 3'600 * ns_per_second;

// Stands where a channel's configuration is wrong: what it should carry waits.
class BrokenChannel final : public respond::Channel {
 public:
  explicit BrokenChannel(std::string why) : why_(std::move(why)) {}
  respond::Attempt deliver(const respond::Delivery&) override { return {.trouble = why_}; }

 private:
  std::string why_;
};

std::int64_t minutes_between(Instant from, Instant to) {
  return (to.ns - from.ns) / (60 * ns_per_second);
}

}  // namespace

std::optional<ChannelTrouble> trouble_of(const ChannelDef& def, const respond::Queue& queue,
                                         Instant now) {
  if (!def.broken.empty()) {
    return ChannelTrouble{{}, {"配置有误：" + def.broken, "wrong configuration: " + def.broken}};
  }
  if (queue.held) {
    return ChannelTrouble{queue.last_trouble_at,
                          {"有消息等待人工处理：" + queue.last_trouble,
                           "a delivery waits for a person: " + queue.last_trouble}};
  }
  const auto patience_ns = static_cast<std::int64_t>(def.trouble_after_min * 60e9);
  if (queue.failing_since && queue.waiting > 0 && now.ns - queue.failing_since->ns >= patience_ns) {
    const auto minutes = minutes_between(*queue.failing_since, now);
    return ChannelTrouble{
        queue.failing_since,
        {format("{} 分钟未能送达，{} 条在等待：{}", minutes, queue.waiting, queue.last_trouble),
         format("nothing delivered for {} minutes, {} waiting: {}", minutes, queue.waiting,
                queue.last_trouble)}};
  }
  if (queue.test_at && !queue.test_ok) {
    return ChannelTrouble{
        queue.test_at,
        {"最近一次测试失败：" + queue.test_message, "the last test failed: " + queue.test_message}};
  }
  const auto beat_ns = static_cast<std::int64_t>(def.heartbeat_h * 3'600e9);
  if (def.enabled && beat_ns > 0 && queue.test_at &&
      now.ns - queue.test_at->ns > beat_ns + std::max(patience_ns, hour_ns / 4)) {
    return ChannelTrouble{queue.test_at, {"自检已过期", "its test of itself is overdue"}};
  }
  return std::nullopt;
}

ChannelDesk::ChannelDesk(store::Ledger& ledger, ChannelDeskOptions options)
    : ledger_(ledger), options_(std::move(options)) {
  kinds_ = {{"webhook", make_webhook},
            {"gateway", make_gateway},
            {"smtp", make_smtp},
            {"mqtt", make_mqtt},
            {"loudspeaker", make_loudspeaker}};
}

ChannelDesk::~ChannelDesk() {
  stop();
}

Result<std::unique_ptr<ChannelDesk>> ChannelDesk::open(
    store::Ledger& ledger, std::shared_ptr<const model::Workspace> workspace,
    ChannelDeskOptions options) {
  std::unique_ptr<ChannelDesk> out(new ChannelDesk(ledger, std::move(options)));
  const ChannelDeskOptions& given = out->options_;
  auto defs = load_channels(*given.files, given.directory + "/channels.yaml", *workspace->regions,
                            {given.environment, given.directory});
  if (!defs) return fail(defs.error());
  out->workspace_ = workspace;
  out->house_.zone = workspace->zone;
  out->furnish();
  respond::StoredOutbox::Options boxes;
  boxes.regions = workspace->regions;
  boxes.zone = workspace->zone;
  boxes.random = given.random;
  for (ChannelDef& def : *defs) {
    boxes.channels.push_back(route_of(def));
    auto way = std::make_unique<Way>();
    way->def = std::move(def);
    out->ways_.push_back(std::move(way));
  }
  auto outbox = respond::StoredOutbox::open(ledger, std::move(boxes));
  if (!outbox) return fail(outbox.error());
  out->outbox_ = std::move(*outbox);
  out->outbox_->wake_with([desk = out.get()] { desk->wake(); });
  return out;
}

std::shared_ptr<const model::Workspace> ChannelDesk::workspace() const {
  const std::lock_guard lock(mutex_);
  return workspace_;
}

void ChannelDesk::rebind(std::shared_ptr<const model::Workspace> workspace) {
  outbox_->rebind(workspace->regions);
  const std::lock_guard lock(mutex_);
  workspace_ = std::move(workspace);
}

std::vector<std::string> villages_in(const model::RegionTree& regions, const SpokenArea& area,
                                     Instant now) {
  std::vector<model::RegionIndex> whole;
  for (const std::string& code : area.divisions) {
    if (const auto region = regions.find(code); region != model::no_region) whole.push_back(region);
  }
  std::vector<std::string> out;
  for (model::RegionIndex i = 0; i < regions.size(); ++i) {
    const model::Region& village = regions[i];
    if (village.level != model::Level::village || !village.valid_at(now)) continue;
    const bool inside =
        std::ranges::any_of(whole, [&](auto region) { return regions.within(i, region); }) ||
        (village.position && std::ranges::any_of(area.polygons, [&](const geo::Polygon& polygon) {
           return geo::contains(polygon, *village.position);
         }));
    if (inside) out.push_back(regions[regions.county_of(i)].name.zh + village.name.zh);
  }
  return out;
}

void ChannelDesk::furnish() {
  house_.files = options_.files;
  house_.clock = options_.clock;
  house_.directory = options_.directory + "/channels";
  house_.stopped = [this] { return stopping_.load(); };
  house_.concerns = [this](std::string_view region, std::string_view listed) {
    const auto all = workspace();
    const auto asked = all->regions->find(region);
    const auto own = all->regions->find(listed);
    if (asked == model::no_region || own == model::no_region) return false;
    return all->regions->within(asked, own) || all->regions->within(own, asked);
  };
  house_.villages = [this](const SpokenArea& area) {
    return villages_in(*workspace()->regions, area, options_.clock->now());
  };
  house_.contact = [this](std::string_view unit) {
    const model::UnitDef* found = workspace()->response.unit(unit);
    return found == nullptr ? std::string() : found->contact;
  };
}

std::unique_ptr<respond::Channel> ChannelDesk::make(const ChannelDef& def,
                                                    std::string& broken) const {
  broken = def.broken;
  if (broken.empty()) {
    const auto kind = kinds_.find(def.kind);
    if (kind == kinds_.end()) {
      std::vector<std::string> known;
      for (const auto& [name, unused] : kinds_) known.push_back(name);
      broken =
          format("{}: there is no kind '{}'; there are {}", def.place, def.kind, join(known, ", "));
    } else if (auto made = kind->second(def, house_)) {
      return std::move(*made);
    } else {
      broken = to_string(made.error());
    }
  }
  return std::make_unique<BrokenChannel>(broken);
}

void ChannelDesk::start(std::function<void(const ChannelState&)> changed) {
  changed_ = std::move(changed);
  for (const auto& way : ways_) {
    std::string broken;
    auto channel = make(way->def, broken);
    const std::lock_guard lock(way->mutex);  // requests may look already
    way->def.broken = std::move(broken);
    way->channel = std::move(channel);
  }
  for (const auto& way : ways_) {
    if (!way->def.enabled) continue;
    const CourierOptions options{
        .channel = way->def.id,
        .heartbeat_ns = static_cast<std::int64_t>(way->def.heartbeat_h * 3'600e9),
        .digests = way->def.digest.has_value()};
    way->courier = std::make_unique<CourierThread>(
        Courier(ledger_, *outbox_, *way->channel, options), *options_.clock, ledger_,
        [this, &each = *way] { return look(each); });
  }
  started_ = true;
}

void ChannelDesk::wake() {
  if (!started_) return;  // who starts later looks first
  for (const auto& way : ways_) {
    if (way->courier) way->courier->wake();
  }
}

void ChannelDesk::stop() {
  stopping_ = true;
  for (const auto& way : ways_) {
    if (way->courier) way->courier->ask_to_stop();
  }
  for (const auto& way : ways_) {
    if (way->courier) way->courier->stop();
  }
}

// What people see of a channel, but for how long it has been so.
bool ChannelDesk::look(Way& way) {
  const Instant now = options_.clock->now();
  {
    const std::lock_guard lock(way.mutex);
    if (now >= way.told_at && now < way.told_at + told_every_ns) return true;
    way.told_at = now;
  }
  auto queue = outbox_->queue(way.def.id);
  if (!queue) return true;
  const ChannelState state = state_of(&way, std::move(*queue));
  std::string seen = format("{} {} {} {}", state.queue.waiting, state.queue.held,
                            state.queue.test_at.value_or(Instant{}).ns, state.queue.test_ok);
  if (state.trouble) seen += state.trouble->text.en;
  {
    const std::lock_guard lock(way.mutex);
    if (seen == way.told) return false;
    way.told = std::move(seen);
  }
  if (changed_) changed_(state);
  return false;
}

const ChannelDef* ChannelDesk::find(std::string_view id) const {
  for (const auto& way : ways_) {
    if (way->def.id == id) return &way->def;
  }
  return nullptr;
}

ChannelState ChannelDesk::state_of(const Way* way, respond::Queue queue) const {
  ChannelState out;
  if (way == nullptr) {
    out.def.id = queue.channel;
    out.def.kind = "removed";
    out.def.label = {queue.channel, queue.channel};
    out.def.enabled = false;
    out.def.broken = "it is no longer configured; what waits can be given up";
  } else {
    const std::lock_guard lock(way->mutex);
    out.def = way->def;
    out.simulated = way->channel && way->channel->simulated();
    out.to = way->channel ? way->channel->to() : std::string();
  }
  out.trouble = trouble_of(out.def, queue, options_.clock->now());
  out.queue = std::move(queue);
  return out;
}

Result<std::vector<ChannelState>> ChannelDesk::states() const {
  auto queues = outbox_->queues();
  if (!queues) return fail(queues.error());
  std::vector<ChannelState> out;
  for (respond::Queue& queue : *queues) {
    const auto way = std::ranges::find_if(
        ways_, [&](const auto& each) { return each->def.id == queue.channel; });
    out.push_back(state_of(way == ways_.end() ? nullptr : way->get(), std::move(queue)));
  }
  return out;
}

Result<ChannelState> ChannelDesk::state(std::string_view id) const {
  auto all = states();
  if (!all) return fail(all.error());
  for (ChannelState& state : *all) {
    if (state.def.id == id) return std::move(state);
  }
  return fail(Code::not_found, format("there is no channel '{}'", id), "path:id");
}

void ChannelDesk::add_figures(std::vector<Gauge>& gauges) const {
  const auto all = states();
  if (!all) return;
  double waiting = 0;
  double troubled = 0;
  for (const ChannelState& state : *all) {
    waiting += static_cast<double>(state.queue.waiting);
    troubled += state.trouble ? 1 : 0;
  }
  gauges.push_back(
      {"cairn_channels_waiting", "Messages that wait before a way out", "gauge", waiting});
  gauges.push_back({"cairn_channels_in_trouble", "Ways out that need a person", "gauge", troubled});
}

Status ChannelDesk::forget_old(Instant now) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  const auto gone = outbox_->forget(*write, now - keep_ns, forget_at_once);
  if (!gone) return fail(gone.error());
  return *gone == 0 ? Status{} : write->commit();
}

}  // namespace cairn::server
