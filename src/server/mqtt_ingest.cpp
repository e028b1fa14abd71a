// SPDX-License-Identifier: Apache-2.0
#include "server/mqtt_ingest.hpp"

#include <charconv>
#include <utility>

namespace cairn::server {

namespace mqtt = codec::mqtt;

namespace {

constexpr std::string_view root = "cairn/";
constexpr std::string_view version = "cairn/v1/";
constexpr std::string_view backfill = "backfill/";
constexpr std::string_view things = "things/";
constexpr std::string_view sta = "v1.1/";

// What a sender says of a message besides its payload.
struct Remarks {
  std::uint64_t sequence = 0;
  bool historical = false;
  std::int64_t influx_unit_ns = 1;
  std::optional<Error> error;
};

Remarks read_remarks(const mqtt::Properties& properties) {
  Remarks out;
  if (!properties.has(mqtt::Property::user)) return out;
  std::string_view rest = properties.raw();
  for (std::string_view name, value; mqtt::next_user(rest, name, value);) {
    if (name == "sequence") {
      const char* end = value.data() + value.size();
      const auto [at, error] = std::from_chars(value.data(), end, out.sequence);
      if (error != std::errc() || at != end || out.sequence == 0) {
        out.error = Error{Code::invalid, "the user property sequence is no whole number above 0",
                          "user property"};
      }
    } else if (name == "historical") {
      out.historical = value == "true";
    } else if (name == "precision") {
      const auto unit = codec::influx_precision(value);
      if (unit) {
        out.influx_unit_ns = *unit;
      } else {
        out.error = Error{Code::invalid, "the user property precision is none of ns us ms s m h",
                          "user property"};
      }
    }
  }
  return out;
}

// Below v1.1/. Datastreams are named by text here: their numbers are known to requests only.
IngestTopic read_sta_topic(std::string_view topic) {
  constexpr std::string_view begin = "Datastreams('";
  constexpr std::string_view end = "')/Observations";
  IngestTopic out;
  out.kind = IngestTopic::Kind::reserved;
  if (topic == "Observations") {
    out.kind = IngestTopic::Kind::sta;
  } else if (topic.size() > begin.size() + end.size() && topic.starts_with(begin) &&
             topic.ends_with(end)) {
    topic.remove_prefix(begin.size());
    topic.remove_suffix(end.size());
    const codec::SeriesName name = codec::split_datastream_id(topic);
    out.thing = name.thing;
    out.property = name.property;
    if (!out.thing.empty() && !out.property.empty()) out.kind = IngestTopic::Kind::sta;
  }
  return out;
}

}  // namespace

IngestTopic read_ingest_topic(std::string_view topic) {
  IngestTopic out;
  if (topic.starts_with(sta)) return read_sta_topic(topic.substr(sta.size()));
  if (topic.starts_with('$')) {
    out.kind = IngestTopic::Kind::reserved;
    return out;
  }
  if (!topic.starts_with(root)) return out;
  out.kind = IngestTopic::Kind::reserved;
  if (!topic.starts_with(version)) return out;
  topic.remove_prefix(version.size());
  if (topic.starts_with(backfill)) {
    out.historical = true;
    topic.remove_prefix(backfill.size());
  }
  if (topic == "senml") {
    out.kind = IngestTopic::Kind::senml;
  } else if (topic == "influx") {
    out.kind = IngestTopic::Kind::influx;
  } else if (topic.starts_with(things)) {
    topic.remove_prefix(things.size());
    const std::size_t slash = topic.find('/');
    out.thing = topic.substr(0, slash);
    if (slash != std::string_view::npos) out.property = topic.substr(slash + 1);
    const bool named = !out.thing.empty() && out.property.find('/') == std::string_view::npos;
    if (named && slash == std::string_view::npos) out.kind = IngestTopic::Kind::thing;
    if (named && !out.property.empty()) out.kind = IngestTopic::Kind::property;
  }
  return out;
}

void MqttIngest::refuse(std::string_view payload, Error error) {
  batch_.refused.push_back({0, codec::shown_message(payload), std::move(error)});
}

Status MqttIngest::decode(const IngestTopic& topic, const mqtt::Publish& publish,
                          std::int64_t influx_unit_ns) {
  const codec::DecodeContext context{.now = clock_.now(),
                                     .thing = topic.thing,
                                     .property = topic.property,
                                     .zone = zone_,
                                     .influx_unit_ns = influx_unit_ns};
  codec::Format format = codec::Format::plain;
  if (topic.kind == IngestTopic::Kind::influx) {
    format = codec::Format::influx;
  } else if (topic.kind == IngestTopic::Kind::sta) {
    format = codec::Format::sta;
  } else if (topic.kind != IngestTopic::Kind::property) {
    const auto type = publish.properties.text(mqtt::Property::content_type);
    format = codec::sniff(type, {}, publish.payload);
  }
  if (format == codec::Format::unknown) {
    return fail(Code::unsupported,
                "the format is not known; send SenML, or name it as the content type");
  }
  return decoder_.decode(format, publish.payload, context, batch_);
}

Result<watch::Receipt> MqttIngest::take(const IngestTopic& topic, const mqtt::Publish& publish,
                                        watch::Sender& sender) {
  batch_.clear();
  Remarks remarks = read_remarks(publish.properties);
  sender.sequence = remarks.sequence;
  sender.historical = topic.historical || remarks.historical;
  if (remarks.sequence > 0 && sender.name.empty()) {
    remarks.error = Error{Code::invalid,
                          "the user property sequence counts the messages of one sender: it needs "
                          "an identity",
                          "user property"};
  }
  if (remarks.error) {
    refuse(publish.payload, std::move(*remarks.error));
  } else if (auto decoded = decode(topic, publish, remarks.influx_unit_ns); !decoded) {
    refuse(publish.payload, std::move(decoded.error()));
  }
  return intake_.submit(sender, batch_);
}

}  // namespace cairn::server
