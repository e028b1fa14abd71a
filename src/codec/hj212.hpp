// SPDX-License-Identifier: Apache-2.0
// Messages of HJ 212-2017, "Data transmission standard for online monitoring systems of
// pollutants", and of its forerunner HJ/T 212-2005:
//
//   ## 0101 QN=…;ST=32;CN=2011;PW=…;MN=…;Flag=5;CP=&&DataTime=…;w01018-Rtd=2.2,w01018-Flag=N&& 1C80
//   ^  ^    ^ data segment                                                                  CRC ^
//   CRLF
//
// What instruments send is often not quite that. Nothing is dropped without a word: everything
// that is wrong is a finding that says what and where.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace cairn::codec::hj212 {

// What kind of thing is wrong.
enum class Trouble : std::uint8_t {
  framing,   // no begin, no end
  length,    // the declared length is not the real one
  checksum,  // the CRC
  syntax,    // not as the standard writes it
  name,      // a suffix that does not exist
  clock,     // an impossible time
  value      // no number
};

struct Finding {
  Trouble trouble = Trouble::framing;
  bool refuses = false;  // nothing of the message can be believed
  std::string text;      // UTF-8, without what the sender wrote beyond ASCII
};

// The standard's own CRC: the high byte of the register is combined with each byte. Annex A's
// frame gives 1C80 (its prose misprints 1C08).
std::uint16_t crc(std::string_view data);

// What was found between two borders.
struct Frame {
  std::string bytes;  // as it came; of rubbish its beginning
  std::string data;   // the data segment that is really there
  std::vector<Finding> findings;
  bool rubbish = false;  // no header: bytes that belong to no frame
  bool right() const;    // nothing refuses it
};

// "##0101" + data + CRC + CRLF; nothing above 9999 bytes of data.
std::string write_frame(std::string_view data);

inline constexpr std::size_t longest_data = 9999;   // that four digits can say
inline constexpr std::size_t standard_data = 1024;  // that the standard allows
inline constexpr std::size_t shown_bytes = 500;     // of rubbish and samples
inline constexpr std::size_t longest_frame = longest_data + 12;

// Frames of a stream of bytes, however it is cut into reads: what comes out does not depend on it.
// A frame ends with its line or where the next header begins.
class Framer {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  // Nothing: more bytes are needed. Holds at most longest_frame bytes afterwards.
  std::optional<Frame> next();
  // At the end of the stream, or when nothing more comes: what is left, if anything.
  std::optional<Frame> finish();
  std::size_t held() const { return buffer_.size(); }
  std::uint64_t skipped() const { return skipped_; }  // bytes of rubbish in all

 private:
  void skip(std::size_t bytes);
  std::optional<Frame> told_rubbish();

  std::string buffer_;
  std::string rubbish_;              // its beginning
  std::uint64_t rubbish_bytes_ = 0;  // since the last frame, without blank ones
  std::uint64_t skipped_ = 0;
};

// One of "name=value", or what stands there instead.
struct Item {
  std::string name;
  std::optional<std::string> value;  // nothing: there is no '='
  bool operator==(const Item&) const = default;
};

struct Packet {
  std::string qn;  // time of the request, 17 digits; empty: none
  std::string st;  // system: "32" water at the source, "91" interaction
  std::string cn;  // command
  std::string pw;
  std::string mn;
  std::optional<int> flag;               // bits: 0 answer wanted, 1 split, 2… version
  int parts = 0;                         // PNUM; 0: not said
  int part = 0;                          // PNO, from 1
  std::vector<std::vector<Item>> items;  // of CP: groups divided by ';', in them by ','

  bool wants_answer() const { return flag && (*flag & 1) != 0; }
  bool is_split() const { return parts > 1; }
  int version() const { return flag ? *flag >> 2 : 0; }  // 0: 2005, 1: 2017
  const std::string* find(std::string_view name) const;  // first value of that name in CP
  bool operator==(const Packet&) const = default;
};

struct Parsed {
  Packet packet;
  std::vector<Finding> findings;
  bool right() const;
};
Parsed parse(std::string_view data);
// The data segment, in the standard's order.
std::string write(const Packet& packet);

// "20160801085857" or with milliseconds, in `zone`: the standard's times have none. Nothing: not
// so many digits, or no such time.
std::optional<Instant> read_time(std::string_view digits, Zone zone);
std::string write_time(Instant t, Zone zone, bool milliseconds);

// What a command is about.
enum class Kind : std::uint8_t {
  other,
  realtime,   // 2011
  minute,     // 2051
  hour,       // 2061
  day,        // 2031
  device,     // 2021, 2041, 2081, 3011 to 3020: what the instrument says of itself (hj212_site)
  heartbeat,  // 9015, an extension that many makers have
  clock,      // 1013: asks that its clock be set
  received,   // 9011: has got our request, or refuses it
  done,       // 9012: has carried it out, or not
  noted       // 9013, 9014
};
Kind kind_of(std::string_view cn);

// One value of a data message.
struct Value {
  std::string name;  // "w01018-Rtd"
  std::string code;  // "w01018"
  std::string text;  // as sent
  double value = 0;
  char flag = 'N';  // N right, F stopped, M maintenance, S set by hand, D fault, C calibration,
                    // T above the range, B no communication; others as sent
  Instant time;     // DataTime
};
struct Data {
  std::optional<Instant> time;  // the last DataTime
  std::vector<Value> values;
  std::vector<Finding> findings;
};
// `carried`: of an earlier part of the same message.
Data read_data(const Packet& packet, Zone zone, std::optional<Instant> carried = {});
// In words: "calibration".
const char* flag_words(char flag);

// Watches over the parts of split messages of one session. The parts are answered one by one, so
// none waits for the others; what they share is the time, and that none is missing.
class Parts {
 public:
  struct Place {
    std::optional<Instant> time;  // of the parts before
    bool complete = false;        // the last part of the message, and all were there
    std::vector<Finding> findings;
  };
  Place add(const Packet& packet);
  void time(std::optional<Instant> time) { time_ = time; }

 private:
  std::string mn_;
  std::string cn_;
  int parts_ = 0;
  int seen_ = 0;  // the last part; 0: none is open
  std::optional<Instant> time_;
};

// Answers, byte for byte as annex C has them: ST=91, Flag=4, the QN, PW and MN of what is answered.
std::string data_answer(const Packet& to);               // 9014
std::string notice_answer(const Packet& to);             // 9013
std::string request_answer(const Packet& to, int code);  // 9011 with QnRtn
// The whole frame with which a platform answers, once it has done what is to be done; empty: none
// is asked for. Data: 9014. Notices: 9013. Commands that instruments do not give: QnRtn 8.
std::string answer_to(const Packet& packet);
// What QnRtn and ExeRtn mean.
const char* request_words(int code);
const char* execution_words(int code);

}  // namespace cairn::codec::hj212
