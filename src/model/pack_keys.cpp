// SPDX-License-Identifier: Apache-2.0
#include "model/pack_keys.hpp"

#include <algorithm>

namespace cairn::model {
namespace {

constexpr bool needed = true;

constexpr std::string_view property_kinds =
    "one of number, integer, boolean, text, time, date, interval, geometry, array";
constexpr std::string_view levels = "list one of province, prefecture, county, town, village, zone";

constexpr PackKey pack_keys[] = {
    {"pack", "text", needed, "", "标识，与文件夹同名", "the id, as the folder is called", "slope"},
    {"version", "integer", false, "1", "版本", "version of the pack", "1"},
    {"label", "label", needed, "", "名称", "what it is called",
     "{zh: 边坡监测, en: Slope monitoring}"},
    {"summary", "label", false, "", "一句话说明", "one sentence for the list of packs",
     "{zh: …, en: …}"},
    {"answers", "list answer", false, "", "所回应的规划原文", "the plan passages that ask for it",
     ""},
    {"types", "map type", false, "", "对象类型", "types of things", ""},
    {"extends", "map extension", false, "", "给别的数据包的类型增加属性",
     "further properties of another pack's types", ""},
    {"indicators", "map indicator", false, "", "指标", "numbers of a region", ""},
    {"rules", "map rule", false, "", "预警规则", "when to warn", ""},
    {"layers", "list layer", false, "", "地图图层", "layers of the map", ""},
    {"inputs", "inputs", false, "", "设备自己的名称、编码和寄存器",
     "names, codes and registers that devices use", ""},
    {"things", "list text", false, "", "对象清单（CSV）", "CSV files of things", "[things.csv]"},
    {"series", "list file_series | simulated_series", false, "", "观测序列",
     "series of observations", ""},
    {"sources", "text", false, "", "来源和许可表，每个source键一行",
     "table of sources and licences, a row for each key of a `source`", "SOURCES.md"},
    {"response", "response", false, "", "谁来处置", "who acts", ""},
    {"bands", "map band", false, "", "无线频段", "radio bands", ""},
    {"coverage", "coverage", false, "", "覆盖研究", "how the coverage study is made", ""},
    {"replay", "list replay_value | replay_rule | replay_incident", false, "", "回放应得的结果",
     "what a replay must give", ""},
};

constexpr PackKey label_keys[] = {
    {"zh", "text", false, "", "中文", "Chinese", "边坡"},
    {"en", "text", false, "", "英文", "English", "Slope"},
};

constexpr PackKey answer_keys[] = {
    {"plan", "text", needed, "", "规划标识", "id of the plan", "panxi"},
    {"line", "integer", false, "0", "引文从第几行开始",
     "line of plan.txt on which the quote begins", "1112"},
    {"quote", "text", needed, "", "原文，空白不计", "the very words; white space aside",
     "害、水旱灾害、地质灾害…"},
};

constexpr PackKey type_keys[] = {
    {"label", "label", needed, "", "名称", "what it is called",
     "{zh: 边坡监测站, en: Slope station}"},
    {"properties", "map property", false, "", "属性", "what is known of such a thing", ""},
};

constexpr PackKey extension_keys[] = {
    {"properties", "map property", false, "", "增加的属性", "the properties to add", ""},
};

constexpr PackKey property_keys[] = {
    {"label", "label", needed, "", "名称", "what it is called", "{zh: 水位, en: Level}"},
    {"unit", "unit", false, "'1'", "单位：UCUM代码或通常写法", "a UCUM code or as people write it",
     "mm, ug/m3, 万户, '%'"},
    {"kind", property_kinds, false, "number", "值的种类", "kind of the values", "text"},
    {"series", "flag", false, "false", "随时间观测；否则每个对象一个值",
     "observed in time; otherwise one attribute per version of the thing", "true"},
    {"counter", "flag", false, "false", "只增的计数：变小即清零",
     "a meter that only rises; delta and rate read a fall as a reset", "true"},
    {"every", "span", false, "", "应有的间隔，应报数据量的依据",
     "the expected interval; the base of \"so many of so many reported\"", "15min"},
    {"max_age", "span", false, "", "最后值超过此龄视为未报；不写则一直有效",
     "a last value that is older counts as not reported; without it the last value holds for ever",
     "1h"},
    {"period", "one of day, month, quarter, year", false, "", "按期统计（即为序列）",
     "a statistic of such periods (implies series)", "year"},
    {"formula", "formula", false, "", "由其他属性算出",
     "derived for each thing from its other properties", "level - bank_height"},
    {"note", "label", false, "", "须知：方法、标准、局限",
     "what a reader must know: method, standard, limits", ""},
};

constexpr PackKey indicator_keys[] = {
    {"label", "label", needed, "", "名称", "what it is called",
     "{zh: 最高水位, en: Highest level}"},
    {"unit", "unit", false, "'1'", "显示的单位；公式单位自动换算",
     "what it is shown in; a formula in another unit of the dimension is converted", "m"},
    {"formula", "formula", false, "", "对区域内对象的公式",
     "over the things of a region; other indicators by name", "max(level of gauge)"},
    {"given", "flag", false, "false", "由人上报的数（statistics.csv）",
     "instead of a formula: a figure that somebody reports", "true"},
    {"rollup", "one of sum, none", false, "none", "上报数的汇总",
     "of given figures: a region without its own is the sum of its parts", "sum"},
    {"better", "one of higher, lower, neither", false, "neither", "越高越好还是越低越好",
     "which way is better", "lower"},
    {"digits", "integer", false, "-1", "小数位数；-1按需", "decimals; -1: as the value needs", "1"},
    {"levels", levels, false, "[]", "适用的层级；空为全部",
     "levels at which it makes sense; empty: all", "[county, town]"},
    {"note", "label", false, "", "须知", "what a reader must know", ""},
};

constexpr PackKey rule_keys[] = {
    {"label", "label", needed, "", "名称", "what it is called",
     "{zh: 水位超警, en: Level above warning}"},
    {"type", "name", needed, "", "监视的对象类型", "the type of the things it watches", "gauge"},
    {"when", "formula", false, "", "条件，真即触发", "the condition, for each thing; or no_data",
     "level > 3 m"},
    {"for", "span", false, "0 s", "须持续多久；no_data则为静默多久",
     "how long it must hold; with no_data: how long silence must last", "30min"},
    {"clear", "formula", false, "not when", "结束条件", "the condition that ends it",
     "level < 2.5 m"},
    {"keep", "span", false, "0 s", "须解除多久才结束",
     "how long it must be clear before a firing ends", "30min"},
    {"while", "formula", false, "", "为真时只记录、不通知",
     "where it is true alerts are recorded and nobody is called", "maintenance"},
    {"no_data", "name", false, "", "静默告警所看的属性",
     "instead of when: the observed property whose silence is meant", "level"},
    {"expected", "flag", false, "false", "从未上报的也算静默",
     "no_data: also things that were never heard", "true"},
    {"severity", "one of Extreme, Severe, Moderate, Minor, Unknown", false, "Unknown",
     "严重程度（CAP）", "CAP 1.2", "Severe"},
    {"urgency", "one of Immediate, Expected, Future, Past, Unknown", false, "Unknown",
     "紧迫程度（CAP）", "CAP 1.2", "Expected"},
    {"certainty", "one of Observed, Likely, Possible, Unlikely, Unknown", false, "Unknown",
     "确定程度（CAP）", "CAP 1.2", "Observed"},
    {"text", "label", false, "", "提示：发生了什么、怎么办", "what it means and what to do", ""},
    {"hazard", "text", false, "the rule", "同一危险的规则并为一组",
     "rules of one hazard form one group", "flood"},
    {"incident", "text", false, "", "触发的事件种类", "the kind of incident that a group opens",
     "flood"},
    {"caused_by", "list cause", false, "", "因何而起：原因未消时不另行通知",
     "while such an alert is open this one is its consequence", ""},
    {"cap", "cap", false, "", "预警消息的内容", "for the CAP message", ""},
};

constexpr PackKey cause_keys[] = {
    {"rule", "name", needed, "", "原因规则", "the rule that is the cause", "station_power_out"},
    {"same", "text", needed, "", "thing、county、town或文本属性",
     "thing, town, county, or a text property of this rule's type", "thing"},
};

constexpr PackKey cap_keys[] = {
    {"category",
     "one of Geo, Met, Safety, Security, Rescue, Fire, Health, Env, Transport, Infra, CBRNE, Other",
     false, "Other", "类别", "category of CAP 1.2", "Met"},
    {"event", "label", false, "the rule's label", "事件名称", "what the event is called",
     "{zh: 洪水, en: Flood}"},
    {"event_code", "text", false, "", "GB/T 35561代码", "code of GB/T 35561", "11A01"},
    {"responses",
     "list one of Shelter, Evacuate, Prepare, Execute, Avoid, Monitor, Assess, AllClear, None",
     false, "[]", "应采取的行动", "responseType of CAP 1.2", "[Prepare, Monitor]"},
    {"instruction", "label", false, "", "请公众做什么", "what people shall do", ""},
};

constexpr PackKey layer_keys[] = {
    {"type", "name", needed, "", "对象类型", "the type that it shows", "gauge"},
    {"id", "text", false, "the type", "同一类型有两个图层时的标识",
     "where a pack shows one type twice", "gauge_level"},
    {"label", "label", needed, "", "名称", "what it is called", "{zh: 水位站, en: Gauges}"},
    {"colour_by", "name", false, "", "按哪个属性（或status）着色",
     "a property of the type, or status", "level"},
    {"symbol", "one of circle, square, triangle, diamond", false, "circle", "符号",
     "how a thing is drawn", "square"},
};

constexpr PackKey inputs_keys[] = {
    {"hj212", "list hj212", false, "", "HJ 212因子编码", "codes of HJ 212-2017", ""},
    {"names", "list names_input", false, "", "SenML、LwM2M等的名称",
     "names of SenML, plain values, LwM2M paths", ""},
    {"modbus", "list modbus", false, "", "Modbus寄存器表", "register maps of meters", ""},
};

constexpr PackKey hj212_keys[] = {
    {"type", "name", needed, "", "对象类型", "the type of the things", "outfall"},
    {"systems", "list text", false, "[]", "系统编码ST；空为全部", "system codes (ST); empty: all",
     "['32']"},
    {"realtime", "names text | input_name", false, "", "CN 2011的名称", "names in CN 2011 frames",
     "{w01018-Rtd: cod}"},
    {"minute", "names text | input_name", false, "", "CN 2051的名称", "names in CN 2051 frames",
     "{w01018-Avg: cod_10min}"},
    {"hour", "names text | input_name", false, "", "CN 2061的名称", "names in CN 2061 frames",
     "{w01018-Avg: cod_hour}"},
    {"day", "names text | input_name", false, "", "CN 2031的名称", "names in CN 2031 frames",
     "{w01018-Avg: cod_day}"},
};

constexpr PackKey input_name_keys[] = {
    {"property", "name", needed, "", "属性", "the property that it is", "flow"},
    {"scale", "number", false, "1", "系数", "value * scale + offset", "0.1"},
    {"offset", "number", false, "0", "偏移", "value * scale + offset", "-40"},
    {"unit", "unit", false, "the property's", "换算后的单位", "the unit of the scaled value",
     "L/s"},
};

constexpr PackKey names_keys[] = {
    {"type", "name", needed, "", "对象类型", "the type of the things", "street_lamp"},
    {"names", "names text | input_name", needed, "", "设备的名称: 属性",
     "the device's name: property", "{3311/0/5820: dimming}"},
};

constexpr PackKey modbus_keys[] = {
    {"model", "name", needed, "", "型号标识，全局唯一", "id of the model, unique over all packs",
     "pump_meter_x"},
    {"label", "label", needed, "", "名称", "what it is called", "{zh: 水泵电表, en: Pump meter}"},
    {"type", "name", needed, "", "对象类型", "the type of the things", "pump_house"},
    {"registers", "list register", needed, "", "寄存器", "its registers", ""},
};

constexpr PackKey register_keys[] = {
    {"bank", "one of holding, input, coil, discrete", false, "holding", "寄存器区", "bank",
     "input"},
    {"at", "integer", needed, "", "线上地址，从0起", "address on the wire, from 0", "0"},
    {"as", "one of bit, int16, uint16, int32, uint32, int64, uint64, float32, float64", false,
     "uint16", "数据类型", "type of the value", "float32"},
    {"order", "one of abcd, cdab, badc, dcba", false, "abcd", "字节顺序",
     "order of the bytes of several registers", "cdab"},
    {"bit", "integer", false, "", "16位中的第几位", "a bit of a 16-bit register, 0 the lowest",
     "3"},
    {"missing", "number", false, "", "表示无数据的原始值", "the raw value that says \"no reading\"",
     "65535"},
    {"property", "name", needed, "", "属性", "the property that it is", "pressure"},
    {"scale", "number", false, "1", "系数", "value * scale + offset", "0.1"},
    {"offset", "number", false, "0", "偏移", "value * scale + offset", "0"},
    {"unit", "unit", false, "the property's", "换算后的单位", "the unit of the scaled value",
     "kPa"},
};

constexpr PackKey file_series_keys[] = {
    {"file", "text", needed, "", "文件，.gz自动解压", "the file; .gz is unpacked",
     "data/level.csv"},
    {"thing", "text", needed, "", "对象标识",
     "one of this pack's things, or of those loaded before", "river:marsh"},
    {"format", "one of csv, columns", false, "csv", "csv有表头；columns以空格分列，名为$1、$2…",
     "csv: a header line; columns: blanks between, named $1, $2 …", "columns"},
    {"time", "text | list text", needed, "", "时间列：一列，或年、月、日、时、分",
     "one column (ISO 8601, or m/d/y h:m), or year, month, day[, hour[, minute]]", "time"},
    {"zone", "text", false, "+08:00", "无时区时间的时区", "of times without an offset", "'+08:00'"},
    {"lasts", "span", false, "an instant", "一行所代表的时段",
     "a row covers the time from its stamp on", "1d"},
    {"missing", "list text", false, "[]", "表示无值的文字",
     "texts that mean no value; an empty cell always does", "[NA]"},
    {"columns", "names text | column", needed, "", "列: 属性", "column: property",
     "{level_m: level}"},
    {"origin", "label", needed, "", "数据出处，随数显示", "shown beside the numbers",
     "{zh: …, en: …}"},
    {"elsewhere", "flag", false, "false", "别处实测的数据",
     "measured in another part of the world; the page says so", "true"},
    {"source", "text", false, "", "SOURCES.md中的键；simulated：编造的数据，处处标明",
     "a key of SOURCES.md; `simulated`: made up, and marked so wherever it is shown", "camels"},
};

constexpr PackKey simulated_series_keys[] = {
    {"simulate", "name", needed, "", "模拟设备的种类（cairn simulate kinds）",
     "a kind of device; `cairn simulate kinds` lists them", "slope_water"},
    {"thing", "text", needed, "", "对象标识", "the thing that it measures for", "debris:sim"},
    {"seed", "integer", false, "1", "随机种子", "same seed, same bytes", "7"},
    {"from", "instant", needed, "", "开始（当地时间）", "begin, local time", "2024-07-01T00:00"},
    {"to", "instant", needed, "", "结束，不含", "end, exclusive", "2024-07-06T00:00"},
    {"every", "span", needed, "", "间隔", "time between two readings", "10min"},
    {"lasts", "span", false, "an instant", "一个值所代表的时段",
     "a reading covers the time from its stamp on", "10min"},
    {"zone", "text", false, "+08:00", "无时区时间的时区", "of times without an offset", "'+08:00'"},
    {"with", "names number", false, "", "参数", "parameters of the device",
     "{depth: 3, angle: 32}"},
    {"changes", "list change", false, "", "一段时间内不同的参数",
     "parameters that differ for a time", ""},
    {"silences", "list silence", false, "", "收不到数据的时段", "times in which nothing is heard",
     ""},
    {"columns", "names text | column", needed, "", "输出: 属性", "output: property",
     "{rain: rain}"},
};

constexpr PackKey column_keys[] = {
    {"property", "name", needed, "", "属性", "the property that it feeds", "rain"},
    {"scale", "number", false, "1", "系数", "value * scale + offset", "0.01"},
    {"offset", "number", false, "0", "偏移", "value * scale + offset", "-0.4"},
    {"unit", "unit", false, "the property's", "换算后的单位", "the unit of the scaled value",
     "'[in_i]'"},
};

constexpr PackKey change_keys[] = {
    {"from", "instant", needed, "", "开始", "begin", "2024-07-03T02:00"},
    {"to", "instant", needed, "", "结束，不含", "end, exclusive", "2024-07-03T08:00"},
    {"set", "names number", needed, "", "参数", "the parameters and their values",
     "{rain_rate: 28}"},
};

constexpr PackKey silence_keys[] = {
    {"from", "instant", needed, "", "开始", "begin", "2024-07-05T00:00"},
    {"to", "instant", needed, "", "结束，不含", "end, exclusive", "2024-07-05T06:00"},
};

constexpr PackKey replay_value_keys[] = {
    {"formula", "formula", needed, "", "指标标识或公式", "the id of an indicator, or a formula",
     "river_flow"},
    {"region", "text", needed, "", "区域代码或标识", "code or id of a region", "'513401'"},
    {"at", "text", needed, "", "时点：年、季、月、日（取其末）或时刻",
     "a year, quarter, month or day (its end is meant), or an instant", "'2002-05-15'"},
    {"proposal", "text", false, "", "叠加的方案", "a proposal that is laid over", "panxi-5g-2025"},
    {"value", "number | one of none, todo", needed, "", "应得的数；none无值；todo待算",
     "the number; none: no value; todo: still to be worked out", "10.732"},
    {"tolerance", "number", false, "0", "允许误差", "how far off is still right", "0.001"},
};

constexpr PackKey replay_rule_keys[] = {
    {"rule", "name", needed, "", "规则", "a rule of this pack", "river_low_water"},
    {"thing", "text", needed, "", "对象标识", "the thing", "river:marsh"},
    {"from", "instant", false, "", "只比较其后开始的",
     "firings that begin from then on are compared", "2002-01-01"},
    {"to", "instant", false, "", "只比较其前开始的", "… and until then", "2003-01-01"},
    {"firings", "list firing | one of todo", needed, "", "全部触发；[]无；todo待算",
     "all of them; []: none; todo: still to be worked out", "[]"},
};

constexpr PackKey firing_keys[] = {
    {"from", "instant", needed, "", "开始", "when it begins", "2002-08-17T00:00"},
    {"to", "instant", false, "open", "结束；不写则未结束",
     "when it ends; without it: still firing at the end", "2002-09-24T00:00"},
};

constexpr PackKey replay_incident_keys[] = {
    {"incident", "text", needed, "", "事件种类", "a kind of incident", "flood"},
    {"region", "text", needed, "", "县代码", "the county of the unit that has it", "'513401'"},
    {"opens", "list instant | one of todo", needed, "", "全部立案时刻；todo待算",
     "the times at which such incidents open, all of them; todo: still to be worked out",
     "[2002-05-13T00:00]"},
};

constexpr PackKey response_keys[] = {
    {"kinds", "names kind", false, "", "事件种类", "kinds of incidents", ""},
    {"workflows", "list text", false, "[]", "流程文件", "docs/formats/workflow.md",
     "[workflows/grid_event.yaml]"},
    {"calendars", "list text", false, "[]", "工作日历", "working time",
     "[calendars/cn_offices.yaml]"},
    {"holidays", "list text", false, "[]", "节假日", "laid over every calendar",
     "[calendars/cn_holidays.yaml]"},
};

constexpr PackKey kind_keys[] = {
    {"label", "label", needed, "", "名称", "what it is called",
     "{zh: 边坡险情, en: Slope in danger}"},
    {"group", "label", false, "", "列表中的分组", "heading in lists",
     "{zh: 自然灾害, en: Natural hazards}"},
    {"to", "list text", needed, "", "主管单位的种类，先后有序",
     "kinds of units: the first that answers for the place", "[natural_resources, emergency]"},
    {"workflow", "text", false, "grid-event",
     "流程：grid-event、hotline-12345或自己的；告警立案的总走warning-response",
     "grid-event, hotline-12345, or one's own; an incident that an alert opens takes "
     "warning-response whatever stands here",
     "hotline-12345"},
    {"category",
     "one of Geo, Met, Safety, Security, Rescue, Fire, Health, Env, Transport, Infra, CBRNE, Other",
     false, "Other", "类别（CAP）", "category of CAP 1.2", "Geo"},
    {"citizens", "flag", false, "false", "公众可上报", "the public may report it", "true"},
    {"urgent", "flag", false, "false", "按紧急时限", "deadlines by the workflow's urgent_calendar",
     "true"},
    {"hint", "label", false, "", "上报时应说明什么", "what a reporter should say", ""},
};

constexpr PackKey band_keys_[] = {
    {"label", "label", needed, "", "名称", "what it is called",
     "{zh: 5G 700 MHz, en: '5G 700 MHz (n28)'}"},
    {"technology", "one of 2g, 3g, 4g, 5g, nb-iot", needed, "", "制式，同基站的tech",
     "as `tech` of stations", "5g"},
    {"aliases", "list text", false, "[]", "别名，不分大小写",
     "other names in registers; the case of letters does not matter", "[NR700]"},
    {"note", "label", false, "", "须知", "what a reader must know", ""},
    {"numbers", "map number_of_band", needed, "", "链路预算的数",
     "the numbers of the link budget (table of src/model/band.cpp)", ""},
};

constexpr PackKey number_keys[] = {
    {"value", "number", needed, "", "值", "the value", "53.8"},
    {"source", "text", needed, "", "出处", "a document and its place, or how it follows",
     "TS 38.101-1 Table 5.3.2-1"},
    {"recalled", "flag", false, "false", "凭惯例，未查原文",
     "usual practice written down without a document at hand", "true"},
};

constexpr PackKey coverage_keys[] = {
    {"of", "name", false, "village", "得到结果的类型", "the type that gets the properties",
     "village"},
    {"stations", "name", false, "base_station", "基站类型", "with tech, band, operator, height_m",
     "base_station"},
    {"points", "name", false, "public_place", "接收点类型", "with kind and households",
     "public_place"},
    {"model", "one of p1812, itm, p526, rma, free", false, "p1812", "传播模型", "propagation model",
     "p1812"},
    {"radius_km", "number", false, "15", "最远距离", "farther stations are not heard", "15"},
    {"phone_height_m", "number", false, "1.5", "手机高度", "height of the phone", "1.5"},
    {"station_height_m", "number", false, "30", "未说明高度的基站",
     "of stations that do not say theirs", "30"},
    {"time_percent", "number", false, "50", "时间百分比", "part of the time", "50"},
    {"location_percent", "number", false, "50", "地点百分比", "part of the places", "50"},
    {"rules", "map coverage_rule", needed, "", "何时算覆盖",
     "by the boolean property that each decides", ""},
};

constexpr PackKey coverage_rule_keys[] = {
    {"label", "label", needed, "", "名称", "what it is called", ""},
    {"technology", "one of 4g, 5g, nb-iot", needed, "", "制式", "technology", "4g"},
    {"station_within_km", "number", false, "", "村委会此距离内有基站即可",
     "of the committee: suffices by itself", "5"},
    {"signal_at", "list one of committee, school, clinic, cluster", false, "[]", "或此处都有信号",
     "or a signal at all of these that there are", "[committee, school]"},
    {"least_households", "number", false, "", "少于此户数的点不计",
     "points of fewer households need none", "20"},
    {"operators", "one of any, one", false, "one", "各点可不同网，或须同一网",
     "any at each point, or the same one at all of them", "any"},
    {"threshold_dbm", "number", false, "the band's", "门限", "in place of the band's own", "-105"},
    {"quote", "text", false, "", "依据原文", "what the rule is taken from", ""},
    {"source", "text", false, "", "SOURCES.md中的键", "its key in SOURCES.md", "miit-2018"},
};

constexpr PackSection sections[] = {
    {"pack", "the file", "数据包", "a pack", pack_keys},
    {"label", "any label", "中英文名称；一个文字兼作两者",
     "a text in two languages; one text stands for both", label_keys},
    {"answer", "answers[]", "规划引文", "a passage that asks for the pack", answer_keys},
    {"type", "types.<name>", "对象类型", "a type of things", type_keys},
    {"extension", "extends.<type>", "给别的类型增加属性", "further properties of a type",
     extension_keys},
    {"property", "types.<name>.properties.<name>", "属性", "a property", property_keys,
     Choice::at_most_one, "series, formula"},
    {"indicator", "indicators.<id>", "指标", "an indicator", indicator_keys, Choice::exactly_one,
     "formula, given"},
    {"rule", "rules.<id>", "预警规则", "a rule", rule_keys, Choice::exactly_one, "when, no_data"},
    {"cause", "rules.<id>.caused_by[]", "原因", "a cause", cause_keys},
    {"cap", "rules.<id>.cap", "预警消息", "the CAP message of a rule", cap_keys},
    {"layer", "layers[]", "图层", "a layer", layer_keys},
    {"inputs", "inputs", "设备的名称", "names that devices use", inputs_keys},
    {"hj212", "inputs.hj212[]", "HJ 212因子", "codes of HJ 212-2017", hj212_keys},
    {"names_input", "inputs.names[]", "SenML等的名称", "names of SenML and the like", names_keys},
    {"modbus", "inputs.modbus[]", "一种电表的寄存器", "the register map of a model", modbus_keys},
    {"register", "inputs.modbus[].registers[]", "寄存器", "a register", register_keys},
    {"input_name", "inputs.…: <name>: {…}", "名称对应的属性", "what a name is", input_name_keys},
    {"file_series", "series[] of a file", "文件序列", "a series of a file", file_series_keys},
    {"simulated_series", "series[] of a simulated device", "模拟序列",
     "a series of a simulated device", simulated_series_keys},
    {"column", "series[].columns.<column>: {…}", "列", "a column with another unit", column_keys},
    {"change", "series[].changes[]", "参数变化", "parameters that differ for a time", change_keys},
    {"silence", "series[].silences[]", "静默", "a time in which nothing is heard", silence_keys},
    {"response", "response", "处置", "who acts", response_keys},
    {"kind", "response.kinds.<id>", "事件种类", "a kind of incident", kind_keys},
    {"replay_value", "replay[] of a value", "应得的数", "a value that must come out",
     replay_value_keys},
    {"replay_rule", "replay[] of a rule", "应有的触发", "the firings of a rule over a thing",
     replay_rule_keys},
    {"firing", "replay[].firings[]", "一次触发", "a firing", firing_keys},
    {"replay_incident", "replay[] of incidents", "应有的事件",
     "the incidents of a kind in a county", replay_incident_keys},
    {"band", "bands.<id>", "频段", "a radio band", band_keys_},
    {"number_of_band", "bands.<id>.numbers.<key>", "频段的数", "a number of a band", number_keys},
    {"coverage", "coverage", "覆盖研究", "the coverage study", coverage_keys},
    {"coverage_rule", "coverage.rules.<property>", "覆盖规则", "a rule of the study",
     coverage_rule_keys},
};

}  // namespace

std::span<const PackSection> pack_sections() {
  return sections;
}

const PackSection* pack_section(std::string_view id) {
  const auto at = std::find_if(std::begin(sections), std::end(sections),
                               [&](const PackSection& section) { return section.id == id; });
  return at == std::end(sections) ? nullptr : at;
}

}  // namespace cairn::model
