// SPDX-License-Identifier: Apache-2.0
#include "app/pack_template.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "core/unit.hpp"

namespace cairn::app {
namespace {

// {{name}} is the id as formulas and rules may use it.
constexpr std::string_view pack_yaml =
    R"(# yaml-language-server: $schema=../../docs/schema/pack.schema.json
#
# 由模板生成，现在就能通过检查。凡标「改」处换成你的系统的内容。
# Made from the template; it checks as it stands. Change what is marked 改.
#   cairn check {{id}}      查错 what is wrong, and where
#   cairn replay {{id}}     还有哪些应得的数没有算出 what is still to be worked out
# 每个键的含义 every key: docs/packs.md
pack: {{id}}
version: 1
label: {zh: {{zh}}, en: {{en}}}
summary:                                 # 改：一句话说明 one sentence for the list of packs
  zh: {{zh}}：测值、超限与失联。
  en: {{en}}: readings, a limit, silence.

# 含“: ”、#、%开头的文字要加单引号；标点用半角。Texts with ": " or # or a % first stand in quotes.

# 哪一段规划要求它：逐字引用。找：grep -n 农业 regions/*/plan.txt；cairn pack coverage --unanswered
# The passage of a plan that asks for it, word for word, with the line on which it begins.
# answers:
#   - {plan: panxi, line: 1112, quote: 害、水旱灾害、地质灾害、地震灾害、森林火灾建设综合监测}

# 对象和属性 Things and what is known of them.
types:
  {{type}}:
    label: {zh: {{zh}}站, en: {{en}} station}
    properties:
      {{property}}:                      # 改：名称、单位、应有间隔 name, unit, interval
        label: {zh: 测值, en: Measured value}
        unit: {{unit}}
        series: true
        every: 1h                        # 应每小时一次 expected every hour
        max_age: 3h                      # 超过3小时不算现值 older than that is not "now"
      # 各站不同的数是things.csv的列；规则里用coalesce，因为批准设备时新建的站还没有它
      # A number of each station is a column of things.csv. A station that is made by approving a
      # device has none yet: in a rule write coalesce({{property}}_limit, 10)
      # {{property}}_limit: {label: {zh: 限值, en: Limit}, unit: {{unit}}}
      # 真假 a truth (1 and 0 in data; in a rule: door = FALSE):
      # door: {label: {zh: 门, en: Door}, kind: boolean, series: true}
      battery: {label: {zh: 电池电压, en: Battery}, unit: V, series: true, every: 1h, max_age: 3h}

# 指标：对一个区域的公式 Numbers of a region: docs/formula.md
indicators:
  {{name}}_highest:
    label: {zh: 最大测值, en: Largest value}
    formula: max({{property}} of {{type}})
    unit: {{unit}}
    digits: 1
  {{name}}_reporting:
    label: {zh: 最近3小时有上报的站数, en: Stations that reported in the last 3 hours}
    formula: count({{type}} where count({{property}}, 3h) > 0)
    digits: 0

# 预警 Rules. 公式里没有单位的数按属性的单位 a number without a unit is in the property's own.
rules:
  {{name}}_high:
    label: {zh: 测值超限, en: Value above the limit}
    type: {{type}}
    when: {{property}} > 10              # 改：限值及其出处 the limit, and where it comes from
    for: 2h                              # 持续2小时才报 it must hold for two hours
    clear: {{property}} < 8              # 解除线低于触发线 lower, so that it does not flap
    severity: Moderate
    urgency: Expected
    certainty: Likely
    hazard: {{name}}_high                # 同一危险的规则并为一组 rules of one hazard are one group
    incident: {{name}}_event             # 触发事件 opens an incident of this kind
    cap:
      category: Safety
      event: {zh: 测值超限, en: Value above the limit}
      responses: [Assess]
      instruction: {zh: 到现场查看。, en: Go and look.}   # 改
    text: {zh: 测值连续2小时超过10。, en: Above 10 for two hours.}
  {{name}}_silent:                       # 静默也是一种告警 silence warns of nothing: say so
    label: {zh: 站点失联, en: Station silent}
    type: {{type}}
    no_data: {{property}}
    for: 3h
    severity: Minor
    urgency: Expected
    certainty: Observed
    incident: sensor_silent              # 由 packs/response 声明 declared by packs/response
    cap: {category: Infra, event: {zh: 监测设备失联, en: Sensor silent}, responses: [Assess]}
    text: {zh: 超过3小时没有数据。, en: Nothing heard for more than three hours.}

# 事件由谁处置 Who acts: kinds of units of regions/*/units.csv, the first choice first.
response:
  kinds:
    {{name}}_event:
      label: {zh: {{zh}}事件, en: {{en}} event}
      group: {zh: 监测预警, en: Monitoring}
      to: [emergency]                    # 改：agriculture, water, transport, environment …
      workflow: grid-event               # 公众上报时；告警立案走 warning-response (of alerts)
      category: Safety

layers:
  - type: {{type}}
    label: {zh: {{zh}}站, en: {{en}} stations}
    colour_by: {{property}}
    symbol: circle

# 设备自己的名称 Names that your devices use; without it they send `{{property}}` itself.
# inputs:
#   names:
#     - type: {{type}}
#       names: {3323/0/5700: {{property}}, 3316/0/5700: battery}

things: [things.csv]                     # 经纬度WGS 84；estimated: 位置是估计的 the position is
sources: SOURCES.md                      # 键simulated：页面标明不是观测 shown as simulated

# 样例数据，用来验证规则；换成实测序列。没有实测时可用模拟设备：
# Sample data that prove the rules: put a real series here. Where there is none, a simulated device
# (`cairn simulate kinds`): - {simulate: …, thing: …, seed: 1, from: …, to: …, every: 10min, …}
series:
  - file: data/sample.csv
    thing: {{name}}:1
    time: time
    columns: {{{property}}: {{property}}, battery: battery}
    origin: {zh: 模板自带的样例，不是观测, en: 'Sample of the template, not an observation'}
    source: simulated

# 回放：这些数据应当给出什么。不用Cairn，自己从数据算出，替换 todo。
# What the series must give. Work it out from the data without Cairn, in place of each todo.
replay:
  - {formula: {{name}}_highest, region: '{{region}}', at: 2024-07-02T08:00, value: todo}
  - {rule: {{name}}_high, thing: '{{name}}:1', firings: todo}    # [{from: …, to: …}] 或 or []
  - {rule: {{name}}_silent, thing: '{{name}}:1', firings: todo}
  - {incident: {{name}}_event, region: '{{region}}', opens: todo}
  - {incident: sensor_silent, region: '{{region}}', opens: todo}
)";

constexpr std::string_view things_csv =
    "id,type,region,name_zh,name_en,lon,lat,status,estimated,source\n"
    "{{name}}:1,{{type}},{{region}},示范站1,Demonstration station "
    "1,{{lon}},{{lat}},live,true,simulated\n";

constexpr std::string_view sources_md = R"(# {{title}}: where the data comes from

| key | files | origin | licence |
|---|---|---|---|
| `simulated` | data/sample.csv, things.csv | made by `cairn pack new`, not observed | your own |
)";

// Four days, hour by hour: quiet; on the second day above ten from 04:00 to 10:00 and back; on the
// third nothing is heard from 12:00 to 19:00.
std::string sample_csv(const std::string& property) {
  static constexpr double rise[] = {4, 6, 8, 9, 11, 12, 12.5, 13, 12, 11, 10.5, 9, 7.5, 6, 5, 4};
  std::string out = format("time,{},battery\n", property);
  for (int hour = 0; hour < 96; ++hour) {
    if (hour >= 60 && hour < 68) continue;
    const double value = hour >= 24 && hour < 40 ? rise[hour - 24] : 3;
    out += format("2024-07-{:02}T{:02}:00,{},{:.2f}\n", 1 + hour / 24, hour % 24, value,
                  12.8 - 0.002 * hour);
  }
  return out;
}

// A text as YAML takes it anywhere.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

using Marks = std::vector<std::pair<std::string, std::string>>;  // a mark and what replaces it

std::string replaced(std::string_view text, const Marks& marks) {
  std::string out(text);
  for (const auto& [mark, by] : marks) {
    for (std::size_t at = out.find(mark); at != std::string::npos;
         at = out.find(mark, at + by.size())) {
      out.replace(at, mark.size(), by);
    }
  }
  return out;
}

std::string underscored(std::string id) {
  std::replace(id.begin(), id.end(), '-', '_');
  return id;
}

// What stands behind a label belongs inside its quotes: those marks come first.
Marks marks_of(const PackWish& wish) {
  const std::string& zh = wish.label.zh;
  const std::string& en = wish.label.en;
  return {{"{{title}}", en},
          {"{{zh}}：测值、超限与失联。", quoted(zh + "：测值、超限与失联。")},
          {"{{en}}: readings, a limit, silence.", quoted(en + ": readings, a limit, silence.")},
          {"{{zh}}站", quoted(zh + "站")},
          {"{{zh}}事件", quoted(zh + "事件")},
          {"{{en}} stations", quoted(en + " stations")},
          {"{{en}} station", quoted(en + " station")},
          {"{{en}} event", quoted(en + " event")},
          {"{{zh}}", quoted(zh)},
          {"{{en}}", quoted(en)},
          {"{{id}}", wish.id},
          {"{{name}}", underscored(wish.id)},
          {"{{type}}", wish.type},
          {"{{property}}", wish.property},
          {"{{unit}}", quoted(wish.unit)},
          {"{{region}}", wish.region},
          {"{{lon}}", format("{:.3f}", wish.lon)},
          {"{{lat}}", format("{:.3f}", wish.lat)}};
}

Status check_name(std::string_view option, const std::string& name) {
  const bool small = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (small && is_identifier(name)) return {};
  return fail(Code::invalid,
              format("'{}' is not a name; use letters a-z, digits and _, a letter first", name),
              std::string(option));
}

}  // namespace

Result<PackWish> complete(PackWish wish) {
  const bool good = !wish.id.empty() && wish.id[0] >= 'a' && wish.id[0] <= 'z' &&
                    wish.id.back() != '-' &&
                    std::all_of(wish.id.begin(), wish.id.end(), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                    });
  if (!good || wish.id.size() > 40) {
    return fail(Code::invalid,
                format("'{}' cannot be the id of a pack; use letters a-z, digits and -, a letter "
                       "first, at most 40: snow-depth",
                       wish.id));
  }
  for (const std::string& text : {wish.label.zh, wish.label.en}) {
    if (text.find_first_of("\n\r\t{}") != std::string::npos) {
      return fail(Code::invalid, "a label is one line of text without braces", "--label");
    }
  }
  if (wish.label.en.empty()) wish.label.en = wish.label.zh.empty() ? wish.id : wish.label.zh;
  if (wish.label.zh.empty()) wish.label.zh = wish.label.en;
  if (wish.type.empty()) wish.type = underscored(wish.id) + "_station";
  if (wish.property.empty()) wish.property = "level";
  if (wish.unit.empty()) wish.unit = "m";
  if (const auto ok = check_name("--type", wish.type); !ok) return fail(ok.error());
  if (const auto ok = check_name("--property", wish.property); !ok) return fail(ok.error());
  if (wish.property == "battery") {
    return fail(Code::conflict, "the template has a 'battery' already; name what is measured",
                "--property");
  }
  if (const auto unit = parse_unit(wish.unit); !unit) {
    return fail(unit.error().code, unit.error().message, "--unit");
  }
  return wish;
}

std::vector<PackText> pack_texts(const PackWish& wish) {
  const Marks marks = marks_of(wish);
  return {{"pack.yaml", replaced(pack_yaml, marks)},
          {"things.csv", replaced(things_csv, marks)},
          {"SOURCES.md", replaced(sources_md, marks)},
          {"data/sample.csv", sample_csv(wish.property)}};
}

}  // namespace cairn::app
