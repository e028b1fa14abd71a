// SPDX-License-Identifier: Apache-2.0
#include "device/book_store.hpp"

#include <array>
#include <utility>

#include "core/text.hpp"

namespace cairn::device {
namespace {

using std::int64_t;
using store::Statement;

constexpr std::array<const char*, 1> steps{R"sql(
CREATE TABLE device (
  id TEXT PRIMARY KEY, protocol TEXT NOT NULL, identity TEXT NOT NULL, status TEXT NOT NULL,
  reason TEXT NOT NULL, label_zh TEXT NOT NULL, label_en TEXT NOT NULL, vendor TEXT NOT NULL,
  model TEXT NOT NULL, serial TEXT NOT NULL, firmware TEXT NOT NULL, calibrated_on TEXT NOT NULL,
  calibration_due TEXT NOT NULL, every_s INTEGER NOT NULL, rights TEXT NOT NULL,
  simulated INTEGER NOT NULL, thing TEXT NOT NULL, type TEXT NOT NULL, region TEXT NOT NULL,
  lon REAL, lat REAL, estimated INTEGER NOT NULL, registered_at INTEGER NOT NULL,
  registered_by TEXT NOT NULL, peer TEXT NOT NULL, system TEXT NOT NULL, sample TEXT NOT NULL,
  digest TEXT NOT NULL, secret TEXT NOT NULL, offered TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX device_identity ON device (protocol, identity) WHERE status <> 'retired';
CREATE TABLE device_step (
  number INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, at INTEGER NOT NULL,
  actor TEXT NOT NULL, action TEXT NOT NULL, note TEXT NOT NULL);
CREATE INDEX device_step_device ON device_step (device, number);
CREATE TABLE device_count (
  device TEXT PRIMARY KEY, messages INTEGER NOT NULL, readings INTEGER NOT NULL,
  faults TEXT NOT NULL, offset_ns INTEGER, first_heard INTEGER, last_heard INTEGER,
  trouble_fault INTEGER, trouble_text TEXT, trouble_at INTEGER, battery REAL, battery_unit TEXT,
  battery_at INTEGER) WITHOUT ROWID;
)sql"};

std::string date_text(const std::optional<Date>& date) {
  return date ? to_string(*date) : std::string();
}
std::optional<Date> date_of_text(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto date = parse_date(text);
  return date ? std::optional(*date) : std::nullopt;
}

void bind(Statement& put, int at, const std::optional<Instant>& t) {
  if (t) {
    put.bind(at, t->ns);
  } else {
    put.bind_null(at);
  }
}
std::optional<Instant> instant(const Statement& row, int at) {
  return row.is_null(at) ? std::nullopt : std::optional(Instant{row.integer(at)});
}

std::string faults_text(const Counts& counts) {
  std::string out;
  for (const std::uint64_t n : counts.faults) out += format("{}{}", out.empty() ? "" : " ", n);
  return out;
}

Result<Device> read_device(const Statement& row) {
  Device out;
  out.id = row.text(0);
  const auto protocol = parse_protocol(row.text(1));
  const auto status = parse_status(row.text(3));
  if (!protocol || !status) {
    return fail(Code::invalid, "its protocol or status is none", "device " + out.id);
  }
  out.protocol = *protocol;
  out.identity = row.text(2);
  out.status = *status;
  out.reason = row.text(4);
  out.facts.label = {row.text(5), row.text(6)};
  out.facts.vendor = row.text(7);
  out.facts.model = row.text(8);
  out.facts.serial = row.text(9);
  out.facts.firmware = row.text(10);
  out.facts.calibrated_on = date_of_text(row.text(11));
  out.facts.calibration_due = date_of_text(row.text(12));
  out.facts.expected_every_s = row.integer(13);
  const std::string rights = row.text(14);
  for (const std::string_view right : split(rights, '\n')) {
    if (!right.empty()) out.facts.rights.emplace_back(right);
  }
  out.facts.simulated = row.integer(15) != 0;
  out.target = {row.text(16), row.text(17), row.text(18), std::nullopt, row.integer(21) != 0};
  if (!row.is_null(19)) out.target.place = Place{row.number(19), row.number(20)};
  out.registered_at = {row.integer(22)};
  out.registered_by = row.text(23);
  out.peer = row.text(24);
  out.system = row.text(25);
  out.sample = row.text(26);
  out.digest = row.text(27);
  out.secret = row.text(28);
  out.offered = row.text(29);
  return out;
}

Counts read_counts(const Statement& row, int at) {
  Counts out;
  if (row.is_null(at)) return out;
  out.messages = static_cast<std::uint64_t>(row.integer(at));
  out.readings = static_cast<std::uint64_t>(row.integer(at + 1));
  const std::string faults = row.text(at + 2);
  std::size_t i = 0;
  for (const std::string_view n : split(faults, ' ')) {
    const auto value = parse_integer(n);
    if (i < fault_kinds && value) out.faults[i++] = static_cast<std::uint64_t>(*value);
  }
  if (!row.is_null(at + 3)) out.clock_offset_ns = row.integer(at + 3);
  out.first_heard = instant(row, at + 4);
  out.last_heard = instant(row, at + 5);
  if (!row.is_null(at + 6)) {
    const auto kind = row.integer(at + 6);
    if (kind >= 0 && kind < static_cast<int64_t>(fault_kinds)) {
      out.trouble =
          Trouble{static_cast<Fault>(kind), row.text(at + 7), Instant{row.integer(at + 8)}};
    }
  }
  if (!row.is_null(at + 9)) {
    out.battery = Battery{row.number(at + 9), row.text(at + 10), Instant{row.integer(at + 11)}};
  }
  return out;
}

void bind_counts(Statement& put, const std::string& device, const Counts& counts) {
  put.bind(1, device).bind(2, static_cast<int64_t>(counts.messages));
  put.bind(3, static_cast<int64_t>(counts.readings)).bind(4, faults_text(counts));
  if (counts.clock_offset_ns) {
    put.bind(5, *counts.clock_offset_ns);
  } else {
    put.bind_null(5);
  }
  bind(put, 6, counts.first_heard);
  bind(put, 7, counts.last_heard);
  if (counts.trouble) {
    put.bind(8, static_cast<int64_t>(counts.trouble->fault)).bind(9, counts.trouble->text);
    put.bind(10, counts.trouble->at.ns);
  } else {
    put.bind_null(8).bind_null(9).bind_null(10);
  }
  if (counts.battery) {
    put.bind(11, counts.battery->value).bind(12, counts.battery->unit);
    put.bind(13, counts.battery->at.ns);
  } else {
    put.bind_null(11).bind_null(12).bind_null(13);
  }
}

cairn::Status run_for(store::Database& db, const char* sql, const std::string& device) {
  auto statement = db.prepare(sql);
  if (!statement) return fail(statement.error());
  return statement->bind(1, device).run();
}

cairn::Status run_device(Result<Statement> put, const Device& device) {
  if (!put) return fail(put.error());
  const Facts& facts = device.facts;
  const Target& target = device.target;
  put->bind(1, device.id).bind(2, to_string(device.protocol)).bind(3, device.identity);
  put->bind(4, to_string(device.status)).bind(5, device.reason);
  put->bind(6, facts.label.zh).bind(7, facts.label.en).bind(8, facts.vendor);
  put->bind(9, facts.model).bind(10, facts.serial).bind(11, facts.firmware);
  put->bind(12, date_text(facts.calibrated_on)).bind(13, date_text(facts.calibration_due));
  put->bind(14, facts.expected_every_s).bind(15, join(facts.rights, "\n"));
  put->bind(16, int64_t{facts.simulated});
  put->bind(17, target.thing).bind(18, target.type).bind(19, target.region);
  if (target.place) {
    put->bind(20, target.place->lon).bind(21, target.place->lat);
  } else {
    put->bind_null(20).bind_null(21);
  }
  put->bind(22, int64_t{target.estimated}).bind(23, device.registered_at.ns);
  put->bind(24, device.registered_by).bind(25, device.peer).bind(26, device.system);
  put->bind(27, device.sample).bind(28, device.digest).bind(29, device.secret);
  put->bind(30, device.offered);
  return put->run();
}

}  // namespace

cairn::Status ensure_tables(store::Ledger& ledger) {
  return ledger.ensure({"devices", steps});
}

cairn::Status put_device(store::Database& db, const Device& device) {
  return run_device(db.prepare("INSERT OR REPLACE INTO device VALUES "
                               "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
                    device);
}

Result<bool> add_device(store::Database& db, const Device& device) {
  auto done =
      run_device(db.prepare("INSERT OR IGNORE INTO device VALUES "
                            "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
                 device);
  if (!done) return fail(done.error());
  return db.changes() > 0;
}

cairn::Status add_step(store::Database& db, const std::string& device, const Step& step) {
  auto put = db.prepare(
      "INSERT INTO device_step (device, at, actor, action, note) VALUES (?, ?, ?, ?, ?)");
  if (!put) return fail(put.error());
  put->bind(1, device).bind(2, step.at.ns).bind(3, step.actor).bind(4, step.action);
  return put->bind(5, step.note).run();
}

cairn::Status put_counts(store::Database& db, std::span<const CountsOf> all) {
  auto put = db.prepare(
      "INSERT OR REPLACE INTO device_count VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (!put) return fail(put.error());
  for (const auto& [device, counts] : all) {
    bind_counts(*put, device, counts);
    if (auto done = put->run(); !done) return done;
  }
  return {};
}

cairn::Status remove_device(store::Database& db, const std::string& device) {
  for (const char* sql :
       {"DELETE FROM device WHERE id = ?", "DELETE FROM device_step WHERE device = ?",
        "DELETE FROM device_count WHERE device = ?"}) {
    if (auto done = run_for(db, sql, device); !done) return done;
  }
  return {};
}

Result<std::vector<Step>> read_steps(const store::Database& db, const std::string& device,
                                     std::size_t most) {
  auto find = db.prepare(
      "SELECT at, actor, action, note FROM device_step WHERE device = ? ORDER BY number DESC "
      "LIMIT ?");
  if (!find) return fail(find.error());
  find->bind(1, device).bind(2, static_cast<int64_t>(most));
  std::vector<Step> out;
  for (;;) {
    const auto row = find->step();
    if (!row) return fail(row.error());
    if (!*row) return out;
    out.push_back({Instant{find->integer(0)}, find->text(1), find->text(2), find->text(3)});
  }
}

cairn::Status read_devices(const store::Database& db,
                           const std::function<void(Device, Counts)>& take) {
  auto find = db.prepare(
      "SELECT d.*, c.messages, c.readings, c.faults, c.offset_ns, c.first_heard, c.last_heard, "
      "c.trouble_fault, c.trouble_text, c.trouble_at, c.battery, c.battery_unit, c.battery_at "
      "FROM device d LEFT JOIN device_count c ON c.device = d.id ORDER BY d.id");
  if (!find) return fail(find.error());
  for (;;) {
    const auto row = find->step();
    if (!row) return fail(row.error());
    if (!*row) return {};
    auto device = read_device(*find);
    if (!device) return fail(device.error());
    take(std::move(*device), read_counts(*find, 30));
  }
}

}  // namespace cairn::device
