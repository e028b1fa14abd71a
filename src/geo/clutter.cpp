// SPDX-License-Identifier: Apache-2.0
#include "geo/clutter.hpp"

#include "core/csv.hpp"
#include "core/text.hpp"

namespace cairn::geo {

ClutterTable worldcover_clutter() {
  ClutterTable out;
  out.name = "ESA WorldCover, heights of ITU-R P.1812 Table 2";
  struct Row {
    std::uint8_t code;
    const char* name;
    double height_m;
  };
  for (const Row& row : {Row{10, "tree cover", 15}, Row{20, "shrubland", 0},
                         Row{30, "grassland", 0}, Row{40, "cropland", 0}, Row{50, "built-up", 10},
                         Row{60, "bare or sparse vegetation", 0}, Row{70, "snow and ice", 0},
                         Row{80, "permanent water bodies", 0}, Row{90, "herbaceous wetland", 0},
                         Row{95, "mangroves", 15}, Row{100, "moss and lichen", 0}}) {
    out.height_m[row.code] = row.height_m;
    out.class_name[row.code] = row.name;
  }
  return out;
}

Result<ClutterTable> read_clutter_table(std::string_view csv, std::string_view file) {
  const auto table = read_csv(csv, file);
  if (!table) return fail(table.error());
  const auto klass = table->column("class");
  const auto height = table->column("height_m");
  const auto name = table->column("name");
  if (!klass || !height) {
    return fail(Code::invalid, "a clutter table has the columns class and height_m",
                format("{}:1", file));
  }
  ClutterTable out;
  out.name = file;
  for (const CsvRecord& record : table->records) {
    const std::string place = format("{}:{}", file, record.line);
    const auto code = parse_integer(trim(record.fields[*klass]));
    if (!code || *code < 0 || *code > 255) {
      return fail(Code::invalid, format("'{}' is no class: give 0 to 255", record.fields[*klass]),
                  place);
    }
    const auto index = static_cast<std::size_t>(*code);
    if (!out.class_name[index].empty()) {
      return fail(Code::conflict, format("class {} stands twice", index), place);
    }
    const auto metres = parse_number(trim(record.fields[*height]));
    if (!metres || *metres < 0 || *metres > ClutterTable::max_height_m) {
      return fail(Code::invalid,
                  format("'{}' is no clutter height: give 0 to {} m", record.fields[*height],
                         number_text(ClutterTable::max_height_m)),
                  place);
    }
    out.height_m[index] = *metres;
    out.class_name[index] =
        name && !record.fields[*name].empty() ? record.fields[*name] : format("class {}", index);
  }
  return out;
}

}  // namespace cairn::geo
