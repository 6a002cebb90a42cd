#include "middleware/kernel/time.h"

#include <gtest/gtest.h>

#include <limits>

namespace kernel {
namespace {

using namespace std::chrono_literals;

WallTime utc(int year, unsigned month, unsigned day, Duration time = 0ns) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}} +
         time;
}

TEST(Duration, IsReadFromItsUnits) {
  struct Case {
    const char* text;
    Duration duration;
  };
  const Case cases[] = {
      {"0s", 0ns},
      {"1ns", 1ns},
      {"7us", 7us},
      {"250ms", 250ms},
      {"1.5s", 1500ms},
      {"0.25ms", 250us},
      {"90s", 90s},
      {"2m", 2min},
      {"1h30m", 90min},
      {"1d", 24h},
      {"1d2h3m4s5ms6us7ns", 26h + 3min + 4s + 5ms + 6us + 7ns},
      {"1h1ms", 1h + 1ms},
      {"36500d", 24h * 36500},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto got = parse_duration(c.text);
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(*got, c.duration);
  }
}

TEST(Duration, IsRefusedWithTheTextInTheMessage) {
  const char* cases[] = {"",     "5",    "s",     "-5s",   "+5s", "5 s",  " 5s",  "5s ", "5x",   "5S",
                         "1s2s", "1s2m", "1ms1s", "1..5s", ".s",  "1e3s", "0x1s", "5ss", "infs", "1,5s"};
  for (const char* text : cases) {
    SCOPED_TRACE(text);
    const auto got = parse_duration(text);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().text(), "'" + std::string(text) + "' is not a duration (write 250ms, 2m or 1h30m)");
  }
  EXPECT_EQ(parse_duration("9999999999d").error().text(), "'9999999999d' is longer than 100 years");
  EXPECT_EQ(parse_duration("104000d9999999h").error().text(), "'104000d9999999h' is longer than 100 years");
}

TEST(Duration, IsWrittenInTheShortestFormThatReadsBack) {
  struct Case {
    Duration duration;
    const char* text;
  };
  const Case cases[] = {
      {0s, "0s"},       {1ns, "1ns"},
      {250ms, "250ms"}, {1500ms, "1s500ms"},
      {62s, "1m2s"},    {90min, "1h30m"},
      {24h, "1d"},      {Duration{9'007'199'254'740'993}, "104d5h59m59s254ms740us993ns"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(duration_text(c.duration), c.text);
    EXPECT_EQ(parse_duration(c.text).value(), c.duration);
  }
}

TEST(Duration, IsShortForPeople) {
  struct Case {
    Duration duration;
    const char* text;
  };
  const Case cases[] = {
      {0s, "0 us"},   {999us, "999 us"},      {412ms, "412 ms"},
      {1s, "1.00 s"}, {1234ms, "1.23 s"},     {10s, "10s"},
      {62s, "1m02s"}, {20min + 3s, "20m03s"}, {1h + 5min + 59s, "1h05m"},
      {50h, "2d02h"},
  };
  for (const Case& c : cases) EXPECT_EQ(duration_for_people(c.duration), c.text);
}

TEST(WallTime, IsWrittenAsIsoAndAsHttpDate) {
  struct Case {
    WallTime time;
    const char* millis;
    const char* seconds;
    const char* http;
  };
  const Case cases[] = {
      {utc(1970, 1, 1), "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"},
      {utc(2026, 3, 3, 10h + 15min + 30s + 7ms), "2026-03-03T10:15:30.007Z", "2026-03-03T10:15:30Z",
       "Tue, 03 Mar 2026 10:15:30 GMT"},
      {utc(2024, 2, 29, 23h + 59min + 59s + 999'999'999ns), "2024-02-29T23:59:59.999Z",
       "2024-02-29T23:59:59Z", "Thu, 29 Feb 2024 23:59:59 GMT"},
      {utc(1994, 11, 6, 8h + 49min + 37s), "1994-11-06T08:49:37.000Z", "1994-11-06T08:49:37Z",
       "Sun, 06 Nov 1994 08:49:37 GMT"},
      {utc(1969, 12, 31, 23h + 59min + 59s + 500ms), "1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59Z",
       "Wed, 31 Dec 1969 23:59:59 GMT"},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.millis);
    EXPECT_EQ(iso_millis(c.time), c.millis);
    EXPECT_EQ(iso_seconds(c.time), c.seconds);
    EXPECT_EQ(http_date(c.time), c.http);
  }
}

TEST(WallTime, IsReadBack) {
  struct Case {
    const char* text;
    WallTime time;
  };
  const Case cases[] = {
      {"2026-01-05", utc(2026, 1, 5)},
      {"2026-01-05T09:00:00Z", utc(2026, 1, 5, 9h)},
      {"2026-01-05T09:00:00.123Z", utc(2026, 1, 5, 9h + 123ms)},
      {"2026-01-05T09:00:00.5Z", utc(2026, 1, 5, 9h + 500ms)},
      {"2026-01-05T09:00:59.123456789Z", utc(2026, 1, 5, 9h + 59s + 123'456'789ns)},
      {"2024-02-29T23:59:59Z", utc(2024, 2, 29, 23h + 59min + 59s)},
      {"2016-12-31T23:59:60Z", utc(2017, 1, 1)},  // a leap second is the next second
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.text);
    const auto got = parse_wall_time(c.text);
    ASSERT_TRUE(got) << got.error().text();
    EXPECT_EQ(*got, c.time);
  }
}

TEST(WallTime, IsRefusedInAnyOtherForm) {
  const char* cases[] = {"",
                         "now",
                         "2026-02-29",
                         "2026-13-01",
                         "2026-00-10",
                         "2026-1-5",
                         "26-01-05",
                         " 2026-01-05",
                         "2026-01-05 ",
                         "2026-01-05T09:00Z",
                         "2026-01-05T09:00:00",
                         "2026-01-05t09:00:00z",
                         "2026-01-05 09:00:00Z",
                         "2026-01-05T09:00:00+01:00",
                         "2026-01-05T9:00:00Z",
                         "2026-01-05T09:0:00Z",
                         "2026-01-05T09:00:5Z",
                         "2026-01-05T09:00:00.Z",
                         "2026-01-05T24:00:00Z",
                         "2026-01-05T09:60:00Z",
                         "2026-01-05T09:00:61Z",
                         "2026-01-05T09:00:-1Z",
                         "2026-01-05T09:00:nanZ",
                         "2026-01-05T09:00:0x1Z",
                         "2026-01-05T09:00:1e1Z",
                         "2026-01-05T09:00:00.1234567891Z"};
  for (const char* text : cases) {
    SCOPED_TRACE(text);
    const auto got = parse_wall_time(text);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().text(),
              "'" + std::string(text) + "' is not a UTC time (write 2026-01-05T09:00:00Z)");
  }
}

}  // namespace
}  // namespace kernel
