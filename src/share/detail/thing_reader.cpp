// SPDX-License-Identifier: Apache-2.0
// Rows as things.
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "model/csv_rows.hpp"
#include "model/table_builder.hpp"
#include "share/detail/counties.hpp"
#include "share/detail/lookup.hpp"
#include "share/detail/loose_text.hpp"
#include "share/detail/row_reader.hpp"

namespace cairn::share::detail {
namespace {

using model::no_region;
using model::RegionIndex;
using model::Thing;

// Ids stand in addresses and file names.
constexpr std::size_t id_bytes = 200;

// A column read as a property of one type.
struct Binding {
  const Column* column = nullptr;
  const model::PropertyDef* property = nullptr;
  Conversion conversion;
  std::string mistake;  // why the column does not fit the type
};

Binding bind(const Column& column, const model::TypeDef& type) {
  Binding out{&column, type.property(column.measure), {}, {}};
  if (out.property == nullptr) {
    out.mistake = format("the type {} has no property '{}'", type.name, column.measure);
    return out;
  }
  const model::PropertyDef& property = *out.property;
  const bool number =
      property.kind == model::PropertyKind::number || property.kind == model::PropertyKind::integer;
  if (property.series) {
    out.mistake = format("'{}' is a series; import it as {}", property.name,
                         property.period ? "statistics or observations" : "observations");
  } else if (!property.formula.empty()) {
    out.mistake = format("'{}' is computed by a formula and cannot be given", property.name);
  } else if (column.unit && !number) {
    out.mistake = format("'{}' is a {} and has no unit", property.name, to_string(property.kind));
  } else if (column.unit && !column.unit->compatible(property.unit)) {
    out.mistake = format("'{}' is kept in {} and cannot be given in {}", property.name,
                         property.unit.text, column.unit->text);
  } else if (column.unit) {
    out.conversion = conversion(*column.unit, property.unit);
  }
  return out;
}

class ThingReader final : public RowReader {
 public:
  ThingReader(const ReaderInputs& inputs, Columns columns)
      : in_(inputs),
        columns_(std::move(columns)),
        regions_(*inputs.context.snapshot.regions),
        catalog_(*inputs.context.snapshot.catalog),
        counties_(regions_, inputs.context.boundaries),
        region_words_(regions_),
        type_words_(catalog_),
        bindings_(catalog_.types.size()) {}

  Status begin() {
    const auto need = [&](Field field, std::string_view hint) {
      return need_column(columns_, ImportKind::things, field, hint);
    };
    if (!in_.request.type.empty()) {
      fixed_type_ = type_words_.find(in_.request.type);
      if (fixed_type_ < 0) return fail(Code::not_found, type_words_.why(in_.request.type));
      for (const Binding& binding : bindings_of(fixed_type_)) {
        if (binding.mistake.empty()) continue;
        return fail(Code::invalid,
                    format("the column '{}': {}", binding.column->header, binding.mistake));
      }
    } else if (auto done = need(Field::type, "; add it or say which type the things have"); !done) {
      return done;
    }
    if (columns_.find(Field::region) == nullptr || !is_level(fixed_type_)) {
      if (auto done = need(Field::id, "; each thing needs an id of its own"); !done) return done;
    }
    const bool lon = columns_.find(Field::lon) != nullptr;
    if (lon != (columns_.find(Field::lat) != nullptr)) {
      if (auto done = need(lon ? Field::lat : Field::lon, ""); !done) return done;
    }
    if (!lon && fixed_type_ >= 0 && !is_level(fixed_type_)) {
      if (auto done = need(Field::region, " and so are 'lon' and 'lat'; give one or the other");
          !done) {
        return done;
      }
    }
    name_columns();
    return {};
  }

  void read(const Row& row) override {
    row_ = &row;
    Thing thing;
    const int type = type_of_row();
    if (type < 0) return;
    thing.type = catalog_.types[static_cast<std::size_t>(type)].name;
    thing.beside_estimated = !in_.request.replace_estimated;
    thing.name = {std::string(cell(Field::name_zh)), std::string(cell(Field::name_en))};
    thing.source = cell(Field::source).empty() ? in_.source() : std::string(cell(Field::source));
    const bool placed = read_position(thing);
    read_life(thing);
    if (is_level(type)) {
      read_level_region(thing, type);
    } else {
      read_id(thing);
      if (placed) read_region(thing);
    }
    read_properties(thing, type);
    if (!in_.report.good()) return;
    enter(std::move(thing), type);
  }

  std::size_t values() const override { return values_; }

  void finish() override {
    const auto& things = in_.preview.records.things;
    std::map<std::pair<std::string, RegionIndex>, std::size_t> replaced;
    std::map<std::string, std::vector<RegionIndex>> counties;
    for (const Thing& thing : things) {
      const RegionIndex county = regions_.county_of(regions_.find(thing.region));
      if (model::parse_level(thing.type)) {
        count_level(thing, county, replaced);
      } else if (thing.replaces_estimated()) {
        auto& list = counties[thing.type];
        if (std::find(list.begin(), list.end(), county) == list.end()) list.push_back(county);
      }
    }
    for (const auto& [type, list] : counties) {
      const model::Table* table = in_.context.snapshot.table(type);
      for (std::size_t row = 0; table != nullptr && row < table->size(); ++row) {
        if (table->estimated[row] == 0 || known_ids_.contains(table->ids[row])) continue;
        const RegionIndex county = regions_.county_of(table->region[row]);
        if (std::find(list.begin(), list.end(), county) != list.end()) ++replaced[{type, county}];
      }
    }
    for (const auto& [key, count] : replaced) {
      const bool known = key.second != no_region;
      in_.preview.replaces.push_back({key.first, known ? regions_[key.second].code : "",
                                      known ? regions_[key.second].name : Label{}, count, true});
    }
    if (unused_names_ > 0) {
      in_.preview.notes.push_back(format(
          "{} names of regions are not used: a region keeps its official name", unused_names_));
    }
  }

 private:
  bool is_level(int type) const {
    return type >= 0 &&
           model::parse_level(catalog_.types[static_cast<std::size_t>(type)].name).has_value();
  }

  std::string_view cell(Field field) const {
    const Column* column = columns_.find(field);
    return column == nullptr ? std::string_view() : trim(row_->cells[column->at]);
  }
  std::string_view header(Field field) const {
    const Column* column = columns_.find(field);
    return column == nullptr ? std::string_view() : std::string_view(column->header);
  }
  template <class Message>
  void mistake(Field field, const Message& message) {
    in_.report.mistake(header(field), message);
  }

  const std::vector<Binding>& bindings_of(int type) {
    auto& list = bindings_[static_cast<std::size_t>(type)];
    if (!list) {
      list.emplace();
      for (const Column* column : columns_.measures()) {
        list->push_back(bind(*column, catalog_.types[static_cast<std::size_t>(type)]));
      }
    }
    return *list;
  }

  int type_of_row() {
    const Column* column = columns_.find(Field::type);
    const std::string_view text = cell(Field::type);
    if (column == nullptr || (text.empty() && fixed_type_ >= 0)) return fixed_type_;
    if (text.empty()) {
      mistake(Field::type, [] { return "a thing needs a type"; });
      return -1;
    }
    if (text != last_type_text_) {
      last_type_text_ = text;
      last_type_ = type_words_.find(text);
    }
    if (last_type_ < 0) mistake(Field::type, [&] { return type_words_.why(text); });
    return last_type_;
  }

  void read_id(Thing& thing) {
    thing.id = cell(Field::id);
    if (thing.id.empty()) {
      mistake(Field::id, [] { return "the id is empty; each thing needs one of its own"; });
    } else if (thing.id.size() > id_bytes ||
               std::any_of(thing.id.begin(), thing.id.end(),
                           [](unsigned char c) { return c < 0x20 || c == 0x7F; })) {
      mistake(Field::id, [] {
        return format("an id has at most {} bytes and no control characters", id_bytes);
      });
    }
  }

  // True when there is no position or a good one.
  bool read_position(Thing& thing) {
    const std::string_view lon = cell(Field::lon);
    const std::string_view lat = cell(Field::lat);
    if (lon.empty() && lat.empty()) return true;
    double degrees[2] = {0, 0};
    int index = 0;
    bool good = true;
    for (const Field field : {Field::lon, Field::lat}) {
      const auto number = loose_number(cell(field));
      if (number) degrees[index++] = *number;
      if (number) continue;
      good = false;
      mistake(field, [&] {
        return cell(field).empty() ? "lon and lat stand together or not at all"
                                   : number.error().message + "; write degrees as 102.2634";
      });
    }
    if (!good) return false;
    const geo::Point p{degrees[0], degrees[1]};
    if (std::fabs(p.x) > 180 || std::fabs(p.y) > 90) {
      const bool swapped = std::fabs(p.x) <= 90 && std::fabs(p.y) <= 180;
      mistake(swapped ? Field::lat : Field::lon, [&] {
        return format("lon {} and lat {} are outside the range of degrees{}", number_text(p.x),
                      number_text(p.y),
                      swapped ? "; are they swapped?" : "; are they projected coordinates?");
      });
      return false;
    }
    thing.position = p;
    return true;
  }

  void read_life(Thing& thing) {
    if (const std::string_view text = cell(Field::status); !text.empty()) {
      const auto life = loose_life(text);
      if (life) thing.status = *life;
      if (!life) {
        mistake(Field::status, [&] {
          return format(
              "the status '{}' is none of planned, building, live, retired (规划, 在建, "
              "在用, 退役)",
              text);
        });
      }
    }
    if (const std::string_view text = cell(Field::estimated); !text.empty()) {
      const auto flag = loose_flag(text);
      if (flag) thing.estimated = *flag;
      if (!flag) {
        mistake(Field::estimated, [&] { return format("'{}' is neither true nor false", text); });
      }
    }
    for (const Field field : {Field::valid_from, Field::valid_to}) {
      const std::string_view text = cell(field);
      if (text.empty()) continue;
      const auto time = model::parse_beginning(iso_time(text), in_.zone());
      if (!time) {
        mistake(field, [&] { return time.error().message; });
        return;
      }
      (field == Field::valid_from ? thing.valid.begin : thing.valid.end) = *time;
    }
    if (thing.valid.begin >= thing.valid.end) {
      mistake(Field::valid_to, [] { return "valid_to is not after valid_from"; });
    }
  }

  // A village, county … is the region of its code.
  void read_level_region(Thing& thing, int type) {
    const Field field = cell(Field::id).empty() ? Field::region : Field::id;
    const std::string_view text = cell(field);
    const std::string& level = catalog_.types[static_cast<std::size_t>(type)].name;
    if (text.empty()) {
      mistake(Field::id, [&] { return format("a {} needs its code", level); });
      return;
    }
    const RegionIndex index = region_words_.find(text);
    if (index == no_region) {
      mistake(field, [&] { return region_words_.why(text); });
      return;
    }
    const model::Region& region = regions_[index];
    if (to_string(region.level) != level) {
      mistake(field, [&] {
        return format("{} is a {} and no {}", region.code, to_string(region.level), level);
      });
      return;
    }
    thing.id = region.code;
    thing.region = region.code;
    unused_names_ += !thing.name.zh.empty() && thing.name.zh != region.name.zh;
    if (thing.position) check_inside(index, *thing.position);
  }

  // The region a row names, made exact by its position.
  void read_region(Thing& thing) {
    const std::string_view text = cell(Field::region);
    RegionIndex region = no_region;
    if (!text.empty()) {
      region = region_words_.find(text);
      if (region == no_region) {
        mistake(Field::region, [&] { return region_words_.why(text); });
        return;
      }
    }
    if (!thing.position) {
      if (region == no_region) {
        mistake(Field::region, [] { return "a thing needs a region or a position"; });
        return;
      }
    } else if (region != no_region && regions_[region].level >= model::Level::county) {
      check_inside(region, *thing.position);
    } else {
      region = county_around(*thing.position, region);
      if (region == no_region) return;
    }
    thing.region = regions_[region].code;
  }

  std::string text_of(RegionIndex index) const {
    return format("{} {}", regions_[index].code, regions_[index].name.in(Language::zh));
  }

  void check_inside(RegionIndex region, geo::Point p) {
    const RegionIndex county = regions_.county_of(region);
    if (counties_.accepts(county, p)) return;
    mistake(Field::lon, [&] {
      std::string hint;
      if (counties_.accepts(county, {p.y, p.x})) {
        hint = "; swapped it would lie inside: are lon and lat exchanged?";
      } else if (const RegionIndex other = counties_.find(p); other != no_region) {
        hint = format("; it lies in {}", text_of(other));
      }
      return format("the position {} {} is outside {}{}", number_text(p.x), number_text(p.y),
                    text_of(county), hint);
    });
  }

  // The county of a position, which must lie in `wider` unless that is no_region.
  RegionIndex county_around(geo::Point p, RegionIndex wider) {
    const auto fits = [&](RegionIndex county) {
      return county != no_region && (wider == no_region || regions_.within(county, wider));
    };
    const RegionIndex county = counties_.find(p);
    if (fits(county)) return county;
    mistake(Field::lon, [&] {
      const RegionIndex swapped = counties_.find({p.y, p.x});
      std::string where =
          wider == no_region ? "in no county that is known" : format("outside {}", text_of(wider));
      if (fits(swapped)) {
        where +=
            format("; swapped it would lie in {}: are lon and lat exchanged?", text_of(swapped));
      } else if (wider == no_region) {
        where += "; give its region";
      }
      return format("the position {} {} lies {}", number_text(p.x), number_text(p.y), where);
    });
    return no_region;
  }

  void read_properties(Thing& thing, int type) {
    const std::vector<Binding>& bindings = bindings_of(type);
    thing.properties.reserve(bindings.size());
    for (const Binding& binding : bindings) {
      const std::string_view text = trim(row_->cells[binding.column->at]);
      if (text.empty()) continue;
      const auto wrong = [&](const std::string& message) {
        in_.report.mistake(binding.column->header, [&] { return message; });
      };
      if (!binding.mistake.empty()) {
        wrong(binding.mistake);
        continue;
      }
      if (binding.property->kind != model::PropertyKind::text && is_missing(text)) continue;
      auto value = value_of(text, binding);
      if (!value) {
        wrong(value.error().message);
      } else {
        thing.properties.emplace_back(binding.property->name, std::move(*value));
      }
    }
  }

  Result<model::Value> value_of(std::string_view text, const Binding& binding) const {
    const model::PropertyKind kind = binding.property->kind;
    if (kind == model::PropertyKind::number || kind == model::PropertyKind::integer) {
      const auto number = loose_number(text);
      if (!number) return fail(number.error());
      const double value = binding.conversion.apply(*number);
      if (!std::isfinite(value)) return fail(Code::invalid, format("{} is too large", text));
      if (kind == model::PropertyKind::integer && value != std::floor(value)) {
        return fail(Code::invalid, format("'{}' must be a whole number, not {}",
                                          binding.property->name, number_text(value)));
      }
      return model::Value{value};
    }
    const bool time = kind == model::PropertyKind::date || kind == model::PropertyKind::time;
    return model::parse_value(time ? iso_time(text) : std::string(text), kind, in_.zone());
  }

  // Adds the thing unless the file has it already; versions may follow each other in time.
  void enter(Thing thing, int type) {
    auto& things = in_.preview.records.things;
    const std::size_t hash =
        mixed(std::hash<std::string_view>()(thing.id), static_cast<std::size_t>(type));
    const std::ptrdiff_t twin = seen_.enter(hash, things.size(), [&](std::size_t i) {
      const Thing& other = things[i];
      return other.id == thing.id && other.type == thing.type &&
             other.valid.begin < thing.valid.end && thing.valid.begin < other.valid.end;
    });
    if (twin >= 0) {
      mistake(Field::id, [&] {
        return format(
            "the {} {} stands already in record {}; versions of one thing must not "
            "overlap in time",
            thing.type, thing.id, record_of_[static_cast<std::size_t>(twin)]);
      });
      return;
    }
    const model::Table* table = in_.context.snapshot.table(thing.type);
    const bool known = table != nullptr && table->rows_by_id.contains(thing.id);
    ++(known ? in_.preview.updated_things : in_.preview.new_things);
    if (known) known_ids_.emplace(thing.id, true);
    if (in_.sampling()) add_sample(thing, type);
    record_of_.push_back(static_cast<std::uint32_t>(row_->record));
    values_ += thing.properties.size();
    things.push_back(std::move(thing));
  }

  // An estimated position of a region that gives way to a surveyed one.
  void count_level(const Thing& thing, RegionIndex county,
                   std::map<std::pair<std::string, RegionIndex>, std::size_t>& replaced) const {
    const model::Table* table = in_.context.snapshot.table(thing.type);
    if (!thing.position || thing.estimated || table == nullptr) return;
    const auto at = table->rows_by_id.find(thing.id);
    if (at == table->rows_by_id.end() || table->position_estimated[at->second] == 0) return;
    ++replaced[{thing.type, county}];
  }

  void name_columns() {
    for (const Column& column : columns_.used) {
      ImportColumn out{column.header, std::string(name_of(column.field, ImportKind::things)), {}};
      if (!column.measure.empty()) {
        out.name = column.measure;
        for (const model::TypeDef& type : catalog_.types) {
          const model::PropertyDef* property = type.property(column.measure);
          if (property == nullptr || (fixed_type_ >= 0 && &type != &fixed())) continue;
          const bool number = property->kind == model::PropertyKind::number ||
                              property->kind == model::PropertyKind::integer;
          if (number && property->unit.text != "1") out.unit = property->unit.text;
          break;
        }
      }
      in_.preview.columns.push_back(std::move(out));
    }
    for (const auto& [field, name] : {std::pair(Field::type, "type"), {Field::region, "region"}}) {
      if (columns_.find(field) == nullptr) in_.preview.columns.push_back({"", name, ""});
    }
  }
  const model::TypeDef& fixed() const {
    return catalog_.types[static_cast<std::size_t>(fixed_type_)];
  }

  void add_sample(const Thing& thing, int type) {
    SampleRow sample{row_->record, {}};
    const auto& bindings = bindings_of(type);
    std::size_t measure = 0;
    for (const Column& column : columns_.used) {
      if (!column.measure.empty()) {
        const Binding& binding = bindings[measure++];
        sample.cells.push_back(property_text(thing, binding));
      } else {
        sample.cells.push_back(field_text(thing, column));
      }
    }
    if (columns_.find(Field::type) == nullptr) sample.cells.push_back(thing.type);
    if (columns_.find(Field::region) == nullptr) sample.cells.push_back(thing.region);
    in_.preview.sample.push_back(std::move(sample));
  }

  std::string field_text(const Thing& thing, const Column& column) const {
    switch (column.field) {
      case Field::id:
        return thing.id;
      case Field::type:
        return thing.type;
      case Field::region:
        return thing.region;
      case Field::status:
        return model::to_string(thing.status);
      case Field::estimated:
        return thing.estimated ? "true" : "false";
      case Field::lon:
        return thing.position ? number_text(thing.position->x) : "";
      case Field::lat:
        return thing.position ? number_text(thing.position->y) : "";
      default:
        return std::string(trim(row_->cells[column.at]));
    }
  }

  std::string property_text(const Thing& thing, const Binding& binding) const {
    if (binding.property == nullptr) return {};
    for (const auto& [name, value] : thing.properties) {
      if (name != binding.property->name) continue;
      if (const double* number = value.get<double>()) return number_text(*number);
      if (const bool* truth = value.get<bool>()) return *truth ? "true" : "false";
      if (const Date* date = value.get<Date>()) return cairn::to_string(*date);
      if (const Instant* time = value.get<Instant>()) return cairn::to_string(*time, in_.zone());
      if (const std::string* text = value.get<std::string>()) return *text;
    }
    return {};
  }

  ReaderInputs in_;
  Columns columns_;
  const model::RegionTree& regions_;
  const model::Catalog& catalog_;
  Counties counties_;
  RegionWords region_words_;
  TypeWords type_words_;
  std::vector<std::optional<std::vector<Binding>>> bindings_;  // by type
  int fixed_type_ = -1;
  std::string last_type_text_;
  int last_type_ = -1;
  const Row* row_ = nullptr;
  Seen seen_;
  std::vector<std::uint32_t> record_of_;  // of each accepted thing
  TextMap<bool> known_ids_;               // of the file, where the registry has them already
  std::size_t values_ = 0;
  std::size_t unused_names_ = 0;
};

}  // namespace

Result<std::unique_ptr<RowReader>> read_things(const ReaderInputs& inputs) {
  const model::Catalog& catalog = *inputs.context.snapshot.catalog;
  MeasureNames names;
  for (const model::TypeDef& type : catalog.types) {
    if (!inputs.request.type.empty() &&
        TypeWords(catalog).find(inputs.request.type) != catalog.type_index(type.name)) {
      continue;
    }
    for (const model::PropertyDef& property : type.properties) {
      names.add(property.name, property.label, property.unit);
    }
  }
  auto columns = match_columns(inputs.header, inputs.request, names);
  if (!columns) return fail(columns.error());
  inputs.preview.notes = columns->notes;
  auto reader = std::make_unique<ThingReader>(inputs, std::move(*columns));
  if (auto done = reader->begin(); !done) return fail(done.error());
  return Result<std::unique_ptr<RowReader>>(std::move(reader));
}

}  // namespace cairn::share::detail
