// SPDX-License-Identifier: Apache-2.0
// Every limit has a name and a reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cairn::limits {

// A formula is read by people; the longest useful one seen in practice is under 2 kB.
inline constexpr std::size_t formula_bytes = 64 * 1024;
// Nesting costs stack in every recursive walk; people stop reading at ten.
inline constexpr int formula_depth = 200;
// Indicators that name indicators: a chain longer than this is a mistake.
inline constexpr int indicator_depth = 64;

// Samples of one series in one window: 12 days at a second's spacing. A live series keeps as many
// for its windows, 16 B each and a sixth more.
inline constexpr std::size_t window_samples = std::size_t{1} << 20;

// One import or one POST: a province's sites with all columns are about 40 MB.
inline constexpr std::size_t import_bytes = std::size_t{64} << 20;
inline constexpr std::size_t import_records = 1'000'000;
// Values of one import (a row may hold several): about 100 B each until they are kept.
inline constexpr std::size_t import_values = 4'000'000;
// Accepted rows that a preview shows.
inline constexpr std::size_t import_sample = 20;
// Row errors that are reported one by one; the rest is counted.
inline constexpr std::size_t reported_errors = 100;
// One field of a CSV record.
inline constexpr std::size_t csv_field_bytes = std::size_t{1} << 20;
inline constexpr std::size_t csv_columns = 2'000;
// One YAML file of a pack or region (plan claims with quotes are about 300 kB).
inline constexpr std::size_t yaml_bytes = std::size_t{8} << 20;
inline constexpr int yaml_depth = 64;
inline constexpr std::size_t geojson_bytes = std::size_t{256} << 20;
inline constexpr std::size_t geometry_points = 5'000'000;

// One message of a device or gateway: a pack of 10,000 SenML records is about 0.7 MB.
inline constexpr std::size_t ingest_message_bytes = std::size_t{1} << 20;
// Its readings and refused records together; collectors send at most 10,000 at once.
inline constexpr std::size_t ingest_readings = 65'536;
// A remote-write message unpacked: 65,536 readings with about 100 B of labels each.
inline constexpr std::size_t ingest_unpacked_bytes = std::size_t{8} << 20;
// A thing's id, a property's name or a unit in a message; URNs of devices have up to 60 bytes.
inline constexpr std::size_t ingest_name_bytes = 256;
// Nesting of a message's JSON or CBOR; the formats need four levels, extensions may add some.
inline constexpr int ingest_depth = 32;
// What is kept of a refused record, for those who look for the mistake.
inline constexpr std::size_t refused_text_bytes = 500;

// Readings that are acknowledged or wait for it, and not yet applied: half a second at two million
// a second. Beyond it senders are asked to come again.
inline constexpr std::size_t ingest_queue_bytes = std::size_t{32} << 20;

// HTTP.
inline constexpr std::size_t http_header_bytes = 16 * 1024;
// Open consoles and devices that keep their connection; one that waits costs about 2 kB.
inline constexpr int http_connections = 10'000;
inline constexpr int http_request_seconds = 30;
// A request whose body is decoded on the socket thread: 10,000 readings there are about 1 ms.
inline constexpr std::size_t http_quick_bytes = std::size_t{256} << 10;
// Requests of one connection that wait for their answer; twice the packs that a commit holds.
inline constexpr std::size_t http_unanswered = 256;
// Answers that a client does not take: no more of its requests are read.
inline constexpr std::size_t http_output_bytes = std::size_t{1} << 20;
// What one stream of events sends at a time.
inline constexpr std::size_t stream_chunk_bytes = std::size_t{256} << 10;
// Events that a client who lost its connection can still fetch: minutes of a busy province.
inline constexpr std::size_t event_ring = 65'536;
inline constexpr std::size_t event_ring_bytes = std::size_t{32} << 20;

// MQTT. Ten thousand devices at one door; each costs two file descriptors of kernel and about
// 1 KiB of ours at rest.
inline constexpr std::size_t mqtt_connections = 10'000;
// A gateway's pack of thousands of readings is under 300 kB.
inline constexpr std::size_t mqtt_packet_bytes = std::size_t{1} << 20;
// Before the client is known: client id, will, name and token are at most 64 KiB together.
inline constexpr std::size_t mqtt_connect_bytes = 64 * 1024;
// Half-received packets of all clients together.
inline constexpr std::size_t mqtt_input_bytes = std::size_t{256} << 20;
// Messages of one client that wait for the disk: more does not make a group commit better.
inline constexpr std::uint16_t mqtt_receive_maximum = 1'024;
inline constexpr std::uint16_t mqtt_topic_aliases = 64;
// Messages under way to one subscriber, and waiting for it; alerts are few and small.
inline constexpr std::size_t mqtt_in_flight = 64;
inline constexpr std::size_t mqtt_queued_messages = 4'096;
inline constexpr std::size_t mqtt_queued_bytes = std::size_t{4} << 20;
// All sessions' waiting messages together.
inline constexpr std::size_t mqtt_queued_total_bytes = std::size_t{256} << 20;
// Bytes that a client did not take yet; beyond it is a slow consumer.
inline constexpr std::size_t mqtt_output_bytes = std::size_t{4} << 20;
// Sessions with those whose client is away, and how long they are kept.
inline constexpr std::size_t mqtt_sessions = 20'000;
inline constexpr std::uint32_t mqtt_session_seconds = 7 * 86'400;
// A device that is silent for longer is taken for gone (1.5 times this).
inline constexpr std::uint32_t mqtt_keep_alive_seconds = 3'600;
inline constexpr std::size_t mqtt_subscriptions_per_session = 256;
inline constexpr std::size_t mqtt_subscriptions = 200'000;
inline constexpr std::size_t mqtt_topic_levels = 32;
// Last values of indicators of a province (towns x indicators) and open alerts.
inline constexpr std::size_t mqtt_retained = 50'000;
inline constexpr std::size_t mqtt_retained_bytes = std::size_t{64} << 20;
// Messages of the server itself on their way to the MQTT thread.
inline constexpr std::size_t mqtt_mailbox = 100'000;
// Addresses whose requests are counted apart, at what is open to anybody; about 100 B each.
inline constexpr std::size_t gate_peers = 20'000;
// Page sizes of collections.
inline constexpr std::size_t page_default = 100;
inline constexpr std::size_t page_max = 10'000;

}  // namespace cairn::limits
