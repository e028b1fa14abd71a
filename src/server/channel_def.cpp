// SPDX-License-Identifier: Apache-2.0
#include "server/channel_def.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "model/yaml.hpp"

namespace cairn::server {
namespace {

using model::YamlMap;
using model::YamlNode;
using respond::Topic;

constexpr std::size_t channels_most = 100;  // a thread each
constexpr std::size_t secret_bytes = 4'096;
// Values that must not stand in the file itself.
constexpr std::array<std::string_view, 4> secret_keys{"secret", "secrets", "password", "token"};
// Keys of every channel; the rest is of its kind.
constexpr std::array<std::string_view, 10> common_keys{
    "id",      "kind",      "label",         "topics",       "regions",
    "enabled", "heartbeat", "trouble_after", "digest_burst", "digest_every"};

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 60 && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

class Reader {
 public:
  Reader(const Files& files, std::string path, const model::RegionTree& regions,
         const SecretSources& secrets)
      : files_(files), path_(std::move(path)), regions_(regions), secrets_(secrets) {}

  ChannelDef read(const YamlNode& node, std::size_t number);

 private:
  void read_common(YamlMap& map, ChannelDef& def);
  void read_topics(YamlMap& map, ChannelDef& def);
  void read_regions(YamlMap& map, ChannelDef& def);
  void read_keys(const std::string& prefix, const YamlNode& node, ChannelDef& def);
  double hours(YamlMap& map, const char* key, double otherwise, double unit_ns);
  std::string secret(const YamlNode& node, bool needed);

  const Files& files_;
  std::string path_;
  const model::RegionTree& regions_;
  const SecretSources& secrets_;
  Problems problems_;  // of the channel that is being read
};

ChannelDef Reader::read(const YamlNode& node, std::size_t number) {
  problems_ = {};
  ChannelDef def;
  YamlMap map(node, path_, problems_);
  def.place = map.place();
  if (map.ok()) {
    read_common(map, def);
    read_keys("", node, def);
  }
  if (!is_id(def.id)) {
    problems_.error(def.place, "an id has letters a-z, digits, '-' and '_', at most 60");
    def.id = format("channel-{}", number);
  }
  for (const Error& error : problems_.errors) {
    if (!def.broken.empty()) def.broken += "; ";
    def.broken += to_string(error);
  }
  return def;
}

void Reader::read_common(YamlMap& map, ChannelDef& def) {
  def.id = map.text("id", true);
  def.kind = map.text("kind", true);
  def.label = map.label("label");
  if (def.label.empty()) def.label = {def.id, def.id};
  def.enabled = map.flag("enabled", true);
  read_topics(map, def);
  read_regions(map, def);
  def.heartbeat_h = hours(map, "heartbeat", def.heartbeat_h, 3'600e9);
  def.trouble_after_min = hours(map, "trouble_after", def.trouble_after_min, 60e9);
  const bool mail = def.kind == "smtp";
  const auto burst = map.integer("digest_burst");
  const double every_s = hours(map, "digest_every", 60, 1e9);
  if (mail || burst) {
    def.digest = respond::DigestRule{std::clamp(burst.value_or(10), 1, 10'000),
                                     static_cast<std::int64_t>(every_s * 1e9)};
  }
}

void Reader::read_topics(YamlMap& map, ChannelDef& def) {
  for (const std::string& word : map.texts("topics")) {
    if (const auto topic = respond::parse_topic(word); topic && *topic != Topic::test) {
      def.topics.push_back(*topic);
    } else {
      problems_.error(map.place(),
                      format("topic '{}' is none of warning, alert, incident, answer", word));
    }
  }
  if (def.topics.empty() && problems_.ok()) {
    problems_.error(map.place(),
                    "'topics' lists what it carries: warning, alert, incident, answer");
  }
}

void Reader::read_regions(YamlMap& map, ChannelDef& def) {
  def.regions = map.texts("regions");
  for (const std::string& code : def.regions) {
    if (const auto found = regions_.require(code); !found) {
      problems_.error(map.place(), found.error().message);
    }
  }
}

// A span ("12h", "0") in units of `unit_ns`.
double Reader::hours(YamlMap& map, const char* key, double otherwise, double unit_ns) {
  const std::string text = map.text(key);
  if (text.empty()) return otherwise;
  if (text == "0") return 0;
  const auto span = parse_span(text);
  if (!span || span->months != 0 || span->ns <= 0) {
    problems_.error(map.place(), format("'{}' is a time such as 30s, 5m, 12h, or 0", key));
    return otherwise;
  }
  return static_cast<double>(span->ns) / unit_ns;
}

std::string Reader::secret(const YamlNode& node, bool needed) {
  const std::string place = format("{}:{}:{}", path_, node.line, node.column);
  const std::string& text = node.scalar;
  std::optional<std::string> found;
  if (text.starts_with("env:")) {
    found = secrets_.environment ? secrets_.environment(text.substr(4)) : std::nullopt;
    if (!found) problems_.error(place, format("the environment has no {}", text.substr(4)));
  } else if (text.starts_with("file:")) {
    const std::string name = text.substr(5);
    auto read = files_.read(name.starts_with('/') ? name : secrets_.directory + "/" + name);
    if (read) {
      found = std::string(trim(*read));
    } else {
      problems_.error(place, format("{} cannot be read: {}", name, read.error().message));
    }
  } else if (needed) {
    problems_.error(place, "write env:NAME or file:path here, not the secret itself");
  } else {
    return text;
  }
  if (found && (found->empty() || found->size() > secret_bytes)) {
    problems_.error(place, "the secret is empty or over 4096 bytes");
  }
  return found.value_or("");
}

void Reader::read_keys(const std::string& prefix, const YamlNode& node, ChannelDef& def) {
  const std::string_view last = std::string_view(prefix).substr(
      prefix.rfind('.') == std::string::npos ? 0 : prefix.rfind('.') + 1);
  const bool is_secret = std::ranges::find(secret_keys, last) != secret_keys.end();
  const bool may_be = prefix.starts_with("headers.") || last == "user";
  const auto value = [&](const YamlNode& scalar) {
    return is_secret || may_be ? secret(scalar, is_secret) : scalar.scalar;
  };
  switch (node.kind) {
    case YamlNode::Kind::null:
      return;
    case YamlNode::Kind::scalar:
      def.keys[prefix] = {value(node)};
      return;
    case YamlNode::Kind::list:
      for (const YamlNode& item : node.items) {
        if (item.kind == YamlNode::Kind::scalar) {
          def.keys[prefix].push_back(value(item));
        } else {
          problems_.error(format("{}:{}:{}", path_, item.line, item.column),
                          format("'{}' is a list of texts", prefix));
        }
      }
      return;
    case YamlNode::Kind::map:
      for (const model::YamlMember& member : node.members) {
        if (prefix.empty() && std::ranges::find(common_keys, member.first) != common_keys.end()) {
          continue;
        }
        read_keys(prefix.empty() ? member.first : prefix + "." + member.first, member.second, def);
      }
  }
}

}  // namespace

std::string ChannelKeys::text(const std::string& key, bool needed) {
  const std::vector<std::string> all = texts(key, needed);
  if (all.size() > 1) complain(format("'{}' is one text", key));
  return all.empty() ? std::string() : all.front();
}

std::vector<std::string> ChannelKeys::texts(const std::string& key, bool needed) {
  asked_.push_back(key);
  const auto at = def_.keys.find(key);
  if (at != def_.keys.end() && !at->second.empty()) return at->second;
  if (needed) complain(format("'{}' is missing", key));
  return {};
}

bool ChannelKeys::flag(const std::string& key) {
  const std::string word = text(key);
  if (!word.empty() && word != "true" && word != "false")
    complain(format("'{}' is true or false", key));
  return word == "true";
}

std::int64_t ChannelKeys::integer(const std::string& key, std::int64_t otherwise,
                                  std::int64_t least, std::int64_t greatest) {
  const std::string word = text(key);
  if (word.empty()) return otherwise;
  const auto value = parse_integer(word);
  if (!value || *value < least || *value > greatest) {
    complain(format("'{}' is a whole number from {} to {}", key, least, greatest));
    return otherwise;
  }
  return *value;
}

std::map<std::string, std::vector<std::string>> ChannelKeys::below(const std::string& key) {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& [name, values] : def_.keys) {
    if (!name.starts_with(key + ".")) continue;
    asked_.push_back(name);
    out[name.substr(key.size() + 1)] = values;
  }
  return out;
}

void ChannelKeys::complain(std::string message) {
  if (!complaints_.empty()) complaints_ += "; ";
  complaints_ += message;
}

Status ChannelKeys::done() {
  for (const auto& [name, values] : def_.keys) {
    if (std::ranges::find(asked_, name) != asked_.end()) continue;
    const auto near = nearest(name, asked_);
    complain(near ? format("unknown key '{}': is '{}' meant?", name, *near)
                  : format("unknown key '{}'", name));
  }
  if (complaints_.empty()) return {};
  return fail(Code::invalid, complaints_, def_.place);
}

Result<std::vector<ChannelDef>> load_channels(const Files& files, const std::string& path,
                                              const model::RegionTree& regions,
                                              const SecretSources& secrets) {
  if (!files.exists(path)) return built_in_channels();
  auto text = files.read(path);
  if (!text) return fail(text.error());
  const auto root = model::parse_yaml(*text, path);
  if (!root) return fail(root.error());
  const YamlNode* list = root->find("channels");
  if (list == nullptr || list->kind != YamlNode::Kind::list) {
    return fail(Code::invalid, "it has a list 'channels'", path);
  }
  if (list->items.size() > channels_most) {
    return fail(Code::too_large, format("at most {} channels", channels_most), path);
  }
  Reader reader(files, path, regions, secrets);
  std::vector<ChannelDef> out;
  std::set<std::string> ids;
  for (const YamlNode& item : list->items) {
    ChannelDef def = reader.read(item, out.size() + 1);
    if (!ids.insert(def.id).second) {
      def.broken = format("{}: there is another channel '{}'", def.place, def.id);
      def.id = format("{}-{}", def.id, out.size() + 1);
      def.enabled = false;
    }
    out.push_back(std::move(def));
  }
  return out;
}

std::vector<ChannelDef> built_in_channels() {
  ChannelDef mqtt;
  mqtt.id = "mqtt";
  mqtt.kind = "mqtt";
  mqtt.label = {"本机 MQTT 主题", "Topics of the MQTT door"};
  mqtt.topics = {Topic::warning, Topic::alert};
  mqtt.place = "built-in";
  ChannelDef speaker;
  speaker.id = "loudspeaker";
  speaker.kind = "loudspeaker";
  speaker.label = {"村村响广播与短信（模拟）", "Village loudspeakers and SMS (simulated)"};
  speaker.topics = {Topic::warning};
  speaker.place = "built-in";
  return {std::move(mqtt), std::move(speaker)};
}

respond::ChannelRoute route_of(const ChannelDef& def) {
  return {.id = def.id,
          .topics = def.topics,
          .regions = def.regions,
          .enabled = def.enabled,
          .by_recipient = def.kind == "smtp",
          .digest = def.digest};
}

}  // namespace cairn::server
