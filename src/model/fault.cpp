// SPDX-License-Identifier: Apache-2.0
#include "model/fault.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr Fault all[] = {
    {"P0001",
     "the { is not closed\nthe [ is not closed\nillegal *\nend of *\nbad *\nunknown "
     "token*\nunexpected *\nunknown directive*\nflow *\nkey "
     "not found*\ninvalid *\nmap *\nblock *",
     "这里不是合法的YAML，多半是缩进、冒号或括号的问题；问题也可能在上一行。",
     "This is no YAML: mostly indentation, a colon or a bracket, perhaps of the line before.",
     "看这一行和上一行的缩进、冒号后的空格、括号和引号",
     "look at the indentation, the blank behind a colon, brackets and quotes, here and a line "
     "above",
     "types:\n  gauge: label: {zh: 站, en: Gauge}",
     "types:\n  gauge:\n    label: {zh: 站, en: Gauge}"},
    {"P0002", "a tab stands in the indentation*", "YAML的缩进只能用空格，不能用制表符。",
     "YAML is indented by blanks, never by tabs.", "把制表符换成空格",
     "put blanks in place of the tab", "types:\n→gauge:", "types:\n  gauge:"},
    {"P0003", "the key '*' stands twice", "同一层里一个键只能出现一次，后一个会悄悄盖掉前一个。",
     "A key stands once in a map; a second would silently replace the first.", "删掉一个，或改名",
     "remove one of them, or rename it", "unit: mm\nunit: cm", "unit: mm"},
    {"P0004", "not UTF-8", "文件必须是UTF-8编码。", "The file must be UTF-8.", "另存为UTF-8",
     "save it as UTF-8", "", ""},
    {"P0005", "larger than *\nnested too deeply*\nbrackets nested*", "文件太大，或嵌套太深。",
     "The file is too large, or nested too deeply.", "拆成几个数据包", "make several packs of it",
     "", ""},
    {"P0006", "there is no such file\ncannot open*\n*No such file*\ncannot read*",
     "找不到所写的文件；路径从数据包文件夹算起。",
     "A file that is named is not there; paths begin at the pack's folder.", "检查文件名和大小写",
     "look at the name and its case", "things: [Things.csv]", "things: [things.csv]"},
    {"P0007",
     "': ' stands within a text*\na text cannot begin with *\na quote is opened here*\na comment "
     "begins at #*",
     "文字里有YAML的记号：冒号加空格、#、开头的%或引号。这样的文字要整个放进单引号。",
     "The text has a sign that means something to YAML: a colon and a blank, #, % or a quote at "
     "its "
     "beginning. Such a text stands in single quotes as a whole.",
     "整个文字加单引号：'…'；文字里的单引号写两次",
     "put the whole text in single quotes: '…'; a single quote within it is written twice",
     "formula: share(barn: nh3 > 20)\nen: Warm: open the vents",
     "formula: 'share(barn: nh3 > 20)'\nen: 'Warm: open the vents'"},
    {"P0008", "it is indented by *", "同一层的行要从同一列开始；下一层的行比上一层多缩进两个空格。",
     "Lines of one map begin in one column; what belongs to a line stands two blanks further in.",
     "与同一层的行对齐", "begin in the column of the lines it belongs with",
     "rules:\n  high:\n    type: gauge\n   when: level > 3",
     "rules:\n  high:\n    type: gauge\n    when: level > 3"},
    {"P0009", "a full-width *\nno blank stands behind the colon*",
     "YAML的冒号和逗号是半角的，后面要有一个空格。",
     "Colon and comma of YAML are ASCII, with a blank behind.", "用半角的“: ”和“, ”",
     "write `: ` and `, ` in ASCII", "label: {zh：水位，en：Level}",
     "label: {zh: 水位, en: Level}"},
    {"P0010", "unknown key '*'*", "没有这个键。写错的键不会被悄悄忽略。所有的键见docs/packs.md。",
     "There is no such key here. A misspelt key is never passed over in silence. docs/packs.md "
     "lists all.",
     "改成列出的键之一", "write one of the keys that are known here",
     "rules:\n  high: {whn: level > 3}", "rules:\n  high: {when: level > 3}"},
    {"P0011", "'*' is missing*", "缺少必需的键。", "A key that is needed is not there.",
     "补上 {1}: …", "add `{1}: …`", "rules:\n  high: {type: gauge}",
     "rules:\n  high: {type: gauge, label: {zh: 高, en: High}}"},
    {"P0012", "expected a map*\n'*' must be a map*", "这里应当是一组“键: 值”。",
     "A map of `key: value` lines is wanted here.", "写成 键: 值", "write `key: value` lines",
     "types: [gauge]", "types:\n  gauge: {label: {zh: 站, en: Gauge}}"},
    {"P0013", "'*' must be a list*", "这里应当是列表，哪怕只有一项。",
     "A list is wanted, even of one item.", "写成 [ … ] 或以“- ”开头的行",
     "write [ … ], or lines that begin with `- `", "things: things.csv", "things: [things.csv]"},
    {"P0014", "'*' must be a text\nan item of '*' must be a text",
     "这里应当是一个文字，不是列表或一组键。", "One text is wanted, not a list or a map.",
     "只写一个文字", "write one text", "sources: [SOURCES.md]", "sources: SOURCES.md"},
    {"P0015", "'*' must be a number*\n'*' must be a whole number*\n'*' is not a number*",
     "这里应当是数，不带单位和千位逗号。", "A number is wanted, without unit and without commas.",
     "只写数字", "write digits alone", "digits: two", "digits: 2"},
    {"P0016", "'*' must be true or false*", "只能是true或false。",
     "Only true and false are understood.", "写 true 或 false", "write true or false",
     "series: yes", "series: true"},
    {"P0017",
     "'*' is '*' but must be one of*\n'*' must be one of*\n'*' cannot be '*'; one of*\ntechnology "
     "'*' is not one of*",
     "这个键只能取列出的词之一，大小写有别。CAP的词见CAP 1.2第3.2.2节。",
     "Only the words that are listed are understood; case counts. Those of CAP are in CAP 1.2, "
     "section 3.2.2.",
     "从列出的词中选一个", "take one of the words", "severity: severe", "severity: Severe"},
    {"P0018", "'*' is no kind; *", "没有这种属性值。", "There is no such kind of values.",
     "数值属性可以不写kind", "a number needs no kind", "kind: float", "kind: number"},
    {"P0019", "'*' is not a name*", "名称只用字母a-z、数字和下划线，公式里才不必加引号。",
     "Names are letters a-z, digits and _, so that formulas need no quotes.",
     "用下划线代替横线，名称以字母开头", "write _ for -, and begin with a letter",
     "types:\n  rain-gauge: …", "types:\n  rain_gauge: …"},
    {"P0020", "a label needs zh or en\na label needs both zh and en*",
     "名称要中英文都有；一样时只写一个文字。",
     "A label has both languages; where they are the same, write one text.", "补上缺的语言",
     "add the language that is missing", "label: {en: Gauge}", "label: {zh: 水位站, en: Gauge}"},
    {"P0027", "the unit * is the *; degrees are *", "C是库仑，F是法拉；摄氏度写Cel或℃。",
     "C is the coulomb and F the farad; degrees Celsius are Cel or ℃.", "写 Cel 或 ℃",
     "write Cel or ℃", "unit: C", "unit: Cel"},
    {"P0021",
     "unknown unit '*'*\nthe unit '*'*\n'*' is not expected in the unit '*'\nthe unit is empty*\na "
     "unit of *",
     "不认识的单位。用UCUM代码或通常写法；没有单位写'1'。",
     "The unit is not known. UCUM codes and usual spellings are; without a unit write '1'.",
     "例如 mm、ug/m3、Cel、m3/s、%、万户、'1'", "such as mm, ug/m3, Cel, m3/s, %, 万户, '1'",
     "unit: furlong", "unit: m"},
    {"P0022", "'*' is not a span of time*\n'every' must be an exact span*",
     "时间长度由整数和单位组成，中间没有空格。",
     "A span is a whole number and a unit, without a blank.", "例如 10min、6h、1d、12mo、1y",
     "such as 10min, 6h, 1d, 12mo, 1y", "for: 1.5 hours", "for: 90min"},
    {"P0023", "'*' is not a time: *\n'*' is not a date*\nthere is no day '*'\n'*' is not a period*",
     "读不懂的时间。", "The time cannot be read.", "写 2024-07-01T08:00，可加时区",
     "write 2024-07-01T08:00, with an offset or without", "from: 7/1/2024", "from: 2024-07-01"},
    {"P0024", "'*' is not a time zone*", "时区写成+08:00或Z。", "A zone is +08:00 or Z.",
     "写 '+08:00'", "write '+08:00'", "zone: CST", "zone: '+08:00'"},
    {"P0025", "* has no source '*'*",
     "来源表（SOURCES.md）里没有这个键，页面就说不出数据的出处和许可。",
     "The table of sources has no such key, so a page cannot say whose the data are.",
     "在表中加一行，或检查拼写", "add a row to the table, or look at the spelling",
     "source: demonstation", "source: demonstration"},
    {"P0026", "the pack is called '*', but its folder '*'", "数据包的标识要与文件夹同名。",
     "A pack is called as its folder is.", "改 pack: 或文件夹名",
     "mend `pack:`, or the folder's name", "pack: snow_depth", "pack: snow-depth"},
    {"P0030",
     "the * '*' is declared already at *\nthere is a pack '*' already\nthe type '*' has the "
     "property '*' already*\nthe band '*' at * is called '*' already\nthere is a unit '*' already",
     "类型、指标、规则、事件种类的名称在所有数据包中都是唯一的。",
     "Names of types, indicators, rules and kinds are unique over all packs.",
     "换一个名称，常以数据包名开头", "take another name, such as one that begins with the pack's",
     "rules:\n  high: …", "rules:\n  snow_high: …"},
    {"P0031", "*no pack declares the type '*'*\nthere is no type of things '*'*",
     "没有数据包声明这个类型。", "No pack declares this type.", "检查拼写，或在types中声明",
     "look at the spelling, or declare it under types", "type: guage", "type: gauge"},
    {"P0078", "thing *: *",
     "对象清单的列名要与类型的属性同名，值要合乎属性的种类；单位不写在表里。",
     "A column of the list of things is called as the property is, and its values are of the "
     "property's kind; units do not stand in the table.",
     "看列名和该属性的kind；数不带单位",
     "look at the column's name and the property's kind; a number has no unit",
     "nh3_limit\n25mg/m3", "nh3_limit\n25"},
    {"P0061", "'*' has no property '*'",
     "这个类型没有这个属性，也没有相近的。公式里的文字要加单引号，真假写TRUE或FALSE。",
     "The type has no such property, and none of a similar name. A text in a formula stands in "
     "single quotes; truth is TRUE or FALSE.",
     "检查拼写，或在properties中声明；文字写'pig'，真假写TRUE、FALSE",
     "look at the spelling, or declare it under properties; a text is written 'pig', truth TRUE or "
     "FALSE",
     "when: species = pig AND fan = off", "when: species = 'pig' AND fan = FALSE"},
    {"P0032",
     "'colour_by': the type * has no property '*'*\n'no_data': * has no observed property "
     "'*'*\ncolumn '*': * has no series '*'*\n*: * has no property '*'\n'*' has no property '*'*",
     "这个类型没有这个属性；no_data和序列要的是series: true的属性。",
     "The type has no such property; no_data and series want one with `series: true`.",
     "检查拼写，或在该类型的properties中声明",
     "look at the spelling, or declare it under the type's properties", "when: levl > 3",
     "when: level > 3"},
    {"P0033", "there is no thing '*'*", "没有这个对象：序列要挂在things所列CSV中的对象上。",
     "There is no such thing: a series hangs on one of a CSV under `things`.",
     "在 things.csv 中加一行 {1}", "add a row `{1}` to things.csv", "thing: snow:9",
     "thing: snow:1"},
    {"P0034", "the pack has no rule '*'*\n'caused_by': there is no rule '*'*",
     "没有这条规则；回放只检验本数据包的规则。",
     "There is no such rule; a replay proves the rules of its own pack.", "检查拼写",
     "look at the spelling", "- {rule: snow_hihg, …}", "- {rule: snow_high, …}"},
    {"P0035", "'incident': no pack declares the kind '*'*\n*no kind of incident '*'*",
     "没有数据包声明这种事件。", "No pack declares this kind of incident.",
     "检查拼写，或在 response: kinds: 中声明",
     "look at the spelling, or declare it under response: kinds:", "incident: floood",
     "incident: flood"},
    {"P0036", "* has no column '*'*", "CSV文件没有这一列。", "The CSV file has no such column.",
     "看文件第一行的列名", "look at the first line of the file", "columns: {Level: level}",
     "columns: {level_m: level}"},
    {"P0037",
     "column '*' is in *, but * is kept in *\n* is in *, but * is kept in *\nthe output '*' is in "
     "*, not in *",
     "列的单位和属性的单位不是同一种量，无法换算。",
     "The column's unit is of another dimension than the property's: nothing converts it.",
     "改正其中一个单位", "mend one of the two units", "level: {property: level, unit: kPa}",
     "level: {property: level, unit: cm}"},
    {"P0038", "'*' is either a series or a formula, not both",
     "属性要么是观测的序列，要么由公式算出。", "A property is observed, or derived; not both.",
     "删掉 series 或 formula", "remove series or formula", "{series: true, formula: a + b}",
     "{formula: a + b}"},
    {"P0039", "the indicator '*' needs either a formula or `given: true`",
     "指标要么有公式，要么由人上报。", "An indicator has a formula, or is given.",
     "写 formula，或 given: true", "write formula, or given: true", "told: {label: …}",
     "told: {label: …, given: true}"},
    {"P0040",
     "the rule '*' has both*\nthe rule '*' says*\nthe rule '*' needs*\nthe rule '*' is about "
     "silence*",
     "规则的几个键互相矛盾：when与no_data只能有一个；静默规则要for，不要clear和keep。",
     "Keys of the rule contradict each other: when or no_data, one of them; silence needs for, and "
     "no clear or keep.",
     "拆成两条规则", "make it two rules", "{when: a > 1, no_data: a}", "{no_data: a, for: 3h}"},
    {"P0041", "*the quote is not in the text\n*the quote is empty",
     "引文在规划文本中找不到；要逐字，空白不计。",
     "The quote is not in the plan's text; it is word for word, white space aside.",
     "从 regions/<区域>/plan.txt 复制", "copy it from regions/<region>/plan.txt", "quote: 建设 六G",
     "quote: 建设 5G"},
    {"P0042",
     "*the quote does not begin on line *; it begins on line *\n*the text has * lines, no line *",
     "引文在，但不在这一行开始。", "The quote is there, but begins on another line.", "改行号",
     "mend the number of the line", "line: 3", "line: 4"},
    {"P0043", "'answers' quotes the plan '*', which is not loaded",
     "没有载入这个规划，引文无法核对。", "The plan is not loaded, so the quote cannot be checked.",
     "检查 plan 的标识", "look at the id of the plan", "plan: panxii", "plan: panxi"},
    {"P0044", "'value' is missing; *\n'firings' must be*\n'opens' must be*",
     "回放的一行缺少应得的结果。", "A line of the replay does not say what must come out.",
     "写数、none，或 todo（待算）", "write a number, none, or todo",
     "{formula: x, region: '51', at: '2024'}", "{formula: x, region: '51', at: '2024', value: 3}"},
    {"P0045",
     "the firing at '*' is outside of the series of *\n'at' is * but*outside*\n* is not within the "
     "series, *",
     "这个时刻没有数据，不可能触发。", "There are no data at this time: nothing can fire.",
     "看序列的起止时间", "look at when the series begins and ends",
     "firings: [{from: 2042-07-02T06:00}]", "firings: [{from: 2024-07-02T06:00}]"},
    {"P0046", "it holds while `when` does: *", "解除条件与触发条件同时成立：告警会同时触发和解除。",
     "`clear` holds while `when` does: the alert would begin and end at once.",
     "让解除线离开触发线", "move the line of `clear` away from that of `when`",
     "when: level > 3\nclear: level < 4", "when: level > 3\nclear: level < 2.5"},
    {"P0047", "'caused_by': a rule is not its own cause\n'same' is '*', but*",
     "原因规则或same写得不对。", "The cause, or what both have the same, is wrong.",
     "same 是 thing、town、county 或文本属性", "same is thing, town, county or a text property",
     "same: region", "same: county"},
    {"P0048", "the kind '*' needs `to`*", "事件种类要说明由哪类单位处置。",
     "A kind of incident says which kinds of units answer.", "加 to: [emergency]",
     "add to: [emergency]", "flood: {label: …}", "flood: {label: …, to: [water, emergency]}"},
    {"P0049", "'to': no unit is of the kind '*'*",
     "所在区域没有这一类单位（regions/*/units.csv的kind列），事件会落到值班台。",
     "The home region has no unit of this kind (column `kind` of regions/*/units.csv): the "
     "incident "
     "would fall to the desk.",
     "检查拼写，或在units.csv中加一个单位", "look at the spelling, or add a unit to units.csv",
     "to: [agricultural]", "to: [agriculture, emergency]"},
    {"P0062", "no pack brings the workflow '*'*",
     "没有数据包带这个流程；流程由packs/response提供。",
     "No pack brings this workflow; packs/response has them.", "从列出的流程中选一个",
     "take one of those that are listed", "workflow: grid_event", "workflow: grid-event"},
    {"P0064", "the replay names the indicator '*'*", "没有数据包声明这个指标。",
     "No pack declares this indicator.", "检查拼写，或在 indicators 中声明",
     "look at the spelling, or declare it under indicators", "formula: snow_higest",
     "formula: snow_highest"},
    {"P0051", "there is no indicator '*'*", "公式里的这个名称不是指标。",
     "The formula names no indicator of that name.",
     "指标公式里属性要放进聚合：max(level of gauge)",
     "in an indicator a property stands in an aggregate: max(level of gauge)", "formula: level",
     "formula: max(level of gauge)"},
    {"P0065", "* is a temperature in * and cannot be multiplied*",
     "摄氏度的零点不是绝对零度：乘除前要说明是温差还是绝对温度。",
     "The zero of degrees Celsius is not the absolute one: a product needs to say which is meant.",
     "温差写 (t - 0 Cel)，绝对温度写 (t - (-273.15 Cel))",
     "a difference is (t - 0 Cel), the absolute temperature (t - (-273.15 Cel))",
     "p / (t * 287 J/kg/K)", "p / ((t - (-273.15 Cel)) * 287 J/kg/K)"},
    {"P0060",
     "cannot compare a condition at *\ncannot compare * and a condition at *\ncannot compare a "
     "text "
     "at *\ncannot compare * and a text at *",
     "两边不是同一种值：真假只与TRUE、FALSE比，文字只与'文字'比，数只与数比。",
     "The two sides are values of different kinds: truth is compared with TRUE or FALSE, a text "
     "with "
     "a text in single quotes, a number with a number.",
     "真假写 fan = FALSE 或 NOT fan；文字写 species = 'pig'；数不加引号",
     "truth: fan = FALSE, or NOT fan; a text: species = 'pig'; a number has no quotes",
     "when: fan = 0", "when: fan = FALSE"},
    {"P0052", "cannot * at * and * at *\n* needs one unit: *\n* has no unit, * is in *",
     "两边的单位不是同一种量，不能相加或比较。",
     "The two sides are of different dimensions and cannot be added or compared.",
     "换成同一种量，或写出单位：3 m", "bring them to one dimension, or write the unit: 3 m",
     "when: level > 3 kPa", "when: level > 3 m"},
    {"P0053",
     "the formula gives *, but the declared unit is *\nthe formula gives a *, but a * is declared",
     "公式结果的单位或种类与声明的不同。",
     "The formula's result has another unit or kind than declared.", "改 unit 或 kind，或改公式",
     "mend unit or kind, or the formula", "{unit: mm, formula: level / 1 h}",
     "{unit: mm/h, formula: level / 1 h}"},
    {"P0054",
     "* needs a condition, but*\n* needs a number, but*\nit is a *, not a condition\n* needs a "
     "plain number*\n* needs values of one kind*",
     "种类不对：需要条件处给了数，或相反。",
     "A condition is wanted where a number stands, or the other way about.",
     "条件要有比较：level > 3", "a condition compares: level > 3", "when: level",
     "when: level > 3"},
    {"P0055", "there is no function '*'*\n* takes * argument*", "没有这个函数，或参数个数不对。",
     "There is no such function, or it takes another number of arguments.",
     "函数列表见 docs/formula.md", "docs/formula.md lists them", "averge(rain, 1h)",
     "avg(rain, 1h)"},
    {"P0056",
     "formulas that need each other have no value*\n'*' names formulas that name formulas*",
     "公式互相引用成环。", "The formulas name each other in a ring.", "断开其中一处引用",
     "break the ring somewhere", "a: b + 1\nb: a + 1", "a: 1\nb: a + 1"},
    {"P0057", "* is no series; a window needs*", "窗口只能用在随时间观测的属性上。",
     "A window is over a property that is observed in time.", "给该属性加 series: true",
     "give the property series: true", "avg(height, 1h)", "avg(level, 1h)"},
    {"P0058", "*has an error itself (*\n'*' is derived by a formula that has an error*",
     "它引用的公式本身有错；先改那一个。",
     "What it names has an error of its own; mend that first.", "先改它引用的公式",
     "mend the formula that it names first", "", ""},
    {"P0059",
     "* is an aggregate over things and cannot stand inside*\n* looks back over the samples of one "
     "thing*\nwrite * for the samples of one thing*",
     "“对一个对象的时间窗口”和“对区域内对象的聚合”混在了一起。",
     "A window over one thing and an aggregate over things are mixed up.",
     "窗口：avg(rain, 1h)；聚合：max(rain of gauge)",
     "a window: avg(rain, 1h); an aggregate: max(rain of gauge)", "when: max(level of gauge) > 3",
     "when: level > 3"},
    {"P0050",
     "'*' is written *\nwrite * instead of *\nexpected *, found *\nthe formula is empty\nthis ')' "
     "closes nothing\ncomparisons do not "
     "chain*\n*parentheses*\nthe text * is not closed*\n*has no place here*\nput NOT*\nwrite IS "
     "*\nNULL stands*\n'*' takes no 'of'*\n*not closed*",
     "公式写法有误。", "The formula cannot be read.", "语法见 docs/formula.md",
     "docs/formula.md has the grammar", "when: level >", "when: level > 3"},
    {"P0070",
     "the column '*' is missing*\nthe column '*' stands twice\nthe file is empty\nthe column '*' "
     "is passed over*",
     "CSV的表头缺列、重列，或文件是空的。",
     "The CSV's header lacks a column, has one twice, or the file is empty.", "补上表头",
     "mend the header", "id,kind", "id,type"},
    {"P0071",
     "* fields where the header has *\na quoted field is not closed*\na field or a record is too "
     "long*",
     "这一行的列数与表头不同，多半是文字里有逗号。",
     "The row has another number of fields than the header; mostly a comma in a text.",
     "含逗号的文字加双引号；小数点用“.”",
     "put texts with commas into double quotes; write a decimal point, not a comma",
     "a1,gauge,Long, narrow", "a1,gauge,\"Long, narrow\""},
    {"P0072", "lon *\na thing needs an id and a type\nvalid_from *\n'valid_*",
     "对象清单的这一行有误。", "This row of things is wrong.",
     "经度在前（东经102），纬度在后（北纬27）", "lon first (102), then lat (27), in degrees",
     "lon,lat\n27.9,102.3", "lon,lat\n102.3,27.9"},
    {"P0075", "status '*' is none of*", "对象的状态不认识。",
     "The status of the thing is not known.", "写 planned、building、live 或 retired",
     "write planned, building, live or retired", "alive", "live"},
    {"P0076", "no pack declares '*' as a property of *", "统计数用不上：没有数据包声明它。",
     "The figure is of no use: no pack declares it.", "检查拼写，或声明为 given 指标",
     "look at the spelling, or declare a given indicator", "populaton", "population"},
    {"P0077", "an observation of '*' for a thing that is not known\nit has no series '*'",
     "有观测值，却没有对应的对象或序列属性。",
     "Observations are there, but not their thing or its series.", "检查对象清单",
     "look at the list of things", "", ""},
    {"P0028", "column '*': * is neither 1 (true) nor 0 (false)",
     "kind: boolean的属性，数据里只能是1（真）或0（假）。",
     "A property of the kind boolean is 1 (true) or 0 (false) in data.", "检查列，或去掉kind",
     "look at the column, or take `kind` away", "fan\n7", "fan\n1"},
    {"P0073", "the time cannot be read\n'*' in column * is not a number\n* more rows with mistakes",
     "序列文件的这一行读不懂。", "This row of the series cannot be read.",
     "只写数；真假写1、0；表示无值的文字写进 missing",
     "a number alone; truth is 1 or 0; list texts that mean no value under missing",
     "2024-07-01T08:00,N/A", "missing: [N/A]"},
    {"P0079", "* lies outside the boundary of *\n* has two versions valid at *",
     "对象的位置或有效期与别的说法矛盾：标识写重了，经纬度或区划代码写错了。",
     "The thing's place or time contradicts something else: an id stands twice, or the position or "
     "the region's code is wrong.",
     "检查标识、经纬度和区划代码", "look at the id, the position and the region's code",
     "a1,gauge,513401,…\na1,gauge,513401,…", "a1,gauge,513401,…\na2,gauge,513401,…"},
    {"P0074", "thing * names the region '*'*\nthere is no region '*'*", "区域不存在。",
     "The region is not there.", "区域用六位代码", "regions are six-digit codes", "region: 西昌",
     "region: 513401"},
    {"P0080", "there is no kind of simulated device '*'*", "没有这种模拟设备。",
     "There is no such kind of simulated device.", "cairn simulate kinds 列出全部",
     "`cairn simulate kinds` lists them", "simulate: slope", "simulate: slope_water"},
    {"P0081", "*has no parameter '*'*\n*is not within * to *\n* is not from *",
     "参数不存在，或超出范围。", "The parameter is not there, or out of its range.",
     "cairn simulate kinds 列出参数和范围", "`cairn simulate kinds` lists parameters and ranges",
     "with: {dept: 3}", "with: {depth: 3}"},
    {"P0082", "'*' has no output '*'*", "模拟设备没有这个输出。", "The device has no such output.",
     "用它列出的输出", "take one of its outputs", "columns: {rian: rain}", "columns: {rain: rain}"},
    {"P0083", "* readings; a pack's simulated series has at most *", "模拟序列太长。",
     "The simulated series is too long.", "缩短，或加大 every", "make it shorter, or every longer",
     "every: 1s", "every: 10min"},
    {"P0084", "'to' must be later than 'from'\n'*' has another value from *\nit is silent from *",
     "时段颠倒或重叠。", "Times are in the wrong order, or overlap.", "检查 from 和 to",
     "look at from and to", "{from: 2024-07-02, to: 2024-07-01}",
     "{from: 2024-07-01, to: 2024-07-02}"},
    {"P0085", "a series has either a 'file' or a device*", "序列要么来自文件，要么来自模拟设备。",
     "A series is of a file, or of a simulated device.", "删掉 file 或 simulate",
     "remove file or simulate", "", ""},
    {"P0090",
     "'*' of * has a meaning already*\n'*' has a meaning already*\nthe model '*' is declared*\n'*' "
     "is no name of HJ 212*\n'systems': *\nnames nothing*\n*takes no readings*\n'scale' is 0*",
     "inputs中的名称、编码或寄存器有误。", "A name, code or register under inputs is wrong.",
     "每个名称只对应一个属性", "a name is one property, once", "w01018: cod", "w01018-Rtd: cod"},
    {"P0095",
     "'*' needs a value and where it comes from*\n* resource blocks take *\nboth directions use "
     "one frequency*\n* must be a whole number",
     "频段的数缺出处，或互相矛盾。", "A number of a band lacks its source, or contradicts another.",
     "写 {value: …, source: …}", "write {value: …, source: …}", "power_dbm: 53",
     "power_dbm: {value: 53, source: …}"},
    {"P0098", "the rule '*' * reads back *\n*beyond what *\n*is not kept*",
     "公式回看的时间比保留的数据长。", "The formula looks back further than data are kept.",
     "延长 --keep，或缩短窗口", "keep more, or look back less", "", ""},
    {"P0000", "*", "还没有更多的说明。", "There is no longer text about this one yet.", "", "", "",
     ""},
};

// Shortest matches first, so that a star ends where the pattern goes on.
bool match(std::string_view pattern, std::string_view text, std::vector<std::string>& words) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (text.substr(0, star) != pattern.substr(0, star)) return false;
  text.remove_prefix(star);
  const std::string_view rest = pattern.substr(star + 1);
  if (rest.empty()) {
    words.emplace_back(text);
    return true;
  }
  const std::size_t kept = words.size();
  for (std::size_t length = 0; length <= text.size(); ++length) {
    words.resize(kept);
    words.emplace_back(text.substr(0, length));
    if (match(rest, text.substr(length), words)) return true;
  }
  words.resize(kept);
  return false;
}

std::string filled(std::string_view text, const std::vector<std::string>& words) {
  std::string out(text);
  const std::size_t at = out.find("{1}");
  if (at != std::string::npos) out.replace(at, 3, words.empty() ? "" : words[0]);
  return out;
}

}  // namespace

std::span<const Fault> faults() {
  return all;
}

const Fault* find_fault(std::string_view code) {
  const auto at = std::find_if(std::begin(all), std::end(all),
                               [&](const Fault& fault) { return iequals_ascii(fault.code, code); });
  return at == std::end(all) ? nullptr : at;
}

Recognised recognise(std::string_view message) {
  // A text of a file may stand in a message: what is longer says nothing more.
  message = message.substr(0, 400);
  for (const Fault& fault : all) {
    std::string_view patterns = fault.pattern;
    while (true) {
      const std::size_t end = patterns.find('\n');
      std::vector<std::string> words;
      if (match(patterns.substr(0, end), message, words)) return {&fault, std::move(words)};
      if (end == std::string_view::npos) break;
      patterns.remove_prefix(end + 1);
    }
  }
  return {&all[std::size(all) - 1], {}};
}

Label help_of(const Recognised& recognised) {
  return {filled(recognised.fault->help_zh, recognised.words),
          filled(recognised.fault->help_en, recognised.words)};
}

}  // namespace cairn::model
