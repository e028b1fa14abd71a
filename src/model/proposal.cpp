// SPDX-License-Identifier: Apache-2.0
#include "model/proposal.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "model/table_builder.hpp"

namespace cairn::model {
namespace {

// Copies a base table the first time it is changed.
class Overlay {
 public:
  explicit Overlay(const Snapshot& base) : out_(base), fresh_(base.tables.size()) {}

  Table& writable(std::size_t type) {
    if (!fresh_[type]) {
      fresh_[type] = std::make_shared<Table>(*out_.tables[type]);
      out_.tables[type] = fresh_[type];
    }
    return *fresh_[type];
  }

  // Type and rows of a thing, or nothing.
  std::optional<std::size_t> type_of(const std::string& id) const {
    for (std::size_t t = 0; t < out_.tables.size(); ++t) {
      if (out_.tables[t]->rows_by_id.contains(id)) return t;
    }
    return std::nullopt;
  }

  Status add(const Thing& thing) {
    const int type = out_.catalog->type_index(thing.type);
    if (type < 0) {
      return fail(Code::not_found, format("no pack declares the type '{}'", thing.type),
                  thing.place);
    }
    const auto t = static_cast<std::size_t>(type);
    if (type_of(thing.id)) {
      return fail(Code::conflict, format("there is a thing '{}' already; use `changes`", thing.id),
                  thing.place);
    }
    const RegionIndex region = out_.regions->find(thing.region);
    if (region == no_region) {
      return fail(Code::not_found, format("there is no region '{}'", thing.region), thing.place);
    }
    Table& table = writable(t);
    TableBuilder& builder = builder_for(t, table);
    const std::uint32_t row = builder.append(thing, region, source(thing.source));
    table.proposed[row] = 1;
    for (const auto& [name, value] : thing.properties) {
      if (auto done = set(builder, t, row, name, value, thing.place); !done) return done;
    }
    return {};
  }

  Status change(const Change& change) {
    const auto type = type_of(change.thing);
    if (!type) {
      return fail(Code::not_found, format("there is no thing '{}' to change", change.thing),
                  change.place);
    }
    Table& table = writable(*type);
    TableBuilder& builder = builder_for(*type, table);
    for (std::uint32_t row : rows(table, change.thing)) {
      if (table.valid[row].end <= change.from) continue;
      if (table.valid[row].begin < change.from) {
        // The version is split: before the change as it was, from then on with it.
        const std::uint32_t later = builder.duplicate(row);
        table.valid[row].end = change.from;
        table.valid[later].begin = change.from;
        row = later;
      }
      for (const auto& [name, value] : change.set) {
        if (auto done = set(builder, *type, row, name, value, change.place); !done) return done;
      }
    }
    return {};
  }

  Status retire(const std::string& id, Instant from, const std::string& place) {
    const auto type = type_of(id);
    if (!type) return fail(Code::not_found, format("there is no thing '{}' to retire", id), place);
    Table& table = writable(*type);
    for (const std::uint32_t row : rows(table, id)) {
      Interval& valid = table.valid[row];
      valid.end = std::min(valid.end, std::max(from, valid.begin));
    }
    return {};
  }

  Snapshot take() { return std::move(out_); }

 private:
  static std::vector<std::uint32_t> rows(const Table& table, const std::string& id) {
    std::vector<std::uint32_t> out;
    const auto [first, last] = table.rows_by_id.equal_range(id);
    for (auto at = first; at != last; ++at) out.push_back(at->second);
    std::sort(out.begin(), out.end());
    return out;
  }

  TableBuilder& builder_for(std::size_t type, Table& table) {
    return builders_.try_emplace(type, table, out_.zone).first->second;
  }

  Status set(TableBuilder& builder, std::size_t type, std::uint32_t row, const std::string& name,
             const Value& value, const std::string& place) {
    const TypeDef& def = out_.catalog->types[type];
    const int property = def.property_index(name);
    if (property < 0) {
      return fail(Code::not_found, format("the type {} has no property '{}'", def.name, name),
                  place);
    }
    auto done = builder.set(row, static_cast<std::size_t>(property), value);
    if (!done) return fail(done.error().code, done.error().message, place);
    return {};
  }

  std::uint16_t source(const std::string& key) {
    if (key.empty()) return 0;
    const auto at = std::find(out_.sources.begin(), out_.sources.end(), key);
    const auto index = static_cast<std::uint16_t>(at - out_.sources.begin());
    if (at == out_.sources.end()) out_.sources.push_back(key);
    return index;
  }

  Snapshot out_;
  std::vector<std::shared_ptr<Table>> fresh_;
  std::unordered_map<std::size_t, TableBuilder> builders_;
};

}  // namespace

Result<Snapshot> overlay(const Snapshot& base, const Proposal& proposal) {
  Overlay out(base);
  for (const Thing& thing : proposal.things) {
    if (auto done = out.add(thing); !done) return fail(done.error());
  }
  for (const Change& change : proposal.changes) {
    if (auto done = out.change(change); !done) return fail(done.error());
  }
  for (const std::string& id : proposal.retire) {
    if (auto done = out.retire(id, proposal.retire_from, proposal.place); !done) {
      return fail(done.error());
    }
  }
  return out.take();
}

}  // namespace cairn::model
