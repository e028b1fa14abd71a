// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_orders.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace cairn::server {

namespace hj212 = codec::hj212;

namespace {

constexpr std::size_t bottles_kept = 20;
constexpr std::size_t logs_kept = 50;
constexpr std::size_t values_kept = 300;  // states and parameters of one instrument
constexpr std::size_t said_most = 200;    // characters of a line of history

using enum Hj212Field;

// HJ 212-2017, table of commands (6.6.5) and annex C.
std::vector<Hj212Order> make_orders() {
  return {
      {"set_timeouts",
       "1000",
       {"设置超时及重发次数", "Set timeout and repeats"},
       true,
       {value, count},
       {}},
      {"clock", "1011", {"提取现场机时间", "Ask the clock"}, false, {}, {factor}},
      {"set_clock", "1012", {"设置现场机时间", "Set the clock"}, true, {}, {factor}},
      {"realtime_interval",
       "1061",
       {"提取实时数据间隔", "Ask the real-time interval"},
       false,
       {},
       {}},
      {"set_realtime_interval",
       "1062",
       {"设置实时数据间隔", "Set the real-time interval"},
       true,
       {value},
       {}},
      {"minute_interval", "1063", {"提取分钟数据间隔", "Ask the minute interval"}, false, {}, {}},
      {"set_minute_interval",
       "1064",
       {"设置分钟数据间隔", "Set the minute interval"},
       true,
       {value},
       {}},
      {"set_password", "1072", {"设置现场机访问密码", "Set the password"}, true, {}, {password}},
      {"realtime", "2011", {"取实时数据", "Start real-time data"}, true, {}, {}},
      {"stop_realtime", "2012", {"停止察看实时数据", "Stop real-time data"}, true, {}, {}},
      {"states", "2021", {"取设备运行状态", "Start running states"}, true, {}, {}},
      {"stop_states", "2022", {"停止察看设备运行状态", "Stop running states"}, true, {}, {}},
      {"days", "2031", {"取日历史数据", "Ask for days"}, false, {from, to}, {}},
      {"run_times",
       "2041",
       {"取设备运行时间日历史数据", "Ask for running times"},
       false,
       {from, to},
       {}},
      {"minutes", "2051", {"取分钟历史数据", "Ask for minutes"}, false, {from, to}, {}},
      {"hours", "2061", {"取小时历史数据", "Ask for hours"}, false, {from, to}, {}},
      {"calibrate", "3011", {"零点校准量程校准", "Calibrate zero and span"}, true, {factor}, {}},
      {"sample", "3012", {"即时采样", "Sample at once"}, true, {factor}, {}},
      {"clean", "3013", {"启动清洗/反吹", "Clean or blow back"}, true, {factor}, {}},
      {"compare", "3014", {"比对采样", "Sample for comparison"}, true, {factor}, {}},
      {"keep_sample", "3015", {"超标留样", "Keep a sample"}, true, {}, {}},
      {"set_sampling",
       "3016",
       {"设置采样时间周期", "Set the sampling period"},
       true,
       {factor, start, value},
       {}},
      {"sampling", "3017", {"提取采样时间周期", "Ask the sampling period"}, false, {factor}, {}},
      {"sample_out", "3018", {"提取出样时间", "Ask the time to a value"}, false, {factor}, {}},
      {"serial", "3019", {"提取设备唯一标识", "Ask the serial number"}, false, {factor}, {}},
      {"info",
       "3020",
       {"提取现场机信息", "Ask for information"},
       false,
       {factor, info},
       {from, to}},
      {"set_parameter",
       "3021",
       {"设置现场机参数", "Set a parameter"},
       true,
       {factor, info, parameter},
       {}},
  };
}

bool said(const Hj212Command& command, Hj212Field field) {
  switch (field) {
    case value:
      return command.value.has_value();
    case count:
      return command.count.has_value();
    case factor:
      return !command.factor.empty();
    case from:
    case to:
      return command.span.has_value();
    case start:
      return !command.start.empty();
    case info:
      return !command.info.empty();
    case parameter:
      return !command.parameter.empty();
    default:
      return !command.password.empty();
  }
}

Error wrong(Hj212Field field, std::string text) {
  return {Code::invalid, std::move(text), format("/{}", to_string(field))};
}

bool has(const std::vector<Hj212Field>& fields, Hj212Field field) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

bool letters_and_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

Status check_number(const Hj212Order& order, std::int64_t number) {
  struct Range {
    std::string_view cn;
    std::int64_t least, most;
    bool part_of_60;
    const char* text;
  };
  static constexpr Range ranges[] = {
      {"1000", 1, 99, false, "`value` is the time to wait in seconds, from 1 to 99"},
      {"1062", 30, 3600, false, "`value` is the interval in seconds, from 30 to 3600"},
      {"1064", 1, 60, true, "`value` is the interval in minutes, a part of 60"},
      {"3016", 1, 24, false, "`value` is the hours between samples, from 1 to 24"}};
  for (const Range& range : ranges) {
    if (range.cn != order.cn) continue;
    const bool fits =
        number >= range.least && number <= range.most && (!range.part_of_60 || 60 % number == 0);
    if (!fits) return fail(wrong(value, range.text));
  }
  return {};
}

Status check_texts(const Hj212Order& order, const Hj212Command& command) {
  if (!letters_and_digits(command.factor) || command.factor.size() > 24) {
    return fail(wrong(factor, "a code of HJ 212 has letters and digits: w01018"));
  }
  if (!command.info.empty() && !hj212::is_info_id(command.info)) {
    return fail(wrong(info, "an InfoId is i and five digits: i13004"));
  }
  const hj212::InfoKind kind = hj212::info_kind(command.info);
  if (order.cn == "3021" && kind != hj212::InfoKind::parameter) {
    return fail(wrong(info, "only parameters (i13…) can be set"));
  }
  if (order.cn == "3020" && (kind == hj212::InfoKind::log) != command.span.has_value()) {
    return fail(wrong(from, "logs (i11…) need `from` and `to`, states and parameters have none"));
  }
  const bool plain = std::all_of(command.parameter.begin(), command.parameter.end(), [](char c) {
    return c > 0x20 && c <= 0x7E && std::string_view(";,=&").find(c) == std::string_view::npos;
  });
  if (!plain || command.parameter.size() > 40) {
    return fail(wrong(parameter, "a parameter is printable ASCII without ; , = & and blanks"));
  }
  if (!command.password.empty() &&
      (command.password.size() != 6 || !letters_and_digits(command.password))) {
    return fail(wrong(password, "a password of HJ 212 has six letters or digits"));
  }
  return {};
}

Status check_fields(const Hj212Order& order, const Hj212Command& command) {
  for (const Hj212Field field : order.needs) {
    if (said(command, field)) continue;
    if (field == from || field == to) {
      return fail(wrong(field, "a history needs `from` and `to`, the earlier first"));
    }
    return fail(
        wrong(field, format("{} ({}) needs `{}`", order.command, order.cn, to_string(field))));
  }
  for (const Hj212Field field : {value, count, factor, from, start, info, parameter, password}) {
    if (said(command, field) && !has(order.needs, field) && !has(order.takes, field)) {
      return fail(
          wrong(field, format("{} ({}) takes no `{}`", order.command, order.cn, to_string(field))));
    }
  }
  if (command.span && command.span->end < command.span->begin) {
    return fail(wrong(from, "a history needs `from` and `to`, the earlier first"));
  }
  if (command.value) {
    if (auto fits = check_number(order, *command.value); !fits) return fits;
  }
  if (command.count && (*command.count < 1 || *command.count > 99)) {
    return fail(wrong(count, "`count` is how often a thing is said again, from 1 to 99"));
  }
  return check_texts(order, command);
}

// "08:30" and "08:30:00" as HHMMSS; empty: it is no time of the day.
std::string start_digits(std::string_view text) {
  std::string out;
  for (const std::string_view part : split(text, ':')) {
    const auto number = parse_integer(part);
    const std::int64_t most = out.empty() ? 23 : 59;
    if (part.size() != 2 || !number || *number < 0 || *number > most) return {};
    out += part;
  }
  if (out.size() == 4) out += "00";
  return out.size() == 6 ? out : "";
}

std::string clock_text(int seconds) {
  return format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

template <class T, class Same>
void put(std::vector<T>& to, const T& one, const Same& same) {
  const auto at = std::find_if(to.begin(), to.end(), [&](const T& t) { return same(t, one); });
  if (at == to.end()) {
    if (to.size() < values_kept) to.push_back(one);
  } else {
    *at = one;
  }
}

}  // namespace

const char* to_string(Hj212Field field) {
  switch (field) {
    case value:
      return "value";
    case count:
      return "count";
    case factor:
      return "factor";
    case from:
      return "from";
    case to:
      return "to";
    case start:
      return "start";
    case info:
      return "info";
    case parameter:
      return "parameter";
    default:
      return "password";
  }
}

const std::vector<Hj212Order>& hj212_orders() {
  static const std::vector<Hj212Order> orders = make_orders();
  return orders;
}

const std::vector<std::string>& hj212_commands() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> out;
    for (const Hj212Order& order : hj212_orders()) out.push_back(order.command);
    return out;
  }();
  return words;
}

const Hj212Order* find_hj212_order(std::string_view command) {
  for (const Hj212Order& order : hj212_orders()) {
    if (order.command == command) return &order;
  }
  return nullptr;
}

Result<Hj212Content> hj212_content(const Hj212Order& order, const Hj212Command& command,
                                   Instant now, Zone zone) {
  if (auto fits = check_fields(order, command); !fits) return fail(fits.error());
  std::vector<std::string> items;
  const auto item = [&](std::string_view name, std::string_view text) {
    items.push_back(format("{}={}", name, text));
  };
  const auto integer = [](std::int64_t number) { return std::to_string(number); };
  if (!command.factor.empty()) item("PolId", command.factor);
  if (order.cn == "1000") {
    item("OverTime", integer(*command.value));
    item("ReCount", integer(*command.count));
  }
  if (order.cn == "1012") item("SystemTime", hj212::write_time(now, zone, false));
  if (order.cn == "1062") item("RtdInterval", integer(*command.value));
  if (order.cn == "1064") item("MinInterval", integer(*command.value));
  if (order.cn == "3016") {
    const std::string digits = start_digits(command.start);
    if (digits.empty()) return fail(wrong(start, "`start` is a time of the day: 08:30"));
    item("CstartTime", digits);
    item("CTime", integer(*command.value));
  }
  if (!command.info.empty()) item("InfoId", command.info);
  if (order.cn == "3021") item(command.info + "-Info", command.parameter);
  if (command.span) {
    item("BeginTime", hj212::write_time(command.span->begin, zone, false));
    item("EndTime", hj212::write_time(command.span->end, zone, false));
  }
  Hj212Content out;
  if (order.cn == "1072") {
    if (command.password.empty()) {
      return fail(wrong(password, "set_password (1072) needs `password`"));
    }
    item("NewPW", command.password);
  }
  out.said = join(items, ";");
  out.shown = hj212::without_passwords(out.said);
  return out;
}

const char* hj212_wanted(std::string_view cn) {
  static constexpr std::pair<std::string_view, const char*> wanted[] = {
      {"1011", "its time"},
      {"1061", "its real-time interval"},
      {"1063", "its minute interval"},
      {"3017", "its sampling period"},
      {"3018", "its time to a value"},
      {"3019", "its serial number"},
      {"3020", "what was asked"}};
  for (const auto& [of, words] : wanted) {
    if (of == cn) return words;
  }
  return nullptr;
}

bool hj212_told(std::string_view cn, const hj212::Facts& facts) {
  if (cn == "1011") return facts.clock.has_value();
  if (cn == "1061") return facts.realtime_interval_s.has_value();
  if (cn == "1063") return facts.minute_interval_min.has_value();
  if (cn == "3017") return !facts.sampling.empty();
  if (cn == "3018") return !facts.sample_out.empty();
  if (cn == "3019") return !facts.serials.empty();
  if (cn == "3020") return !facts.info.empty();
  return true;
}

Hj212Answer hj212_answer(const hj212::Facts& facts, std::string_view factor_asked,
                         std::string_view info_asked) {
  Hj212Answer out{facts, {}};
  const auto is_other = [&](const std::string& of) {
    const bool other = !factor_asked.empty() && !of.empty() && !iequals_ascii(of, factor_asked);
    if (other && out.other.empty()) out.other = of;
    return other;
  };
  std::erase_if(out.facts.sampling, [&](const auto& one) { return is_other(one.factor); });
  std::erase_if(out.facts.sample_out, [&](const auto& one) { return is_other(one.factor); });
  std::erase_if(out.facts.serials, [&](const auto& one) { return is_other(one.factor); });
  std::erase_if(out.facts.info, [&](const auto& one) {
    if (is_other(one.factor)) return true;
    const bool other = !info_asked.empty() && one.id != info_asked;
    if (other && out.other.empty()) out.other = one.id;
    return other;
  });
  return out;
}

void add_facts(hj212::Facts& to, const hj212::Facts& more) {
  if (more.clock) to.clock = more.clock;
  if (more.realtime_interval_s) to.realtime_interval_s = more.realtime_interval_s;
  if (more.minute_interval_min) to.minute_interval_min = more.minute_interval_min;
  if (more.restarted) to.restarted = more.restarted;
  const auto append = [](auto& list, const auto& others) {
    for (const auto& one : others) {
      const bool there = std::find(list.begin(), list.end(), one) != list.end();
      if (!there && list.size() < hj212::info_most) list.push_back(one);
    }
  };
  append(to.bottles, more.bottles);
  append(to.sampling, more.sampling);
  append(to.sample_out, more.sample_out);
  append(to.serials, more.serials);
  append(to.info, more.info);
}

void keep_facts(hj212::Facts& to, const hj212::Facts& newer) {
  if (newer.clock) to.clock = newer.clock;
  if (newer.realtime_interval_s) to.realtime_interval_s = newer.realtime_interval_s;
  if (newer.minute_interval_min) to.minute_interval_min = newer.minute_interval_min;
  if (newer.restarted) to.restarted = newer.restarted;
  const auto same_factor = [](const auto& a, const auto& b) { return a.factor == b.factor; };
  for (const auto& one : newer.sampling) put(to.sampling, one, same_factor);
  for (const auto& one : newer.sample_out) put(to.sample_out, one, same_factor);
  for (const auto& one : newer.serials) put(to.serials, one, same_factor);
  for (const auto& one : newer.bottles) {
    if (std::find(to.bottles.begin(), to.bottles.end(), one) != to.bottles.end()) continue;
    to.bottles.insert(to.bottles.begin(), one);
    if (to.bottles.size() > bottles_kept) to.bottles.pop_back();
  }
  for (const hj212::Info& one : newer.info) {
    if (hj212::info_kind(one.id) != hj212::InfoKind::log) {
      put(to.info, one, [](const hj212::Info& a, const hj212::Info& b) {
        return a.id == b.id && a.factor == b.factor;
      });
      continue;
    }
    if (std::find(to.info.begin(), to.info.end(), one) != to.info.end()) continue;
    to.info.insert(to.info.begin(), one);
    std::size_t logs = 0;
    std::erase_if(to.info, [&](const hj212::Info& info) {
      return hj212::info_kind(info.id) == hj212::InfoKind::log && ++logs > logs_kept;
    });
  }
}

std::string hj212_facts_text(const hj212::Facts& facts) {
  std::vector<std::string> out;
  const auto of = [](const std::string& factor) {
    return factor.empty() ? std::string() : factor + ": ";
  };
  for (const auto& one : facts.bottles) out.push_back(format("bottle {}", one.number));
  for (const auto& one : facts.sampling) {
    out.push_back(
        format("{}every {} h from {}", of(one.factor), one.every_h, clock_text(one.start_s)));
  }
  for (const auto& one : facts.sample_out) {
    out.push_back(format("{}{} min", of(one.factor), one.minutes));
  }
  for (const auto& one : facts.serials) out.push_back(of(one.factor) + one.serial);
  for (const auto& one : facts.info) {
    out.push_back(format("{}{} {}", of(one.factor), one.id, one.value));
  }
  std::string text = join(out, "; ");
  if (text.size() > said_most) {
    text.resize(said_most);
    text.resize(std::min(text.size(), first_invalid_utf8(text)));
    text += "…";
  }
  return text;
}

}  // namespace cairn::server
