// SPDX-License-Identifier: Apache-2.0
// The registry over a database that has SQL; what differs from one to the other is in `Database`
// and `Transaction` (store/sqlite.hpp, store/postgres.hpp), and in the schema.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "store/registry.hpp"
#include "store/value_text.hpp"

namespace cairn::store {

template <class Database, class Transaction>
class SqlRegistry final : public Registry {
 public:
  explicit SqlRegistry(Database database) : db_(std::move(database)) {}

  Result<std::int64_t> commit(const ImportInfo& info, const model::Records& records) override {
    auto transaction = Transaction::begin(db_);
    if (!transaction) return fail(transaction.error());
    auto insert = db_.prepare(
        "INSERT INTO import(kind, name, encoding, at, records, digest) VALUES (?,?,?,?,?,?)");
    if (!insert) return fail(insert.error());
    insert->bind(1, info.kind).bind(2, info.name).bind(3, info.encoding).bind(4, info.at.ns);
    insert->bind(5, static_cast<std::int64_t>(info.records)).bind(6, info.digest);
    if (auto done = insert->run(); !done) return fail(done.error());
    const std::int64_t id = db_.last_id();
    for (auto step :
         {&SqlRegistry::put_things, &SqlRegistry::put_statistics, &SqlRegistry::put_observations}) {
      if (auto done = (this->*step)(id, records); !done) return fail(done.error());
    }
    if (auto done = transaction->commit(); !done) return fail(done.error());
    return id;
  }

  Status remove(std::int64_t id) override {
    auto statement = db_.prepare("DELETE FROM import WHERE id = ?");
    if (!statement) return fail(statement.error());
    statement->bind(1, id);
    if (auto done = statement->run(); !done) return done;
    if (db_.changes() == 0) return fail(Code::not_found, format("there is no import {}", id));
    return {};
  }

  Result<std::vector<ImportInfo>> imports() const override {
    auto rows =
        db_.prepare("SELECT id, kind, name, encoding, at, records, digest FROM import ORDER BY id");
    if (!rows) return fail(rows.error());
    std::vector<ImportInfo> out;
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return out;
      out.push_back({rows->integer(0), rows->text(1), rows->text(2), rows->text(3),
                     Instant{rows->integer(4)}, static_cast<std::size_t>(rows->integer(5)),
                     rows->text(6)});
    }
  }

  Result<model::Records> records() const override {
    model::Records out;
    for (auto step :
         {&SqlRegistry::get_things, &SqlRegistry::get_statistics, &SqlRegistry::get_observations}) {
      if (auto done = (this->*step)(out); !done) return fail(done.error());
    }
    return out;
  }

 private:
  Status put_things(std::int64_t import, const model::Records& records) {
    auto put = db_.prepare("INSERT INTO thing VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    if (!put) return fail(put.error());
    auto property = db_.prepare("INSERT INTO property VALUES (?,?,?,?)");
    if (!property) return fail(property.error());
    std::int64_t row = 0;
    for (const model::Thing& thing : records.things) {
      put->bind(1, import).bind(2, row).bind(3, thing.id).bind(4, thing.type);
      put->bind(5, thing.region).bind(6, thing.name.zh).bind(7, thing.name.en);
      if (thing.position) {
        put->bind(8, thing.position->x).bind(9, thing.position->y);
      } else {
        put->bind_null(8).bind_null(9);
      }
      put->bind(10, static_cast<std::int64_t>(thing.status)).bind(11, thing.valid.begin.ns);
      put->bind(12, thing.valid.end.ns)
          .bind(13, std::int64_t{thing.estimated})
          .bind(14, thing.source);
      put->bind(15, std::int64_t{thing.beside_estimated});
      if (auto done = put->run(); !done) return done;
      for (const auto& [name, value] : thing.properties) {
        const auto text = value_text(value);
        if (!text) return fail(text.error().code, text.error().message, thing.place);
        property->bind(1, import).bind(2, row).bind(3, name).bind(4, *text);
        if (auto done = property->run(); !done) return done;
      }
      ++row;
    }
    return {};
  }

  Status put_statistics(std::int64_t import, const model::Records& records) {
    auto put = db_.prepare("INSERT INTO statistic VALUES (?,?,?,?,?,?,?,?,?,?)");
    if (!put) return fail(put.error());
    std::int64_t row = 0;
    for (const model::Statistic& s : records.statistics) {
      put->bind(1, import).bind(2, row++).bind(3, s.region).bind(4, s.property);
      put->bind(5, s.period.begin.ns).bind(6, s.period.end.ns).bind(7, s.value).bind(8, s.unit);
      put->bind(9, std::int64_t{s.estimated}).bind(10, s.source);
      if (auto done = put->run(); !done) return done;
    }
    return {};
  }

  Status put_observations(std::int64_t import, const model::Records& records) {
    auto put = db_.prepare("INSERT INTO observation VALUES (?,?,?,?,?,?,?,?,?)");
    if (!put) return fail(put.error());
    std::int64_t row = 0;
    for (const model::Observation& o : records.observations) {
      put->bind(1, import).bind(2, row++).bind(3, o.thing).bind(4, o.property);
      put->bind(5, o.time.begin.ns).bind(6, o.time.end.ns).bind(7, o.value);
      put->bind(8, std::int64_t{o.estimated}).bind(9, o.source);
      if (auto done = put->run(); !done) return done;
    }
    return {};
  }

  Status get_things(model::Records& out) const {
    const auto last = last_imports();
    if (!last) return fail(last.error());
    auto rows = db_.prepare(
        "SELECT import, row, id, type, region, name_zh, name_en, x, y, status, valid_from, "
        "valid_to, estimated, source, beside FROM thing ORDER BY import, row");
    if (!rows) return fail(rows.error());
    auto properties =
        db_.prepare("SELECT import, row, name, value FROM property ORDER BY import, row, name");
    if (!properties) return fail(properties.error());
    auto property = properties->step();
    if (!property) return fail(property.error());
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return {};
      model::Thing thing;
      const std::pair key(rows->integer(0), rows->integer(1));
      thing.place = format("import {} record {}", key.first, key.second + 1);
      thing.id = rows->text(2);
      thing.type = rows->text(3);
      thing.region = rows->text(4);
      thing.name = {rows->text(5), rows->text(6)};
      if (!rows->is_null(7)) thing.position = geo::Point{rows->number(7), rows->number(8)};
      thing.status = static_cast<model::Life>(rows->integer(9));
      thing.valid = {Instant{rows->integer(10)}, Instant{rows->integer(11)}};
      thing.estimated = rows->integer(12) != 0;
      thing.source = rows->text(13);
      thing.beside_estimated = rows->integer(14) != 0;
      while (*property && std::pair(properties->integer(0), properties->integer(1)) == key) {
        auto value = text_value(properties->text(3));
        if (!value) return fail(value.error().code, value.error().message, thing.place);
        thing.properties.emplace_back(properties->text(2), std::move(*value));
        property = properties->step();
        if (!property) return fail(property.error());
      }
      const auto newer = last->find({thing.type, thing.id});
      if (newer == last->end() || newer->second == key.first)
        out.things.push_back(std::move(thing));
    }
  }

  // The last import of each thing that more than one import gives.
  using LastImports = std::map<std::pair<std::string, std::string>, std::int64_t>;
  Result<LastImports> last_imports() const {
    auto rows = db_.prepare(
        "SELECT type, id, MAX(import) FROM thing "
        "WHERE (SELECT COUNT(*) FROM import WHERE kind = 'things') > 1 "
        "GROUP BY type, id HAVING MIN(import) < MAX(import)");
    if (!rows) return fail(rows.error());
    LastImports out;
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return out;
      out.emplace(std::pair(rows->text(0), rows->text(1)), rows->integer(2));
    }
  }

  Status get_statistics(model::Records& out) const {
    auto rows = db_.prepare(
        "SELECT import, row, region, property, \"begin\", \"end\", value, unit, estimated, source "
        "FROM statistic ORDER BY import, row");
    if (!rows) return fail(rows.error());
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return {};
      out.statistics.push_back(
          {rows->text(2),
           rows->text(3),
           {Instant{rows->integer(4)}, Instant{rows->integer(5)}},
           rows->number(6),
           rows->text(7),
           rows->integer(8) != 0,
           rows->text(9),
           format("import {} record {}", rows->integer(0), rows->integer(1) + 1)});
    }
  }

  Status get_observations(model::Records& out) const {
    auto rows = db_.prepare(
        "SELECT thing, property, \"begin\", \"end\", value, estimated, source FROM observation "
        "ORDER BY import, row");
    if (!rows) return fail(rows.error());
    for (;;) {
      const auto more = rows->step();
      if (!more) return fail(more.error());
      if (!*more) return {};
      out.observations.push_back({rows->text(0),
                                  rows->text(1),
                                  {Instant{rows->integer(2)}, Instant{rows->integer(3)}},
                                  rows->number(4),
                                  rows->integer(5) != 0,
                                  rows->text(6)});
    }
  }

  mutable Database db_;
};

}  // namespace cairn::store
