// SPDX-License-Identifier: Apache-2.0
#include "server/probe_store.hpp"

#include <array>

#include "core/text.hpp"
#include "server/detail/json.hpp"

namespace cairn::server {
namespace {

constexpr std::array<const char*, 1> steps{
    "CREATE TABLE web_service("
    "id TEXT PRIMARY KEY, zh TEXT NOT NULL, en TEXT NOT NULL, url TEXT NOT NULL,"
    "owner TEXT NOT NULL, thing TEXT NOT NULL, region TEXT NOT NULL, state INTEGER NOT NULL,"
    "token TEXT NOT NULL, registered_by TEXT NOT NULL, registered_at INTEGER NOT NULL,"
    "confirmed_by TEXT NOT NULL, confirmed_at INTEGER, confirmed_how TEXT NOT NULL,"
    "last_at INTEGER, last_seconds REAL, last_requests INTEGER, findings TEXT);"
    "CREATE TABLE web_service_event("
    "number INTEGER PRIMARY KEY, service TEXT NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL,"
    "action TEXT NOT NULL, note TEXT NOT NULL);"
    "CREATE INDEX web_service_event_of ON web_service_event(service, number);"};

constexpr std::string_view columns =
    "SELECT id, zh, en, url, owner, thing, region, state, token, registered_by, registered_at,"
    " confirmed_by, confirmed_at, confirmed_how, last_at, last_seconds, last_requests, findings"
    " FROM web_service";

std::string findings_text(const std::vector<KeptFinding>& findings) {
  Json out = Json::array();
  for (const KeptFinding& finding : findings) {
    out.push_back({{"check", finding.check},
                   {"passed", finding.passed ? Json(*finding.passed) : Json(nullptr)},
                   {"severity", finding.severity},
                   {"value", json_number(finding.value)},
                   {"unit", finding.unit},
                   {"zh", finding.text.zh},
                   {"en", finding.text.en}});
  }
  return json_text(out);
}

std::vector<KeptFinding> read_findings(const std::string& text) {
  std::vector<KeptFinding> out;
  const Json list = Json::parse(text, nullptr, false);
  if (!list.is_array()) return out;
  for (const Json& item : list) {
    if (!item.is_object()) continue;
    KeptFinding finding;
    finding.check = item.value("check", "");
    if (item.contains("passed") && item["passed"].is_boolean()) {
      finding.passed = item["passed"].get<bool>();
    }
    finding.severity = item.value("severity", "none");
    if (item.contains("value") && item["value"].is_number()) {
      finding.value = item["value"].get<double>();
    }
    finding.unit = item.value("unit", "");
    finding.text = {item.value("zh", ""), item.value("en", "")};
    out.push_back(std::move(finding));
  }
  return out;
}

WebService read_row(const store::Statement& row) {
  WebService out;
  out.id = row.text(0);
  out.label = {row.text(1), row.text(2)};
  out.url = row.text(3);
  out.owner = row.text(4);
  out.thing = row.text(5);
  out.region = row.text(6);
  out.state = static_cast<ServiceState>(row.integer(7));
  out.token = row.text(8);
  out.registered_by = row.text(9);
  out.registered_at = {row.integer(10)};
  out.confirmed_by = row.text(11);
  if (!row.is_null(12)) out.confirmed_at = Instant{row.integer(12)};
  out.confirmed_how = row.text(13);
  if (!row.is_null(14)) {
    out.last = Measured{{row.integer(14)},
                        row.number(15),
                        static_cast<int>(row.integer(16)),
                        read_findings(row.text(17))};
  }
  return out;
}

Status add_event(store::Ledger::Write& write, std::string_view id, const ServiceEvent& event) {
  auto row = write.db().prepare(
      "INSERT INTO web_service_event(service, at, actor, action, note) VALUES(?, ?, ?, ?, ?)");
  if (!row) return fail(row.error());
  return row->bind(1, id)
      .bind(2, event.at.ns)
      .bind(3, event.actor)
      .bind(4, event.action)
      .bind(5, event.note)
      .run();
}

Error unknown(std::string_view id) {
  return {Code::not_found, format("there is no service '{}'", id), {}};
}

}  // namespace

const char* to_string(ServiceState state) {
  constexpr std::array<const char*, 3> names{"registered", "confirmed", "withdrawn"};
  return names[static_cast<std::size_t>(state)];
}

std::vector<KeptFinding> kept(const std::vector<probe::Finding>& findings) {
  std::vector<KeptFinding> out;
  for (const probe::Finding& finding : findings) {
    out.push_back({std::string(finding.check->id), finding.passed,
                   probe::to_string(finding.severity), finding.value, finding.unit, finding.text});
  }
  return out;
}

Result<std::unique_ptr<ProbeStore>> ProbeStore::open(store::Ledger& ledger) {
  if (auto made = ledger.ensure({"web_service", steps}); !made) return fail(made.error());
  return std::unique_ptr<ProbeStore>(new ProbeStore(ledger));
}

Result<std::vector<WebService>> ProbeStore::list() const {
  const auto read = ledger_.read();
  auto rows = read.db().prepare(std::string(columns) + " ORDER BY id");
  if (!rows) return fail(rows.error());
  std::vector<WebService> out;
  while (true) {
    const auto more = rows->step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back(read_row(*rows));
  }
}

Result<WebService> ProbeStore::find(std::string_view id) const {
  const auto read = ledger_.read();
  auto rows = read.db().prepare(std::string(columns) + " WHERE id = ?");
  if (!rows) return fail(rows.error());
  const auto found = rows->bind(1, id).step();
  if (!found) return fail(found.error());
  if (!*found) return fail(unknown(id));
  return read_row(*rows);
}

Result<std::vector<ServiceEvent>> ProbeStore::events(std::string_view id) const {
  const auto read = ledger_.read();
  auto rows = read.db().prepare(
      "SELECT at, actor, action, note FROM web_service_event WHERE service = ?"
      " ORDER BY number DESC LIMIT 200");
  if (!rows) return fail(rows.error());
  rows->bind(1, id);
  std::vector<ServiceEvent> out;
  while (true) {
    const auto more = rows->step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out.push_back({{rows->integer(0)}, rows->text(1), rows->text(2), rows->text(3)});
  }
}

Status ProbeStore::add(const WebService& service) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  auto row = write->db().prepare(
      "INSERT INTO web_service(id, zh, en, url, owner, thing, region, state, token, registered_by,"
      " registered_at, confirmed_by, confirmed_how) VALUES(?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, '', '')"
      " ON CONFLICT(id) DO NOTHING");
  if (!row) return fail(row.error());
  auto done = row->bind(1, service.id)
                  .bind(2, service.label.zh)
                  .bind(3, service.label.en)
                  .bind(4, service.url)
                  .bind(5, service.owner)
                  .bind(6, service.thing)
                  .bind(7, service.region)
                  .bind(8, service.token)
                  .bind(9, service.registered_by)
                  .bind(10, service.registered_at.ns)
                  .run();
  if (!done) return done;
  if (write->db().changes() == 0) {
    return fail(Code::conflict, format("there is a service '{}' already", service.id), "/id");
  }
  done = add_event(*write, service.id,
                   {service.registered_at, service.registered_by, "register", service.url});
  return done ? write->commit() : done;
}

Status ProbeStore::confirm(const WebService& service, std::string_view actor, std::string_view how,
                           std::string_view note, Instant now) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  auto row = write->db().prepare(
      "UPDATE web_service SET state = 1, confirmed_by = ?, confirmed_at = ?, confirmed_how = ?"
      " WHERE id = ? AND token = ?");
  if (!row) return fail(row.error());
  auto done = row->bind(1, actor)
                  .bind(2, now.ns)
                  .bind(3, how)
                  .bind(4, service.id)
                  .bind(5, service.token)
                  .run();
  if (!done) return done;
  if (write->db().changes() == 0) {
    return fail(Code::conflict, format("'{}' was withdrawn meanwhile", service.id));
  }
  const std::string text = std::string(how) + (note.empty() ? "" : ": ") + std::string(note);
  done = add_event(*write, service.id, {now, std::string(actor), "confirm", text});
  return done ? write->commit() : done;
}

Status ProbeStore::note(std::string_view id, const ServiceEvent& event) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  auto done = add_event(*write, id, event);
  return done ? write->commit() : done;
}

Status ProbeStore::withdraw(std::string_view id, std::string_view actor, std::string_view reason,
                            std::string_view new_token, Instant now) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  auto row = write->db().prepare(
      "UPDATE web_service SET state = 2, confirmed_by = '', confirmed_at = NULL,"
      " confirmed_how = '', token = ? WHERE id = ?");
  if (!row) return fail(row.error());
  auto done = row->bind(1, new_token).bind(2, id).run();
  if (!done) return done;
  if (write->db().changes() == 0) return fail(unknown(id));
  done = add_event(*write, id, {now, std::string(actor), "withdraw", std::string(reason)});
  return done ? write->commit() : done;
}

Status ProbeStore::keep(std::string_view id, const Measured& measured) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  auto row = write->db().prepare(
      "UPDATE web_service SET last_at = ?, last_seconds = ?, last_requests = ?, findings = ?"
      " WHERE id = ? AND state = 1");
  if (!row) return fail(row.error());
  auto done = row->bind(1, measured.at.ns)
                  .bind(2, measured.seconds)
                  .bind(3, std::int64_t{measured.requests})
                  .bind(4, findings_text(measured.findings))
                  .bind(5, id)
                  .run();
  if (!done) return done;
  if (write->db().changes() == 0) {
    return fail(Code::conflict, format("the service '{}' is not confirmed any more", id));
  }
  return write->commit();
}

}  // namespace cairn::server
