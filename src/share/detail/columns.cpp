// SPDX-License-Identifier: Apache-2.0
#include "share/detail/columns.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/text.hpp"
#include "share/detail/loose_text.hpp"

namespace cairn::share::detail {
namespace {

struct Word {
  std::string_view text;  // folded
  Field field;
};

constexpr Word thing_words[] = {
    {"id", Field::id},
    {"code", Field::id},
    {"thing", Field::id},
    {"编码", Field::id},
    {"代码", Field::id},
    {"编号", Field::id},
    {"标识", Field::id},
    {"站号", Field::id},
    {"站点编号", Field::id},
    {"站点编码", Field::id},
    {"设备编号", Field::id},
    {"type", Field::type},
    {"类型", Field::type},
    {"类别", Field::type},
    {"种类", Field::type},
    {"name", Field::name_zh},
    {"namezh", Field::name_zh},
    {"名称", Field::name_zh},
    {"名字", Field::name_zh},
    {"中文名", Field::name_zh},
    {"中文名称", Field::name_zh},
    {"站名", Field::name_zh},
    {"站点名称", Field::name_zh},
    {"村名", Field::name_zh},
    {"nameen", Field::name_en},
    {"英文名", Field::name_en},
    {"英文名称", Field::name_en},
    {"lon", Field::lon},
    {"lng", Field::lon},
    {"long", Field::lon},
    {"longitude", Field::lon},
    {"x", Field::lon},
    {"经度", Field::lon},
    {"东经", Field::lon},
    {"lat", Field::lat},
    {"latitude", Field::lat},
    {"y", Field::lat},
    {"纬度", Field::lat},
    {"北纬", Field::lat},
    {"status", Field::status},
    {"状态", Field::status},
    {"运行状态", Field::status},
    {"建设状态", Field::status},
    {"validfrom", Field::valid_from},
    {"开始日期", Field::valid_from},
    {"启用日期", Field::valid_from},
    {"建成日期", Field::valid_from},
    {"开通日期", Field::valid_from},
    {"开通时间", Field::valid_from},
    {"投用时间", Field::valid_from},
    {"validto", Field::valid_to},
    {"结束日期", Field::valid_to},
    {"停用日期", Field::valid_to},
    {"退役日期", Field::valid_to},
};

constexpr Word series_words[] = {
    {"property", Field::property}, {"indicator", Field::property}, {"指标", Field::property},
    {"指标名称", Field::property}, {"属性", Field::property},      {"监测项", Field::property},
    {"观测项", Field::property},   {"项目", Field::property},      {"time", Field::time},
    {"date", Field::time},         {"datetime", Field::time},      {"timestamp", Field::time},
    {"period", Field::time},       {"year", Field::time},          {"时间", Field::time},
    {"日期", Field::time},         {"时刻", Field::time},          {"时期", Field::time},
    {"年份", Field::time},         {"年度", Field::time},          {"统计时间", Field::time},
    {"监测时间", Field::time},     {"观测时间", Field::time},      {"value", Field::value},
    {"数值", Field::value},        {"值", Field::value},           {"观测值", Field::value},
    {"监测值", Field::value},      {"unit", Field::unit},          {"单位", Field::unit},
    {"计量单位", Field::unit},
};

constexpr Word observation_words[] = {
    {"thing", Field::thing},    {"thingid", Field::thing},  {"id", Field::thing},
    {"device", Field::thing},   {"station", Field::thing},  {"编码", Field::thing},
    {"编号", Field::thing},     {"代码", Field::thing},     {"设备", Field::thing},
    {"设备编号", Field::thing}, {"站点", Field::thing},     {"站点编号", Field::thing},
    {"测站", Field::thing},     {"测站编码", Field::thing}, {"对象", Field::thing},
};

constexpr Word region_words[] = {
    {"region", Field::region},       {"regioncode", Field::region},
    {"adcode", Field::region},       {"区划代码", Field::region},
    {"行政区划", Field::region},     {"行政区划代码", Field::region},
    {"行政区划编码", Field::region}, {"统计用区划代码", Field::region},
    {"地区", Field::region},         {"地区代码", Field::region},
    {"区域", Field::region},         {"区县", Field::region},
    {"所属区县", Field::region},     {"所在区县", Field::region},
    {"所在地区", Field::region},     {"县", Field::region},
    {"县代码", Field::region},
};

constexpr Word common_words[] = {
    {"estimated", Field::estimated}, {"估计", Field::estimated}, {"是否估计", Field::estimated},
    {"source", Field::source},       {"来源", Field::source},    {"数据来源", Field::source},
};

using Words = std::vector<std::span<const Word>>;

Words words_of(ImportKind kind) {
  switch (kind) {
    case ImportKind::things:
      return {thing_words, region_words, common_words};
    case ImportKind::statistics:
      return {region_words, series_words, common_words};
    case ImportKind::observations:
      return {observation_words, series_words, common_words};
  }
  return {};
}

Field field_named(const Words& words, std::string_view folded_text) {
  for (const auto& list : words) {
    for (const Word& word : list) {
      if (word.text == folded_text) return word.field;
    }
  }
  return Field::none;
}

// "高度（m）" as {"高度", "m"}; the second is empty when no bracket ends the text.
std::pair<std::string_view, std::string_view> split_bracket(std::string_view header) {
  static constexpr std::pair<std::string_view, std::string_view> brackets[] = {
      {"(", ")"}, {"（", "）"}, {"[", "]"}, {"【", "】"}};
  for (const auto& [open, close] : brackets) {
    if (!header.ends_with(close)) continue;
    const std::size_t at = header.find(open);
    if (at == std::string_view::npos || at == 0) continue;
    const std::size_t from = at + open.size();
    return {trim(header.substr(0, at)),
            trim(header.substr(from, header.size() - close.size() - from))};
  }
  return {header, {}};
}

// Positions in the datums of Chinese map services lie some hundred metres off.
bool is_other_datum(std::string_view text) {
  const std::string word = folded(text);
  for (const std::string_view datum : {"gcj", "火星", "bd09", "百度", "高德", "北京54", "西安80"}) {
    if (word.find(datum) != std::string::npos) return true;
  }
  return false;
}

class Matcher {
 public:
  Matcher(const ImportRequest& request, const MeasureNames& measures)
      : request_(request), measures_(measures), words_(words_of(request.kind)) {}

  Result<Column> match(std::size_t at, const std::string& header, std::vector<std::string>& notes) {
    Column column{at, header, Field::none, {}, {}};
    const auto [head, bracket] = split_bracket(header);
    for (const auto& [from, to] : request_.columns) {
      if (folded(from) == folded(header)) return mapped(std::move(column), to, bracket);
    }
    column.field = canonical(folded(header));
    if (column.field != Field::none) return column;
    // A word of the format means its field, whatever some pack labels a property with; a property's
    // own name is never taken from it.
    const auto name = measures_.find(header);
    const bool own = name && folded(*name) == folded(header);
    column.field = own ? Field::none : field_named(words_, folded(header));
    if (column.field != Field::none) return column;
    if (name) {
      column.measure = *name;
      return column;
    }
    if (!bracket.empty()) {
      const std::string measure = measures_.find(head).value_or("");
      column.field = measure.empty() ? field_named(words_, folded(head)) : Field::none;
      column.measure = measure;
      if (column.field != Field::none || !measure.empty()) {
        return with_bracket(std::move(column), bracket);
      }
    }
    return unknown(std::move(column), head, notes);
  }

 private:
  Field canonical(const std::string& name) const {
    for (int i = 1; i <= static_cast<int>(Field::unit); ++i) {
      const auto field = static_cast<Field>(i);
      if (folded(name_of(field, request_.kind)) != name) continue;
      return field_named(words_, name);
    }
    return Field::none;
  }

  // What the user says a column is; a unit in its header counts as ever.
  Result<Column> mapped(Column column, const std::string& to, std::string_view bracket) const {
    if (to == "-") return column;
    column.field = field_named(words_, folded(to));
    if (column.field == Field::none) {
      const auto name = measures_.find(to);
      if (!name) {
        const auto near = measures_.near(to);
        return fail(Code::invalid,
                    format("the column '{}' cannot be read as '{}': there is no such field or "
                           "property{}",
                           column.header, to, near ? format("; did you mean '{}'?", *near) : ""));
      }
      column.measure = *name;
    }
    return bracket.empty() ? column : with_bracket(std::move(column), bracket);
  }

  static Result<Column> with_bracket(Column column, std::string_view bracket) {
    const bool position = column.field == Field::lon || column.field == Field::lat;
    if (position && is_other_datum(bracket)) {
      return fail(Code::unsupported,
                  format("the column '{}' is in another datum; convert positions to WGS 84 first",
                         column.header));
    }
    if (column.field != Field::none && column.field != Field::value) return column;
    const auto unit = parse_unit(bracket);
    if (!unit) {
      return fail(Code::invalid,
                  format("the column '{}': {}", column.header, unit.error().message));
    }
    column.unit = *unit;
    return column;
  }

  // A column that nothing knows: a slip of the pen is an error, everything else is left out.
  Result<Column> unknown(Column column, std::string_view head,
                         std::vector<std::string>& notes) const {
    auto near = measures_.near(head);
    if (!near) {
      std::vector<std::string> known;
      for (int i = 1; i <= static_cast<int>(Field::unit); ++i) {
        const std::string name(name_of(static_cast<Field>(i), request_.kind));
        if (canonical(folded(name)) != Field::none && name.size() > 3) known.push_back(name);
      }
      near = nearest(lower_ascii(head), known);
    }
    if (near) {
      return fail(Code::invalid,
                  format("the column '{}' is not known; did you mean '{}'? Rename it, or leave it "
                         "out by mapping it to '-'",
                         column.header, *near));
    }
    notes.push_back(format("the column '{}' is not known and not used", column.header));
    return column;
  }

  const ImportRequest& request_;
  const MeasureNames& measures_;
  Words words_;
};

}  // namespace

std::string_view name_of(Field field, ImportKind kind) {
  static constexpr std::string_view names[] = {
      "",       "id",    "type",     "region",     "name_zh",  "name_en",
      "lon",    "lat",   "status",   "valid_from", "valid_to", "estimated",
      "source", "thing", "property", "time",       "value",    "unit"};
  if (field == Field::time && kind == ImportKind::statistics) return "period";
  return names[static_cast<std::size_t>(field)];
}

void MeasureNames::key(std::string_view text, const std::string& name) {
  if (text.empty()) return;
  const auto [at, fresh] = names_.try_emplace(folded(text), name);
  if (!fresh && at->second != name) at->second.clear();
}

void MeasureNames::add(const std::string& name, const Label& label, const Unit& unit) {
  if (std::find(all_.begin(), all_.end(), name) == all_.end()) all_.push_back(name);
  // A name is never made ambiguous by somebody's label.
  names_[folded(name)] = name;
  for (const std::string* text : {&label.zh, &label.en}) {
    for (const std::string_view part : {std::string_view(*text), split_bracket(*text).first}) {
      if (const auto taken = names_.find(folded(part));
          taken == names_.end() || folded(taken->second) != taken->first) {
        key(part, name);
      }
    }
  }
  // height_m in metres is also "height".
  const std::string tail = "_" + unit.text;
  if (name.size() > tail.size() && name.ends_with(tail)) {
    const std::string_view stem = std::string_view(name).substr(0, name.size() - tail.size());
    if (!names_.contains(folded(stem))) key(stem, name);
  }
}

std::optional<std::string> MeasureNames::find(std::string_view text) const {
  const auto at = names_.find(folded(text));
  if (at == names_.end() || at->second.empty()) return std::nullopt;
  return at->second;
}

std::optional<std::string> MeasureNames::near(std::string_view text) const {
  return nearest(lower_ascii(text), all_);
}

const Column* Columns::find(Field field) const {
  const auto at = std::find_if(used.begin(), used.end(),
                               [&](const Column& column) { return column.field == field; });
  return at == used.end() ? nullptr : &*at;
}

std::vector<const Column*> Columns::measures() const {
  std::vector<const Column*> out;
  for (const Column& column : used) {
    if (!column.measure.empty()) out.push_back(&column);
  }
  return out;
}

Result<Columns> match_columns(const std::vector<std::string>& header, const ImportRequest& request,
                              const MeasureNames& measures) {
  for (const auto& pair : request.columns) {
    const std::string from = folded(pair.first);
    if (std::none_of(header.begin(), header.end(),
                     [&](const std::string& name) { return folded(name) == from; })) {
      const auto near = nearest(pair.first, header);
      return fail(Code::invalid,
                  format("there is no column '{}' to be read as '{}'{}", pair.first, pair.second,
                         near ? format("; did you mean '{}'?", *near) : ""));
    }
  }
  Columns out;
  Matcher matcher(request, measures);
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (header[i].empty()) continue;
    auto column = matcher.match(i, header[i], out.notes);
    if (!column) return fail(column.error());
    if (column->field == Field::none && column->measure.empty()) continue;
    for (const Column& other : out.used) {
      if (other.field != column->field || other.measure != column->measure) continue;
      return fail(Code::invalid,
                  format("the columns '{}' and '{}' would both be read as '{}'; leave one out by "
                         "mapping it to '-'",
                         other.header, column->header,
                         column->measure.empty() ? name_of(column->field, request.kind)
                                                 : std::string_view(column->measure)));
    }
    out.used.push_back(std::move(*column));
  }
  return out;
}

Status need_column(const Columns& columns, ImportKind kind, Field field, std::string_view hint) {
  if (columns.find(field) != nullptr) return {};
  return fail(Code::invalid, format("the column '{}' is missing{}", name_of(field, kind), hint));
}

}  // namespace cairn::share::detail
