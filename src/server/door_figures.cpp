// SPDX-License-Identifier: Apache-2.0
#include "server/door_figures.hpp"

#include <string>

namespace cairn::server {
namespace {

class Figures {
 public:
  Figures(std::vector<Gauge>& gauges, std::string door)
      : gauges_(gauges), prefix_("cairn_" + std::move(door) + "_") {}
  template <typename T>
  void total(const char* name, const char* help, const T& value) {
    add(std::string(name) + "_total", help, "counter", value);
  }
  template <typename T>
  void now(const char* name, const char* help, const T& value) {
    add(name, help, "gauge", value);
  }

 private:
  template <typename T>
  void add(std::string name, const char* help, const char* type, const T& value) {
    gauges_.push_back({prefix_ + name, help, type, static_cast<double>(value.load())});
  }

  std::vector<Gauge>& gauges_;
  std::string prefix_;
};

}  // namespace

void add_ingest_gauges(std::vector<Gauge>& gauges, const IngestCounters& counters) {
  Figures door(gauges, "http_ingest");
  door.total("messages", "Messages with readings that came by HTTP.", counters.messages);
  door.total("received_bytes", "Bytes of bodies, as they were sent.", counters.bytes);
  door.total("readings", "Readings accepted.", counters.accepted);
  door.total("refused", "Readings, or whole messages, that were refused.", counters.refused);
  door.total("denied", "Messages without the right to write.", counters.denied);
  door.total("throttled", "Messages answered 429: the queue was full.", counters.throttled);
  door.total("failed", "Messages answered 507: they did not come to the disk.", counters.failed);
}

void add_mqtt_gauges(std::vector<Gauge>& gauges, const MqttCounters& counters) {
  Figures door(gauges, "mqtt");
  door.now("connections", "Open connections.", counters.connections);
  door.now("sessions", "Sessions, with those whose client is away.", counters.sessions);
  door.total("connections_accepted", "CONNECTs that were accepted.", counters.accepted);
  door.total("connections_refused", "CONNECTs and connections turned away.", counters.refused);
  door.total("messages", "PUBLISH packets that came.", counters.received);
  door.total("readings", "Readings accepted.", counters.readings);
  door.total("refused", "Readings that were refused.", counters.rejected);
  door.total("acknowledged", "Messages acknowledged when they were on disk.",
             counters.acknowledged);
  door.total("delivered", "PUBLISH packets sent to subscribers.", counters.delivered);
  door.total("dropped", "Messages not kept for subscribers that were away or slow.",
             counters.dropped);
  door.total("slow_consumers", "Clients disconnected because they read too slowly.",
             counters.slow_consumers);
  door.total("revoked", "Connections ended: new secret, other rights, blocked, retired.",
             counters.revoked);
  door.total("protocol_errors", "Clients disconnected for breaking the protocol.",
             counters.protocol_errors);
  door.total("paused", "Times that reading stopped because the queue was full.", counters.paused);
  door.total("received_bytes", "Bytes received.", counters.bytes_received);
  door.total("sent_bytes", "Bytes sent.", counters.bytes_sent);
}

void add_coap_gauges(std::vector<Gauge>& gauges, const CoapCounters& counters) {
  Figures door(gauges, "coap");
  door.total("messages", "Requests; blocks of a body are counted one by one.", counters.messages);
  door.total("repeated", "Requests that had come before.", counters.repeated);
  door.total("readings", "Readings accepted.", counters.accepted);
  door.total("refused", "Readings, or whole messages, that were refused.", counters.refused);
  door.total("revoked", "DTLS sessions ended: new secret, other rights, blocked, retired.",
             counters.revoked);
  door.total("denied", "Messages without the right to write.", counters.denied);
  door.total("unavailable", "Messages answered 5.03: the queue or the disk was full.",
             counters.unavailable);
  door.total("received_bytes", "Bytes of payloads received.", counters.bytes_received);
  door.now("waiting", "Requests that wait for the disk.", counters.waiting);
  door.now("observers", "Clients that observe the alerts.", counters.observers);
}

void add_hj212_gauges(std::vector<Gauge>& gauges, const Hj212Counters& counters) {
  Figures door(gauges, "hj212");
  door.now("connections", "Open connections.", counters.connections);
  door.total("turned_away", "Connections closed at once: too many.", counters.turned_away);
  door.total("frames", "Frames that were right.", counters.frames);
  door.total("wrong_frames", "Frames that were diagnosed and refused.", counters.wrong_frames);
  door.total("strangers", "Frames of instruments that nobody has approved.", counters.strangers);
  door.total("denied", "Frames with a wrong password, or of blocked instruments.", counters.denied);
  door.total("readings", "Readings accepted.", counters.readings);
  door.total("refused", "Readings that were refused.", counters.refused);
  door.total("flagged", "Values not taken: fault, calibration, maintenance and the like.",
             counters.flagged);
  door.total("unnamed", "Values that no pack takes.", counters.unnamed);
  door.total("historical", "Readings that came late.", counters.historical);
  door.total("acknowledged", "Messages acknowledged when they were on disk.",
             counters.acknowledged);
  door.total("unavailable", "Messages not taken: the queue or the disk was full.",
             counters.unavailable);
  door.total("requests", "Requests to instruments.", counters.requests);
  door.total("received_bytes", "Bytes received.", counters.bytes_received);
}

}  // namespace cairn::server
