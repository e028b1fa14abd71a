// SPDX-License-Identifier: Apache-2.0
#include "server/mqtt_router.hpp"

#include <algorithm>

#include "codec/mqtt_topic.hpp"

namespace cairn::server {

namespace mqtt = codec::mqtt;

MqttSubscriptions::Parts MqttSubscriptions::parts_of(std::string_view filter, bool shared) {
  if (shared) {
    if (const auto split = mqtt::split_shared(filter)) return {split->group, split->filter};
  }
  return {{}, filter};
}

bool MqttSubscriptions::add(std::string_view filter, bool shared, MqttSession* session,
                            const MqttSubscription& subscription) {
  const Parts parts = parts_of(filter, shared);
  Node* node = &root_;
  mqtt::Levels levels(parts.filter);
  for (std::string_view level; levels.next(level);) {
    auto at = node->children.find(level);
    if (at == node->children.end()) {
      at = node->children.emplace(std::string(level), std::make_unique<Node>()).first;
    }
    node = at->second.get();
  }
  std::vector<Member>* members = &node->members;
  if (!parts.group.empty()) {
    auto group = std::find_if(node->groups.begin(), node->groups.end(),
                              [&](const Group& one) { return one.name == parts.group; });
    if (group == node->groups.end()) {
      group = node->groups.insert(group, Group{.name = std::string(parts.group), .members = {}});
    }
    members = &group->members;
  }
  for (Member& member : *members) {
    if (member.session != session) continue;
    member.subscription = subscription;
    return false;
  }
  members->push_back({session, subscription});
  ++size_;
  return true;
}

bool MqttSubscriptions::remove(std::string_view filter, bool shared, MqttSession* session) {
  const Parts parts = parts_of(filter, shared);
  std::vector<std::pair<Node*, std::string_view>> path;
  Node* node = &root_;
  mqtt::Levels levels(parts.filter);
  for (std::string_view level; levels.next(level);) {
    const auto at = node->children.find(level);
    if (at == node->children.end()) return false;
    path.emplace_back(node, level);
    node = at->second.get();
  }
  const auto erase_from = [&](std::vector<Member>& members) {
    return std::erase_if(members, [&](const Member& one) { return one.session == session; }) > 0;
  };
  bool found = false;
  if (parts.group.empty()) {
    found = erase_from(node->members);
  } else {
    for (Group& group : node->groups) {
      if (group.name == parts.group) found = erase_from(group.members);
    }
    std::erase_if(node->groups, [](const Group& group) { return group.members.empty(); });
  }
  if (!found) return false;
  --size_;
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    const auto at = step->first->children.find(step->second);
    if (!at->second->empty()) break;
    step->first->children.erase(at);
  }
  return true;
}

void MqttSubscriptions::hand_out(Node& node, const IsThere& is_there, const Take& take) {
  for (const Member& member : node.members) take(member.session, member.subscription);
  for (Group& group : node.groups) {
    const std::size_t count = group.members.size();
    std::size_t chosen = group.next % count;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t candidate = (group.next + i) % count;
      if (!is_there(group.members[candidate].session)) continue;
      chosen = candidate;
      break;
    }
    group.next = chosen + 1;
    take(group.members[chosen].session, group.members[chosen].subscription);
  }
}

void MqttSubscriptions::match_below(Node& node, std::string_view rest, bool ended, bool first,
                                    const IsThere& is_there, const Take& take) {
  const bool wild = !first || !rest.starts_with('$');
  if (wild) {
    // "a/#" takes "a" too.
    if (const auto at = node.children.find(std::string_view("#")); at != node.children.end()) {
      hand_out(*at->second, is_there, take);
    }
  }
  if (ended) {
    hand_out(node, is_there, take);
    return;
  }
  const std::size_t slash = rest.find('/');
  const bool last = slash == std::string_view::npos;
  const std::string_view level = rest.substr(0, slash);
  const std::string_view below = last ? std::string_view() : rest.substr(slash + 1);
  if (const auto at = node.children.find(level); at != node.children.end()) {
    match_below(*at->second, below, last, false, is_there, take);
  }
  if (!wild) return;
  if (const auto at = node.children.find(std::string_view("+")); at != node.children.end()) {
    match_below(*at->second, below, last, false, is_there, take);
  }
}

void MqttSubscriptions::match(std::string_view topic, const IsThere& is_there, const Take& take) {
  if (size_ > 0) match_below(root_, topic, false, true, is_there, take);
}

bool MqttRetained::put(SharedMqttMessage message) {
  auto at = messages_.find(message->topic);
  const std::size_t before = at == messages_.end() ? 0 : at->second->bytes();
  if (message->payload.empty()) {
    if (at != messages_.end()) messages_.erase(at);
    bytes_ -= before;
    return true;
  }
  if (at == messages_.end() && messages_.size() >= limits::mqtt_retained) return false;
  if (bytes_ - before + message->bytes() > limits::mqtt_retained_bytes) return false;
  bytes_ += message->bytes() - before;
  if (at == messages_.end()) {
    messages_.emplace(message->topic, std::move(message));
  } else {
    at->second = std::move(message);
  }
  return true;
}

void MqttRetained::for_each(std::string_view filter,
                            const std::function<void(const SharedMqttMessage&)>& take) {
  if (mqtt::is_topic_name(filter)) {
    if (const auto at = messages_.find(filter); at != messages_.end()) take(at->second);
    return;
  }
  // Only topics that begin as the filter does up to its first wildcard.
  const std::string_view prefix = filter.substr(0, filter.find_first_of("+#"));
  const std::string_view start =
      prefix.ends_with('/') ? prefix.substr(0, prefix.size() - 1) : prefix;
  for (auto at = messages_.lower_bound(start); at != messages_.end(); ++at) {
    if (!std::string_view(at->first).starts_with(start)) break;
    if (mqtt::filter_matches(filter, at->first)) take(at->second);
  }
}

void MqttRetained::expire(std::int64_t now_ms) {
  std::erase_if(messages_, [&](const auto& entry) {
    const MqttMessage& message = *entry.second;
    if (message.expires_ms == 0 || message.expires_ms > now_ms) return false;
    bytes_ -= message.bytes();
    return true;
  });
}

}  // namespace cairn::server
