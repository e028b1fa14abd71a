// SPDX-License-Identifier: Apache-2.0
#include "codec/mqtt_properties.hpp"

#include <algorithm>
#include <cassert>

#include "codec/mqtt_topic.hpp"

namespace cairn::codec::mqtt {
namespace {

enum class Kind : std::uint8_t { none, flag, byte, two, four, varint, text, binary, user };

struct Rule {
  Kind kind = Kind::none;
  std::uint8_t slot = 0;      // of Properties' numbers or texts
  std::uint16_t allowed = 0;  // bit n: packet type n; bit 0: the will
};

constexpr std::uint16_t in(std::initializer_list<Type> types, bool will = false) {
  std::uint16_t mask = will ? 1 : 0;
  for (const Type type : types) mask |= static_cast<std::uint16_t>(1 << static_cast<int>(type));
  return mask;
}

constexpr std::size_t identifiers = 0x2B;

// Table 2-4 of the standard.
constexpr std::array<Rule, identifiers> make_rules() {
  std::array<Rule, identifiers> rules{};
  std::uint8_t numbers = 0;
  std::uint8_t texts = 0;
  const auto number = [&](Property id, Kind kind, std::uint16_t allowed) {
    rules[static_cast<std::size_t>(id)] = {kind, numbers++, allowed};
  };
  const auto text = [&](Property id, Kind kind, std::uint16_t allowed) {
    rules[static_cast<std::size_t>(id)] = {kind, texts++, allowed};
  };
  using T = Type;
  const std::uint16_t message = in({T::publish}, true);
  const std::uint16_t handshake = in({T::connect, T::connack});
  const std::uint16_t reply = in({T::connack});
  const std::uint16_t authentication = in({T::connect, T::connack, T::auth});
  const std::uint16_t result = in({T::connack, T::puback, T::pubrec, T::pubrel, T::pubcomp,
                                   T::suback, T::unsuback, T::disconnect, T::auth});
  number(Property::payload_format, Kind::flag, message);
  number(Property::message_expiry, Kind::four, message);
  text(Property::content_type, Kind::text, message);
  text(Property::response_topic, Kind::text, message);
  text(Property::correlation_data, Kind::binary, message);
  number(Property::subscription_id, Kind::varint, in({T::publish, T::subscribe}));
  number(Property::session_expiry, Kind::four, in({T::connect, T::connack, T::disconnect}));
  text(Property::assigned_client_id, Kind::text, reply);
  number(Property::server_keep_alive, Kind::two, reply);
  text(Property::authentication_method, Kind::text, authentication);
  text(Property::authentication_data, Kind::binary, authentication);
  number(Property::request_problem_information, Kind::flag, in({T::connect}));
  number(Property::will_delay, Kind::four, in({}, true));
  number(Property::request_response_information, Kind::flag, in({T::connect}));
  text(Property::response_information, Kind::text, reply);
  text(Property::server_reference, Kind::text, in({T::connack, T::disconnect}));
  text(Property::reason_string, Kind::text, result);
  number(Property::receive_maximum, Kind::two, handshake);
  number(Property::topic_alias_maximum, Kind::two, handshake);
  number(Property::topic_alias, Kind::two, in({T::publish}));
  number(Property::maximum_qos, Kind::flag, reply);
  number(Property::retain_available, Kind::flag, reply);
  number(Property::maximum_packet_size, Kind::four, handshake);
  number(Property::wildcard_available, Kind::flag, reply);
  number(Property::subscription_ids_available, Kind::flag, reply);
  number(Property::shared_available, Kind::flag, reply);
  rules[static_cast<std::size_t>(Property::user)] = {
      Kind::user, 0,
      static_cast<std::uint16_t>(result | message |
                                 in({T::connect, T::subscribe, T::unsubscribe}))};
  return rules;
}

constexpr std::array<Rule, identifiers> rules = make_rules();

const Rule& rule_of(Property id) {
  return rules[static_cast<std::size_t>(id)];
}

bool holds_number(Kind kind) {
  return kind >= Kind::flag && kind <= Kind::varint;
}

std::uint64_t bit(Property id) {
  return std::uint64_t{1} << static_cast<int>(id);
}

std::uint32_t read_number(Input& input, Kind kind) {
  switch (kind) {
    case Kind::two:
      return input.two();
    case Kind::four:
      return input.four();
    case Kind::varint:
      return input.varint();
    default:
      return input.byte();
  }
}

// Zero has no meaning for these.
bool is_forbidden(Property id, Kind kind, std::uint32_t value) {
  if (kind == Kind::flag) return value > 1;
  const bool positive = id == Property::receive_maximum || id == Property::maximum_packet_size ||
                        id == Property::subscription_id;
  return positive && value == 0;
}

bool same_users(std::string_view a, std::string_view b) {
  for (;;) {
    std::string_view name_a, value_a, name_b, value_b;
    const bool more = next_user(a, name_a, value_a);
    if (more != next_user(b, name_b, value_b)) return false;
    if (!more) return true;
    if (name_a != name_b || value_a != value_b) return false;
  }
}

// Takes one property, known to be whole, off the front.
std::string_view take_whole(std::string_view& rest, Property& id) {
  Input input{rest};
  id = static_cast<Property>(input.varint());
  const Kind kind = rule_of(id).kind;
  if (holds_number(kind)) {
    (void)read_number(input, kind);
  } else {
    (void)input.binary();
    if (kind == Kind::user) (void)input.binary();
  }
  assert(input.ok);
  const std::string_view whole = rest.substr(0, rest.size() - input.rest.size());
  rest = input.rest;
  return whole;
}

}  // namespace

std::uint8_t Input::byte() {
  if (rest.empty()) {
    ok = false;
    return 0;
  }
  const auto value = static_cast<std::uint8_t>(rest.front());
  rest.remove_prefix(1);
  return value;
}

std::uint16_t Input::two() {
  if (rest.size() < 2) {
    ok = false;
    rest = {};
    return 0;
  }
  const auto value = static_cast<std::uint16_t>(static_cast<std::uint8_t>(rest[0]) << 8 |
                                                static_cast<std::uint8_t>(rest[1]));
  rest.remove_prefix(2);
  return value;
}

std::uint32_t Input::four() {
  const std::uint32_t high = two();
  return high << 16 | two();
}

std::uint32_t Input::varint() {
  std::uint32_t value = 0;
  for (int shift = 0; shift < 28; shift += 7) {
    const std::uint8_t next = byte();
    value |= static_cast<std::uint32_t>(next & 0x7F) << shift;
    if ((next & 0x80) != 0) continue;
    if (next == 0 && shift > 0) ok = false;  // longer than needed
    return value;
  }
  ok = false;
  return 0;
}

std::string_view Input::binary() {
  const std::uint16_t length = two();
  if (rest.size() < length) {
    ok = false;
    rest = {};
    return {};
  }
  const std::string_view bytes = rest.substr(0, length);
  rest.remove_prefix(length);
  return bytes;
}

std::string_view Input::text() {
  const std::string_view bytes = binary();
  if (!is_text(bytes)) ok = false;
  return bytes;
}

Fault PropertyReader::take(Input& input, std::uint32_t id, int where, Properties& out) {
  const Rule& rule = rules[id];
  const auto property = static_cast<Property>(id);
  const bool list =
      where == properties_of(Type::subscribe) || where == properties_of(Type::unsubscribe);
  const Reason misplaced = list ? Reason::malformed : Reason::protocol_error;
  Fault fault{Reason::success, ""};
  if ((rule.allowed >> where & 1) == 0) {
    fault = {misplaced, "a property that this packet does not have"};
  }
  const bool several = property == Property::user || (property == Property::subscription_id &&
                                                      where == properties_of(Type::publish));
  if (out.has(property) && !several) {
    fault = {Reason::protocol_error, "a property stands twice"};
  }
  out.present_ |= bit(property);
  if (holds_number(rule.kind)) {
    const std::uint32_t value = read_number(input, rule.kind);
    out.numbers_[rule.slot] = value;
    if (is_forbidden(property, rule.kind, value)) {
      fault = {misplaced, "a property has a forbidden value"};
    }
  } else if (rule.kind == Kind::user) {
    (void)input.text();
    (void)input.text();
  } else {
    const auto value = rule.kind == Kind::text ? input.text() : input.binary();
    out.texts_[rule.slot] = value;
    if (property == Property::response_topic && !is_topic_name(value)) {
      fault = {Reason::protocol_error, "the response topic is no topic name"};
    }
  }
  return fault;
}

Read<Properties> PropertyReader::read(Input& input, int where) {
  const std::uint32_t length = input.varint();
  if (!input.ok || length > input.rest.size()) {
    return tl::unexpected(Fault{Reason::malformed, "the properties are cut"});
  }
  Properties out;
  if (length == 0) return out;
  Input list{input.rest.substr(0, length)};
  out.raw_ = list.rest;
  input.rest.remove_prefix(length);
  Fault first{Reason::success, ""};
  while (!list.rest.empty()) {
    const std::uint32_t id = list.varint();
    if (!list.ok || id >= identifiers || rules[id].kind == Kind::none) {
      return tl::unexpected(Fault{Reason::malformed, "an unknown property"});
    }
    const Fault fault = take(list, id, where, out);
    if (!list.ok) {
      return tl::unexpected(Fault{Reason::malformed, "a property is cut or no valid text"});
    }
    if (first.reason == Reason::success) first = fault;
  }
  if (first.reason != Reason::success) return tl::unexpected(first);
  return out;
}

std::optional<std::uint32_t> Properties::number(Property id) const {
  if (!has(id)) return std::nullopt;
  return numbers_[rule_of(id).slot];
}

std::uint32_t Properties::number_or(Property id, std::uint32_t fallback) const {
  return has(id) ? numbers_[rule_of(id).slot] : fallback;
}

std::string_view Properties::text(Property id) const {
  return has(id) ? texts_[rule_of(id).slot] : std::string_view();
}

void Properties::set(Property id, std::uint32_t value) {
  assert(holds_number(rule_of(id).kind));
  present_ |= bit(id);
  numbers_[rule_of(id).slot] = value;
}

void Properties::set(Property id, std::string_view value) {
  assert(!holds_number(rule_of(id).kind) && id != Property::user);
  present_ |= bit(id);
  texts_[rule_of(id).slot] = value;
}

void Properties::set_users(std::string_view raw) {
  if (raw.empty()) return;
  present_ |= bit(Property::user);
  raw_ = raw;
}

bool Properties::operator==(const Properties& other) const {
  if (present_ != other.present_) return false;
  for (std::size_t id = 0; id < identifiers; ++id) {
    const auto property = static_cast<Property>(id);
    if (!has(property) || property == Property::user) continue;
    const Rule& rule = rules[id];
    if (holds_number(rule.kind) ? numbers_[rule.slot] != other.numbers_[rule.slot]
                                : texts_[rule.slot] != other.texts_[rule.slot]) {
      return false;
    }
  }
  return !has(Property::user) || same_users(raw_, other.raw_);
}

bool next_user(std::string_view& rest, std::string_view& name, std::string_view& value) {
  while (!rest.empty()) {
    Property id{};
    const std::string_view whole = take_whole(rest, id);
    if (id != Property::user) continue;
    Input input{whole.substr(1)};
    name = input.binary();
    value = input.binary();
    return true;
  }
  return false;
}

void append_user_property(std::string& out, std::string_view name, std::string_view value) {
  out.push_back(static_cast<char>(Property::user));
  put_text(out, name);
  put_text(out, value);
}

void append_forwarded(std::string& out, const Properties& properties) {
  std::string_view rest = properties.raw();
  while (!rest.empty()) {
    Property id{};
    const std::string_view whole = take_whole(rest, id);
    const bool own = id == Property::message_expiry || id == Property::topic_alias ||
                     id == Property::subscription_id || id == Property::will_delay;
    if (!own) out += whole;
  }
}

void put_two(std::string& out, std::uint16_t value) {
  out.push_back(static_cast<char>(value >> 8));
  out.push_back(static_cast<char>(value & 0xFF));
}

void put_four(std::string& out, std::uint32_t value) {
  put_two(out, static_cast<std::uint16_t>(value >> 16));
  put_two(out, static_cast<std::uint16_t>(value & 0xFFFF));
}

void put_varint(std::string& out, std::uint32_t value) {
  do {
    const auto low = static_cast<std::uint8_t>(value & 0x7F);
    value >>= 7;
    out.push_back(static_cast<char>(value > 0 ? low | 0x80 : low));
  } while (value > 0);
}

std::size_t varint_bytes(std::uint32_t value) {
  return value < 128 ? 1 : value < 16'384 ? 2 : value < 2'097'152 ? 3 : 4;
}

void put_text(std::string& out, std::string_view text) {
  const std::string_view cut = text.substr(0, 65'535);
  put_two(out, static_cast<std::uint16_t>(cut.size()));
  out += cut;
}

void put_property_list(std::string& out, const Properties& properties) {
  // Any order will do. This one is what mosquitto's byte-level sequences expect of a CONNACK.
  for (std::size_t id = identifiers; id-- > 0;) {
    const auto property = static_cast<Property>(id);
    if (!properties.has(property) || property == Property::user) continue;
    out.push_back(static_cast<char>(id));
    const Kind kind = rules[id].kind;
    if (!holds_number(kind)) {
      put_text(out, properties.text(property));
      continue;
    }
    const std::uint32_t value = properties.number_or(property, 0);
    if (kind == Kind::four) {
      put_four(out, value);
    } else if (kind == Kind::two) {
      put_two(out, static_cast<std::uint16_t>(value));
    } else {
      put_varint(out, value);  // a flag is one byte of it
    }
  }
  std::string_view rest = properties.raw();
  for (std::string_view name, value; next_user(rest, name, value);) {
    append_user_property(out, name, value);
  }
}

void put_properties(std::string& out, const Properties& properties) {
  if (properties.empty()) {
    out.push_back('\0');
    return;
  }
  std::string list;
  put_property_list(list, properties);
  put_varint(out, static_cast<std::uint32_t>(list.size()));
  out += list;
}

}  // namespace cairn::codec::mqtt
