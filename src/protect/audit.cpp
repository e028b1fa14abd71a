// SPDX-License-Identifier: Apache-2.0
#include "protect/audit.hpp"

#include <array>

#include "core/text.hpp"
#include "protect/digest.hpp"

namespace cairn::protect {
namespace {

constexpr std::array steps{
    "CREATE TABLE audit (number INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL,"
    " action TEXT NOT NULL, outcome TEXT NOT NULL, region TEXT NOT NULL, unit TEXT NOT NULL,"
    " subject TEXT NOT NULL, peer TEXT NOT NULL, detail TEXT NOT NULL, times INTEGER NOT NULL,"
    " hash TEXT NOT NULL);"
    "CREATE INDEX audit_actor ON audit (actor, number);"
    "CREATE INDEX audit_subject ON audit (subject, number);"
    // The last row again: rows taken off the end are missed.
    "CREATE TABLE audit_head (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL,"
    " hash TEXT NOT NULL);"
    "INSERT INTO audit_head VALUES (1, 0, '');"};

constexpr const char* columns =
    "number, at, actor, action, outcome, region, unit, subject, peer, detail, times, hash";
constexpr std::size_t name_characters = 120;
constexpr std::size_t detail_characters = 500;
// Of refusals alike, a minute: a person who tries again and again is seen, a flood fills no disk.
constexpr int rows_a_minute = 20;
constexpr std::size_t bursts_most = 4096;
constexpr std::int64_t minute_ns = 60 * ns_per_second;
constexpr std::int64_t verify_rows = 2000;  // read at once, so that others can read between

// As much of a text as fits, without control characters and with every byte readable.
std::string tidy(std::string_view text, std::size_t characters) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t n = 0; at < text.size(); ++n) {
    if (n == characters) return out + "…";
    const char32_t c = next_code_point(text, at);
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x202A && c <= 0x202E) ||
                         (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029;
    append_utf8(out, control ? U' ' : c);
  }
  return out;
}

void tidy(AuditRow& row) {
  for (std::string* text :
       {&row.actor, &row.action, &row.region, &row.unit, &row.subject, &row.peer}) {
    *text = tidy(*text, name_characters);
  }
  row.detail = tidy(row.detail, detail_characters);
}

// Lengths stand before the texts: no two rows read alike.
std::string digest_of(const std::string& before, const AuditRow& row) {
  std::string content;
  const auto add = [&](std::string_view text) { content += format("{}:{}", text.size(), text); };
  add(before);
  add(std::to_string(row.number));
  add(std::to_string(row.at.ns));
  for (const std::string* text : {&row.actor, &row.action}) add(*text);
  add(to_string(row.outcome));
  for (const std::string* text : {&row.region, &row.unit, &row.subject, &row.peer, &row.detail}) {
    add(*text);
  }
  add(std::to_string(row.times));
  return sha256_hex(content);
}

AuditRow read_row(const store::Statement& from) {
  AuditRow row;
  row.number = static_cast<std::uint64_t>(from.integer(0));
  row.at = {from.integer(1)};
  row.actor = from.text(2);
  row.action = from.text(3);
  row.outcome = parse_outcome(from.text(4)).value_or(Outcome::failed);
  row.region = from.text(5);
  row.unit = from.text(6);
  row.subject = from.text(7);
  row.peer = from.text(8);
  row.detail = from.text(9);
  row.times = static_cast<std::uint64_t>(from.integer(10));
  return row;
}

struct Head {
  std::int64_t number = 0;
  std::string hash;
  std::int64_t count = 0;  // rows there are
};
Result<Head> read_head(const store::Database& db) {
  auto found =
      db.prepare("SELECT number, hash, (SELECT count(*) FROM audit) FROM audit_head WHERE id = 1");
  if (!found) return fail(found.error());
  const auto row = found->step();
  if (!row) return fail(row.error());
  if (!*row) return fail(Code::conflict, "the audit trail has lost its head");
  return Head{found->integer(0), found->text(1), found->integer(2)};
}

// What is wrong with a row, or "".
std::string trouble_of(const store::Statement& rows, const AuditRow& row, const Head& before) {
  if (static_cast<std::int64_t>(row.number) != before.number + 1) {
    return format("row {} is missing", before.number + 1);
  }
  if (rows.text(4) != to_string(row.outcome) || rows.text(11) != digest_of(before.hash, row)) {
    return format("row {} is not what was written, or the row before it was changed", row.number);
  }
  return {};
}

}  // namespace

const char* to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::allowed:
      return "allowed";
    case Outcome::refused:
      return "refused";
    case Outcome::failed:
      return "failed";
    case Outcome::done:
      return "done";
  }
  return "failed";
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  for (const Outcome o : {Outcome::allowed, Outcome::refused, Outcome::failed, Outcome::done}) {
    if (text == to_string(o)) return o;
  }
  return std::nullopt;
}

Result<std::unique_ptr<AuditTrail>> AuditTrail::open(store::Ledger& ledger) {
  if (auto made = ledger.ensure({"audit", steps}); !made) return fail(made.error());
  return std::unique_ptr<AuditTrail>(new AuditTrail(ledger));
}

Status AuditTrail::append(AuditRow row) {
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  if (auto added = append(*write, std::move(row)); !added) return added;
  return write->commit();
}

Status AuditTrail::append(store::Ledger::Write& write, AuditRow row) {
  const auto head = read_head(write.db());
  if (!head) return fail(head.error());
  tidy(row);
  row.number = static_cast<std::uint64_t>(head->number + 1);
  const std::string hash = digest_of(head->hash, row);
  auto insert = write.db().prepare(
      format("INSERT INTO audit ({}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", columns));
  if (!insert) return fail(insert.error());
  const auto number = static_cast<std::int64_t>(row.number);
  insert->bind(1, number).bind(2, row.at.ns).bind(3, row.actor).bind(4, row.action);
  insert->bind(5, to_string(row.outcome)).bind(6, row.region).bind(7, row.unit);
  insert->bind(8, row.subject).bind(9, row.peer).bind(10, row.detail);
  insert->bind(11, static_cast<std::int64_t>(row.times)).bind(12, hash);
  if (auto done = insert->run(); !done) return done;
  auto update = write.db().prepare("UPDATE audit_head SET number = ?, hash = ? WHERE id = 1");
  if (!update) return fail(update.error());
  return update->bind(1, number).bind(2, hash).run();
}

Status AuditTrail::append_refusal(AuditRow row) {
  {
    const std::lock_guard lock(mutex_);
    std::string key = format("{}\n{}\n{}", row.peer, row.actor, row.action);
    // Beyond so many kinds all further ones count together.
    if (bursts_.size() >= bursts_most && !bursts_.contains(key)) {
      std::erase_if(bursts_, [&](const auto& item) {
        return item.second.more == 0 && row.at >= item.second.since + minute_ns;
      });
      if (bursts_.size() >= bursts_most) key = "\n\n";
    }
    Burst& burst = bursts_[key];
    if (burst.rows == 0 || row.at >= burst.since + minute_ns || row.at < burst.since) {
      row.times += burst.more;
      burst = {row.at, 1, 0, {}};
    } else if (burst.rows < rows_a_minute) {
      ++burst.rows;
    } else {
      ++burst.more;
      burst.last = std::move(row);
      return {};
    }
  }
  return append(std::move(row));
}

Status AuditTrail::flush() {
  std::vector<AuditRow> rows;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [key, burst] : bursts_) {
      if (burst.more == 0) continue;
      burst.last.times = std::exchange(burst.more, 0);
      rows.push_back(std::move(burst.last));
    }
  }
  if (rows.empty()) return {};
  auto write = ledger_.begin();
  if (!write) return fail(write.error());
  for (AuditRow& row : rows) {
    if (auto added = append(*write, std::move(row)); !added) return added;
  }
  return write->commit();
}

Result<AuditPage> AuditTrail::find(const AuditQuery& query) const {
  const auto read = ledger_.read();
  auto rows =
      read.db().prepare(format("SELECT {} FROM audit WHERE number < ?1 AND (?2 = '' OR actor = ?2)"
                               " AND (?3 = '' OR action = ?3) AND (?4 = '' OR outcome = ?4)"
                               " AND (?5 = '' OR subject = ?5) AND at >= ?6 AND at < ?7"
                               " ORDER BY number DESC LIMIT ?8",
                               columns));
  if (!rows) return fail(rows.error());
  const bool newest = query.before == 0 || query.before > INT64_MAX;
  rows->bind(1, newest ? INT64_MAX : static_cast<std::int64_t>(query.before));
  rows->bind(2, query.actor).bind(3, query.action);
  rows->bind(4, query.outcome ? to_string(*query.outcome) : "").bind(5, query.subject);
  rows->bind(6, query.from.value_or(Instant::min()).ns);
  rows->bind(7, query.to.value_or(Instant::max()).ns);
  rows->bind(8, static_cast<std::int64_t>(query.limit + 1));
  AuditPage page;
  while (true) {
    const auto row = rows->step();
    if (!row) return fail(row.error());
    if (!*row) return page;
    if (page.rows.size() == query.limit) {
      page.more = true;
      return page;
    }
    page.rows.push_back(read_row(*rows));
  }
}

Result<AuditCheck> AuditTrail::verify(const std::string& head) const {
  AuditCheck out;
  bool seen = head.empty();
  Head before;
  Head end;
  {
    const auto read = ledger_.read();
    const auto last = read_head(read.db());
    if (!last) return fail(last.error());
    end = *last;
  }
  for (bool more = true; more;) {
    const auto read = ledger_.read();
    auto rows = read.db().prepare(format(
        "SELECT {} FROM audit WHERE number > ? AND number <= ? ORDER BY number LIMIT ?", columns));
    if (!rows) return fail(rows.error());
    rows->bind(1, before.number).bind(2, end.number).bind(3, verify_rows);
    more = false;
    while (true) {
      const auto step = rows->step();
      if (!step) return fail(step.error());
      if (!*step) break;
      more = true;
      const AuditRow row = read_row(*rows);
      out.trouble = trouble_of(*rows, row, before);
      if (!out.trouble.empty()) {
        out.wrong = static_cast<std::uint64_t>(before.number + 1);
        return out;
      }
      before = {static_cast<std::int64_t>(row.number), rows->text(11), 0};
      out.rows = row.number;
      seen = seen || before.hash == head;
    }
  }
  out.head = before.hash;
  if (before.number != end.number || before.hash != end.hash) {
    out.wrong = static_cast<std::uint64_t>(before.number + 1);
    out.trouble = format("rows {} to {} are missing", before.number + 1, end.number);
  } else if (end.count != end.number) {
    out.wrong = static_cast<std::uint64_t>(end.number + 1);
    out.trouble = "there are rows that were not written here";
  } else if (!seen) {
    out.wrong = 0;
    out.trouble = "no row has the digest of the earlier check: the trail was written anew";
  }
  return out;
}

}  // namespace cairn::protect
