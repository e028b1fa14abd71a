// SPDX-License-Identifier: Apache-2.0
#include "sqlite_peer.hpp"

#include "core/text.hpp"

namespace cairn::bench {
namespace {

double number_of(const model::Thing& thing, std::string_view name) {
  for (const auto& [key, value] : thing.properties) {
    if (key != name) continue;
    if (const bool* truth = value.get<bool>()) return *truth ? 1 : 0;
    if (const double* number = value.get<double>()) return *number;
  }
  return -1;
}

std::string text_of(const model::Thing& thing, std::string_view name) {
  for (const auto& [key, value] : thing.properties) {
    if (key == name) return *value.get<std::string>();
  }
  return {};
}

Status fill(store::Database& db, const Synthetic& data) {
  auto site = db.prepare("INSERT INTO site VALUES (?,?,?,?,?,?)");
  auto village = db.prepare("INSERT INTO village VALUES (?,?,?,?,?)");
  auto statistic = db.prepare("INSERT INTO statistic VALUES (?,?,?,?)");
  if (!site || !village || !statistic) return fail(Code::internal, "cannot prepare");
  for (const model::Thing& thing : data.records.things) {
    const std::string county = thing.region.substr(0, 6);
    if (thing.type == "base_station") {
      site->bind(1, county).bind(2, text_of(thing, "tech")).bind(3, text_of(thing, "operator"));
      site->bind(4, number_of(thing, "height")).bind(5, number_of(thing, "power"));
      site->bind(6, thing.valid.begin.ns);
      if (auto done = site->run(); !done) return done;
    } else {
      village->bind(1, county).bind(2, number_of(thing, "population"));
      village->bind(3, number_of(thing, "has_5g")).bind(4, number_of(thing, "has_fibre"));
      const double elevation = number_of(thing, "elevation");
      if (elevation < 0) {
        village->bind_null(5);
      } else {
        village->bind(5, elevation);
      }
      if (auto done = village->run(); !done) return done;
    }
  }
  std::map<std::pair<std::string, int>, std::pair<double, double>> yearly;
  for (const model::Statistic& s : data.records.statistics) {
    auto& cell = yearly[{s.region, date_of(s.period.begin, Zone{8 * 3600}).year}];
    (s.property == "population" ? cell.first : cell.second) = s.value;
  }
  for (const auto& [key, values] : yearly) {
    statistic->bind(1, key.first).bind(2, std::int64_t{key.second});
    statistic->bind(3, values.first).bind(4, values.second);
    if (auto done = statistic->run(); !done) return done;
  }
  return {};
}

}  // namespace

Result<SqlitePeer> SqlitePeer::load(const Synthetic& data) {
  auto db = store::Database::open(":memory:");
  if (!db) return fail(db.error());
  if (auto done = db->execute(
          "CREATE TABLE site(county TEXT, tech TEXT, operator TEXT, height REAL, power REAL,"
          " begin INTEGER);"
          "CREATE TABLE village(county TEXT, population REAL, has_5g REAL, has_fibre REAL,"
          " elevation REAL);"
          "CREATE TABLE statistic(county TEXT, year INTEGER, population REAL, revenue REAL);"
          "BEGIN");
      !done) {
    return fail(done.error());
  }
  if (auto done = fill(*db, data); !done) return fail(done.error());
  if (auto done = db->execute("COMMIT;"
                              "CREATE INDEX site_county ON site(county, tech);"
                              "CREATE INDEX village_county ON village(county);"
                              "CREATE INDEX statistic_county ON statistic(county, year); ANALYZE");
      !done) {
    return fail(done.error());
  }
  return SqlitePeer(std::move(*db));
}

Result<std::map<std::string, double>> SqlitePeer::ask(const std::string& sql, Instant as_of) {
  std::string text = sql;
  if (const std::size_t at = text.find(":t"); at != std::string::npos) {
    text.replace(at, 2, format("{}", as_of.ns));
  }
  auto rows = db_.prepare(text);
  if (!rows) return fail(rows.error());
  std::map<std::string, double> out;
  for (;;) {
    const auto more = rows->step();
    if (!more) return fail(more.error());
    if (!*more) return out;
    out[rows->text(0)] = rows->number(1);
  }
}

}  // namespace cairn::bench
