// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "flow/calendar.hpp"
#include "model/yaml.hpp"

namespace cairn::flow {
namespace {

using model::YamlMap;
using model::YamlNode;

constexpr std::string_view weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
// The longest holiday of the State Council had nine days; a month is a typing error.
constexpr std::int64_t longest_holiday_days = 31;

std::string place_of(std::string_view file, const YamlNode& node) {
  return format("{}:{}:{}", file, node.line, node.column);
}

// "09:00" to "24:00".
std::optional<std::int32_t> clock_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hour = parse_integer(text.substr(0, 2));
  const auto minute = parse_integer(text.substr(3));
  if (!hour || !minute || *hour < 0 || *minute < 0 || *minute > 59) return std::nullopt;
  const std::int64_t seconds = *hour * 3600 + *minute * 60;
  if (seconds > 86'400) return std::nullopt;
  return static_cast<std::int32_t>(seconds);
}

DayHours read_hours(std::string_view text, const std::string& place, Problems& problems) {
  DayHours out;
  for (const std::string_view part : split(text, ' ')) {
    if (part.empty()) continue;
    const std::size_t dash = part.find('-');
    const auto begin = clock_time(part.substr(0, dash));
    const auto end = dash == std::string_view::npos ? std::optional<std::int32_t>()
                                                    : clock_time(part.substr(dash + 1));
    if (!begin || !end || *begin >= *end) {
      problems.error(place, format("'{}' is not hours such as 09:00-12:00; what goes over midnight "
                                   "is two: 22:00-24:00 and 00:00-06:00 of the next day",
                                   part));
      return {};
    }
    if (!out.empty() && out.back().end_s >= *begin) {
      problems.error(place, format("'{}' must begin after the hours before it end", part));
      return {};
    }
    out.push_back({*begin, *end});
  }
  return out;
}

using Week = std::array<DayHours, 7>;

void read_week(const YamlNode& node, std::string_view file, Week& week, Problems& problems) {
  YamlMap map(node, file, problems);
  for (std::size_t i = 0; i < week.size(); ++i) {
    const std::string text = map.text(weekdays[i]);
    if (!text.empty()) week[i] = read_hours(text, map.place(), problems);
  }
  map.finish();
  const bool open = std::ranges::any_of(week, [](const auto& day) { return !day.empty(); });
  if (map.ok() && !open) problems.error(map.place(), "no day of the week has open hours");
}

void read_makeup(YamlMap& map, const Week& week, DayHours& makeup, Problems& problems) {
  const std::string name = map.text("makeup");
  const auto found = name.empty() ? std::begin(weekdays) : std::ranges::find(weekdays, name);
  if (found == std::end(weekdays)) {
    problems.error(map.place(), format("makeup '{}' is not one of: {}", name,
                                       "mon, tue, wed, thu, fri, sat, sun"));
    return;
  }
  makeup = week[static_cast<std::size_t>(found - std::begin(weekdays))];
  if (makeup.empty()) {
    problems.error(map.place(), format("make-up workdays have the hours of '{}', which is closed; "
                                       "name another day with `makeup:`",
                                       *found));
  }
}

// "05-01" as 501.
std::optional<std::int32_t> day_of_year(const std::string& text) {
  const auto date = parse_date("2000-" + text);
  if (!date) return std::nullopt;
  return date->month * 100 + date->day;
}

void read_season(const YamlNode& node, std::string_view file, Calendar& calendar,
                 Problems& problems) {
  YamlMap map(node, file, problems);
  if (!map.ok()) return;
  const std::size_t before = problems.errors.size();
  Calendar::Season season;
  for (const auto& [key, day] : {std::pair{"from", &season.from}, std::pair{"to", &season.to}}) {
    const std::string text = map.text(key, true);
    const auto found = day_of_year(text);
    if (found) *day = *found;
    if (!found && !text.empty()) {
      problems.error(map.place(), format("{} '{}' is not a day such as 05-01", key, text));
    }
  }
  if (const YamlNode* week = map.required("week")) {
    read_week(*week, file, season.week, problems);
    if (problems.errors.size() == before) read_makeup(map, season.week, season.makeup, problems);
  }
  map.get("makeup");
  map.finish();
  calendar.seasons.push_back(std::move(season));
}

// Lays one year's table over the calendar.
class YearReader {
 public:
  YearReader(std::string_view file, std::int32_t year, Calendar& calendar, Problems& problems)
      : file_(file), year_(year), calendar_(calendar), problems_(problems) {}

  void read(const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    map.text("source", true);
    const YamlNode* off = map.required("off");
    const YamlNode* work = map.get("work");
    map.finish();
    if (off != nullptr && is_list(*off)) {
      for (const YamlNode& item : off->items) read_off(item);
    }
    if (work != nullptr && is_list(*work)) {
      for (const YamlNode& item : work->items) read_work(item);
    }
  }

 private:
  bool is_list(const YamlNode& node) {
    if (node.kind == YamlNode::Kind::list) return true;
    problems_.error(place_of(file_, node), "expected a list");
    return false;
  }

  // New Year's holiday may begin in the last days of the year before.
  std::optional<Date> read_date(std::string_view text, const std::string& place) {
    const auto date = parse_date(text);
    if (!date) {
      problems_.error(place, format("'{}' is not a date such as {}-01-01", text, year_));
      return std::nullopt;
    }
    if (date->year != year_ && !(date->year == year_ - 1 && date->month == 12)) {
      problems_.error(place, format("{} does not belong to {}", text, year_));
      return std::nullopt;
    }
    return *date;
  }

  void set(Date date, Calendar::Day day, const std::string& place) {
    if (!calendar_.days.emplace(date, std::move(day)).second) {
      problems_.error(place, format("{} is named twice", to_string(date)), Code::conflict);
    }
  }

  void read_off(const YamlNode& node) {
    YamlMap map(node, file_, problems_);
    const std::string name = map.text("name", true);
    const std::string from_text = map.text("from", true);
    const std::string to_text = map.text("to");
    map.finish();
    if (from_text.empty()) return;
    const auto from = read_date(from_text, map.place());
    const auto to = to_text.empty() ? from : read_date(to_text, map.place());
    if (!from || !to) return;
    const std::int64_t first = days_since_epoch(*from);
    const std::int64_t last = days_since_epoch(*to);
    if (last < first || last - first >= longest_holiday_days) {
      problems_.error(map.place(), format("from {} to {} is not a holiday of 1 to {} days",
                                          from_text, to_text, longest_holiday_days));
      return;
    }
    for (std::int64_t day = first; day <= last; ++day) {
      set(date_from_days(day), {{}, name}, map.place());
    }
  }

  void read_work(const YamlNode& node) {
    const std::string place = place_of(file_, node);
    const auto date = read_date(node.scalar, place);
    if (!date) return;
    if (!calendar_.days.contains(*date) && !hours_of(calendar_, *date).empty()) {
      problems_.warning(place, format("{} is a workday anyway", node.scalar));
    }
    set(*date, {makeup_of(calendar_, *date), {}}, place);
  }

  std::string_view file_;
  std::int32_t year_;
  Calendar& calendar_;
  Problems& problems_;
};

Error not_read(std::string_view file) {
  return {Code::invalid, "it has errors; they are listed", std::string(file)};
}

}  // namespace

Result<Calendar> read_calendar(std::string_view yaml, std::string_view file, Problems& problems) {
  const auto root = model::parse_yaml(yaml, file);
  if (!root) {
    problems.errors.push_back(root.error());
    return fail(root.error());
  }
  const std::size_t before = problems.errors.size();
  Calendar calendar;
  YamlMap map(*root, file, problems);
  calendar.id = map.text("calendar", true);
  calendar.label = map.label("label", true);
  const std::string zone = map.text("zone", true);
  if (const YamlNode* week = map.required("week")) {
    read_week(*week, file, calendar.week, problems);
    if (problems.errors.size() == before) {
      read_makeup(map, calendar.week, calendar.makeup, problems);
    }
  }
  map.get("makeup");
  if (map.get("holidays") != nullptr) calendar.keeps_holidays = map.flag("holidays");
  const YamlNode* seasons = map.get("seasons");
  if (seasons != nullptr && seasons->kind != YamlNode::Kind::list) {
    problems.error(place_of(file, *seasons), "'seasons' is a list: - {from: 05-01, to: 09-30, …}");
  }
  for (const YamlNode& season : seasons == nullptr ? std::vector<YamlNode>() : seasons->items) {
    read_season(season, file, calendar, problems);
  }
  map.finish();
  if (const auto parsed = parse_zone(zone)) {
    calendar.zone = *parsed;
  } else if (!zone.empty()) {
    problems.error(map.place(), parsed.error().message);
  }
  if (problems.errors.size() != before) return fail(not_read(file));
  return calendar;
}

Status add_holidays(std::string_view yaml, std::string_view file, Calendar& calendar,
                    Problems& problems) {
  const auto root = model::parse_yaml(yaml, file);
  if (!root) {
    problems.errors.push_back(root.error());
    return fail(root.error());
  }
  const std::size_t before = problems.errors.size();
  Calendar merged = calendar;
  YamlMap map(*root, file, problems);
  map.text("holidays", true);
  map.label("label");
  const YamlNode* years = map.required("years");
  map.finish();
  if (years != nullptr && years->kind != YamlNode::Kind::map) {
    problems.error(place_of(file, *years), "'years' is a map from a year to its days");
  }
  for (const auto& [key, node] :
       years == nullptr ? std::vector<model::YamlMember>() : years->members) {
    const auto year = parse_integer(key);
    if (!year || *year < 1970 || *year > 2261) {
      problems.error(place_of(file, node), format("'{}' is not a year", key));
      continue;
    }
    if (std::ranges::find(merged.years, *year) != merged.years.end()) {
      problems.error(place_of(file, node), format("the holidays of {} are known already", *year),
                     Code::conflict);
      continue;
    }
    const auto number = static_cast<std::int32_t>(*year);
    YearReader(file, number, merged, problems).read(node);
    merged.years.push_back(number);
  }
  if (problems.errors.size() != before) return fail(not_read(file));
  std::ranges::sort(merged.years);
  if (!calendar.keeps_holidays) merged.days = calendar.days;
  calendar = std::move(merged);
  return std::monostate{};
}

}  // namespace cairn::flow
