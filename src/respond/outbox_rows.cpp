// SPDX-License-Identifier: Apache-2.0
// What is read of the outbox.
#include "respond/detail/outbox_rows.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/text.hpp"

namespace cairn::respond {

using store::Database;
using store::Statement;

namespace {

constexpr std::size_t line_bytes = 500;

constexpr std::string_view columns =
    "d.channel, d.number, d.delivery, d.state, d.digest, d.attempts, d.next, d.hold, d.ended, "
    "d.given_up_by, d.trouble, d.receipt, d.progress, p.key, p.topic, p.subject, p.region, "
    "p.recipient, p.title, p.text, p.cap_xml, p.json, p.urgent, p.status, p.posted "
    "FROM outbox_delivery d JOIN outbox_posting p ON p.id = d.posting";

StoredDelivery read_row(const Statement& row) {
  StoredDelivery out;
  Delivery& d = out.delivery;
  d.channel = row.text(0);
  d.number = static_cast<std::uint64_t>(row.integer(1));
  d.id = row.text(2);
  out.state = static_cast<DeliveryState>(row.integer(3));
  out.digest = static_cast<std::uint64_t>(row.integer(4));
  d.attempts = static_cast<int>(row.integer(5));
  d.next = {row.integer(6)};
  out.hold = row.integer(7) != 0;
  if (!row.is_null(8)) {
    (out.state == DeliveryState::delivered ? d.delivered : d.given_up) = Instant{row.integer(8)};
  }
  out.given_up_by = row.text(9);
  d.trouble = row.text(10);
  d.receipt = row.text(11);
  d.progress = row.text(12);
  Posting& p = d.posting;
  p.channel = d.channel;
  p.key = row.text(13);
  p.topic = parse_topic(row.text(14)).value_or(Topic::alert);
  p.subject = row.text(15);
  p.region = row.text(16);
  p.to = row.text(17);
  p.title = row.text(18);
  p.text = row.text(19);
  p.cap_xml = row.text(20);
  p.json = row.text(21);
  p.urgent = row.integer(22) != 0;
  p.status = row.text(23);
  d.posted = {row.integer(24)};
  return out;
}

Result<std::vector<StoredDelivery>> read_rows(Statement& statement) {
  std::vector<StoredDelivery> out;
  while (true) {
    const auto row = statement.step();
    if (!row) return fail(row.error());
    if (!*row) return out;
    out.push_back(read_row(statement));
  }
}

std::optional<Instant> instant_or_none(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Instant{row.integer(column)};
}

Status read_waiting(const Database& db, Queue& queue) {
  auto find = db.prepare(
      "SELECT count(*), min(number), max(hold) FROM outbox_delivery "
      "WHERE channel = ? AND ended IS NULL");
  if (!find) return fail(find.error());
  const auto row = find->bind(1, queue.channel).step();
  if (!row) return fail(row.error());
  queue.waiting = static_cast<std::uint64_t>(find->integer(0));
  queue.held = find->integer(2) != 0;
  if (queue.waiting == 0) return {};
  const auto oldest =
      find_delivery(db, queue.channel, static_cast<std::uint64_t>(find->integer(1)));
  if (!oldest) return fail(oldest.error());
  queue.oldest_waiting = oldest->delivery.posted;
  return {};
}

Result<Queue> read_queue(const Database& db, std::string_view channel) {
  Queue out;
  out.channel = channel;
  auto find = db.prepare(
      "SELECT last_delivery, failing_since, trouble_at, trouble, test_posted, "
      "test_at, test_ok, test_message FROM outbox_channel WHERE id = ?");
  if (!find) return fail(find.error());
  const auto row = find->bind(1, channel).step();
  if (!row) return fail(row.error());
  if (!*row) return out;
  out.last_delivery = instant_or_none(*find, 0);
  out.failing_since = instant_or_none(*find, 1);
  out.last_trouble_at = instant_or_none(*find, 2);
  out.last_trouble = find->text(3);
  out.test_posted = instant_or_none(*find, 4);
  out.test_at = instant_or_none(*find, 5);
  out.test_ok = find->integer(6) != 0;
  out.test_message = find->text(7);
  if (auto done = read_waiting(db, out); !done) return fail(done.error());
  return out;
}

// The heads of a channel's lanes; jumps from lane to lane, however long they are.
constexpr std::string_view heads =
    "WITH RECURSIVE lanes (lane) AS (SELECT min(lane) FROM outbox_delivery "
    "WHERE channel = ?1 AND state = 0 UNION ALL SELECT (SELECT min(lane) FROM outbox_delivery "
    "WHERE channel = ?1 AND state = 0 AND lane > lanes.lane) FROM lanes WHERE lane IS NOT NULL), "
    "heads (number) AS (SELECT (SELECT min(number) FROM outbox_delivery WHERE channel = ?1 "
    "AND lane = lanes.lane AND state = 0) FROM lanes WHERE lane IS NOT NULL) ";

}  // namespace

Result<StoredDelivery> find_delivery(const Database& db, std::string_view channel,
                                     std::uint64_t number) {
  auto find = db.prepare(format("SELECT {} WHERE d.channel = ? AND d.number = ?", columns));
  if (!find) return fail(find.error());
  const auto row = find->bind(1, channel).bind(2, static_cast<std::int64_t>(number)).step();
  if (!row) return fail(row.error());
  if (!*row) {
    return fail(Code::not_found, format("channel '{}' has no delivery {}", channel, number));
  }
  return read_row(*find);
}

Result<std::vector<StoredDelivery>> parked_rows(const Database& db, std::string_view channel,
                                                std::string_view lane, std::int64_t most) {
  auto find =
      db.prepare(format("SELECT {} WHERE d.channel = ? AND d.lane = ? AND d.state = 3 "
                        "ORDER BY d.number LIMIT ?",
                        columns));
  if (!find) return fail(find.error());
  find->bind(1, channel).bind(2, lane).bind(3, most);
  return read_rows(*find);
}

Posting digest_of(const std::vector<StoredDelivery>& rows, std::string_view channel, Zone zone) {
  Posting out;
  out.channel = channel;
  out.topic = rows.front().delivery.posting.topic;
  out.key = format("digest/{}/{}", channel, rows.front().delivery.number);
  out.to = rows.front().delivery.posting.to;
  out.title = format("另有 {0} 条消息 · {0} more messages", rows.size());
  out.status = rows.front().delivery.posting.status;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const StoredDelivery& row : rows) {
    const Posting& posting = row.delivery.posting;
    out.text += format("{}  {}\n", to_string(row.delivery.posted, zone), posting.title);
    if (posting.status == "Actual") out.status = posting.status;
    list.push_back({{"delivery", row.delivery.id},
                    {"topic", to_string(posting.topic)},
                    {"subject", posting.subject},
                    {"region", posting.region},
                    {"title", posting.title},
                    {"status", posting.status},
                    {"posted", to_string(row.delivery.posted, zone)}});
  }
  out.json = list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < line_bytes) {
    const char32_t c = next_code_point(text, at);
    append_utf8(out, c < U' ' || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ? U' ' : c);
  }
  if (at < text.size()) out += "…";
  return out;
}

Result<std::vector<Delivery>> StoredOutbox::of(std::string_view subject) const {
  const auto read = ledger_.read();
  auto find = read.db().prepare(
      format("SELECT {} WHERE p.subject = ? ORDER BY d.channel, d.number", columns));
  if (!find) return fail(find.error());
  auto rows = read_rows(find->bind(1, subject));
  if (!rows) return fail(rows.error());
  std::vector<Delivery> out;
  out.reserve(rows->size());
  for (StoredDelivery& row : *rows) out.push_back(std::move(row.delivery));
  return out;
}

Result<std::optional<Delivery>> StoredOutbox::next(std::string_view channel, Instant now) const {
  const auto read = ledger_.read();
  auto find =
      read.db().prepare(format("{} SELECT {} JOIN heads h ON h.number = d.number "
                               "WHERE d.channel = ?1 AND d.next <= ?2 "
                               "ORDER BY d.number LIMIT 1",
                               heads, columns));
  if (!find) return fail(find.error());
  const auto row = find->bind(1, channel).bind(2, now.ns).step();
  if (!row) return fail(row.error());
  if (!*row) return std::optional<Delivery>();
  return std::optional<Delivery>(read_row(*find).delivery);
}

Result<std::optional<Instant>> StoredOutbox::due(std::string_view channel) const {
  const auto read = ledger_.read();
  auto find =
      read.db().prepare(format("{} SELECT min(d.next) FROM heads h JOIN outbox_delivery d "
                               "ON d.number = h.number WHERE d.channel = ?1",
                               heads));
  if (!find) return fail(find.error());
  const auto row = find->bind(1, channel).step();
  if (!row) return fail(row.error());
  std::optional<Instant> out = instant_or_none(*find, 0);
  const ChannelRoute* known = route(channel);
  if (known == nullptr || !known->digest) return out;
  auto parked = read.db().prepare(
      "SELECT min(COALESCE(b.full, 0)) FROM (SELECT DISTINCT channel, lane FROM outbox_delivery "
      "WHERE channel = ?1 AND state = 3) d LEFT JOIN outbox_bucket b ON b.channel = d.channel "
      "AND b.lane = d.lane");
  if (!parked) return fail(parked.error());
  const auto any = parked->bind(1, channel).step();
  if (!any) return fail(any.error());
  if (const auto full = instant_or_none(*parked, 0)) {
    const Instant token = *full - (known->digest->burst - 1) * known->digest->interval_ns;
    out = out ? std::min(*out, token) : token;
  }
  return out;
}

Result<std::vector<StoredDelivery>> StoredOutbox::deliveries(std::string_view channel,
                                                             const Filter& filter) const {
  const auto read = ledger_.read();
  std::string sql = format("SELECT {} WHERE d.channel = ?1 AND d.number < ?2 ", columns);
  if (filter.state) sql += "AND d.state = ?3 ";
  sql += "ORDER BY d.number DESC LIMIT ?4";
  auto find = read.db().prepare(sql);
  if (!find) return fail(find.error());
  find->bind(1, channel);
  find->bind(2, filter.before == 0 ? INT64_MAX : static_cast<std::int64_t>(filter.before));
  if (filter.state) find->bind(3, static_cast<std::int64_t>(*filter.state));
  find->bind(4, static_cast<std::int64_t>(filter.limit));
  return read_rows(*find);
}

Result<StoredDelivery> StoredOutbox::delivery(std::string_view channel,
                                              std::uint64_t number) const {
  const auto read = ledger_.read();
  return find_delivery(read.db(), channel, number);
}

Result<Queue> StoredOutbox::queue(std::string_view channel) const {
  const auto read = ledger_.read();
  return read_queue(read.db(), channel);
}

Result<std::vector<Queue>> StoredOutbox::queues() const {
  const auto read = ledger_.read();
  std::vector<std::string> ids;
  for (const ChannelRoute& channel : channels_) ids.push_back(channel.id);
  auto find = read.db().prepare(
      "SELECT DISTINCT channel FROM outbox_delivery "
      "WHERE ended IS NULL ORDER BY channel");
  if (!find) return fail(find.error());
  while (true) {
    const auto row = find->step();
    if (!row) return fail(row.error());
    if (!*row) break;
    if (std::ranges::find(ids, find->text(0)) == ids.end()) ids.push_back(find->text(0));
  }
  std::vector<Queue> out;
  for (const std::string& id : ids) {
    auto queue = read_queue(read.db(), id);
    if (!queue) return fail(queue.error());
    out.push_back(std::move(*queue));
  }
  return out;
}

}  // namespace cairn::respond
