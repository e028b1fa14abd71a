// SPDX-License-Identifier: Apache-2.0
// Messages on ingest topics into the intake: what a topic names, and what becomes of a payload.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "codec/decode.hpp"
#include "codec/mqtt.hpp"
#include "core/result.hpp"
#include "core/seams.hpp"
#include "core/time.hpp"
#include "model/reading.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

// cairn/v1/things/{thing}/{property}   one reading
// cairn/v1/things/{thing}              SenML or a JSON object of its properties
// cairn/v1/senml, cairn/v1/influx      several things
// cairn/v1/backfill/…                  the same, historical
// v1.1/Observations                    SensorThings (OGC 18-088, 14): names its Datastream
// v1.1/Datastreams('thing:property')/Observations
struct IngestTopic {
  enum class Kind : std::uint8_t { other, reserved, property, thing, senml, influx, sta };
  Kind kind = Kind::other;  // reserved: below cairn/ or $, but no door for messages
  bool historical = false;
  std::string_view thing;
  std::string_view property;
  bool is_ingest() const { return kind > Kind::reserved; }
};
IngestTopic read_ingest_topic(std::string_view topic);

class MqttIngest {
 public:
  MqttIngest(watch::Intake& intake, const Clock& clock, Zone zone)
      : intake_(intake), clock_(clock), zone_(zone) {}

  // Decodes and submits. `sender` keeps its name and rights; sequence and back-fill are set here
  // from the user properties `sequence` and `historical`. Errors are those of the intake.
  Result<watch::Receipt> take(const IngestTopic& topic, const codec::mqtt::Publish& publish,
                              watch::Sender& sender);

 private:
  Status decode(const IngestTopic& topic, const codec::mqtt::Publish& publish,
                std::int64_t influx_unit_ns);
  void refuse(std::string_view payload, Error error);

  watch::Intake& intake_;
  const Clock& clock_;
  Zone zone_;
  codec::Decoder decoder_;
  model::ReadingBatch batch_;
};

}  // namespace cairn::server
