// What curl, Node, Python and our own client make of each fault on the wire, and that the virtual wire tells
// our client the same. Facts: mocks-and-faults 7 and 9; where a column differs from them, a comment says why.
#include <algorithm>
#include <fstream>
#include <span>

#include "emulator/sim/virtual_scheduler.h"
#include "emulator/sim/wire.h"
#include "tests/middleware/live/live_support.h"
#include "tests/support/run_task.h"

#define BOOST_PROCESS_USE_STD_FS  // only Boost's headers are needed
#include <boost/process.hpp>
#include <filesystem>

namespace fault_tests {
namespace {

namespace fs = std::filesystem;
namespace process = boost::process;
using namespace std::chrono_literals;
using kernel::Door;
using kernel::Ending;
using kernel::HttpReply;
using kernel::HttpRequest;

const std::string kFolder = std::string(RELAYRIG_SOURCE_DIR) + "/tests/programs/faults/";
constexpr const char* kBody = "12345";

struct Expected {
  std::string curl;    ///< exit code
  std::string node;    ///< fetch: code of the error; "B: " when the head had come
  std::string python;  ///< http.client: name of the exception
  std::string ours;    ///< kernel::to_text(NoAnswer), or status and length of the body
};

struct EndingRow {
  const char* name;
  Ending ending;
  Expected expected;
};

const EndingRow kEndings[] = {
    {"complete", Ending::Complete, {"0", "ok 5", "ok 5", "200 5"}},
    {"reset", Ending::Reset, {"56", "ECONNRESET", "ConnectionResetError", "reset"}},
    {"empty", Ending::Empty, {"52", "UND_ERR_SOCKET", "RemoteDisconnected", "closed_early"}},
    {"half closed", Ending::HalfClosed, {"52", "UND_ERR_SOCKET", "RemoteDisconnected", "closed_early"}},
    {"garbage", Ending::Garbage, {"1", "HPE_INVALID_CONSTANT", "BadStatusLine", "protocol_error"}},
    {"truncated", Ending::Truncated, {"18", "B: UND_ERR_SOCKET", "B: IncompleteRead", "body_truncated"}},
    {"bad chunk",
     Ending::BadChunk,
     {"56", "B: HPE_INVALID_CHUNK_SIZE", "B: IncompleteRead", "protocol_error"}},
    {"cut chunks", Ending::CutChunks, {"18", "B: UND_ERR_SOCKET", "B: IncompleteRead", "body_truncated"}},
    {"reset in the body", Ending::ResetInBody, {"56", "B: ECONNRESET", "B: ConnectionResetError", "reset"}},
    {"hang", Ending::Hang, {"28", "TimeoutError", "TimeoutError", "timeout"}},
    {"two lengths", Ending::TwoLengths, {"0", "HPE_UNEXPECTED_CONTENT_LENGTH", "ok 3", "protocol_error"}},
    {"length and chunks",
     Ending::LengthAndChunks,
     {"0", "HPE_UNEXPECTED_CONTENT_LENGTH", "ok 5", "protocol_error"}},
    {"bare LF", Ending::BareLf, {"0", "HPE_INVALID_HEADER_TOKEN", "ok 5", "protocol_error"}},
    {"bad status line",
     Ending::BadStatusLine,
     {"1", "HPE_INVALID_STATUS", "BadStatusLine", "protocol_error"}},
    {"long body", Ending::LongBody, {"0", "ok 3", "ok 3", "200 3"}},
};

struct DoorRow {
  const char* name;
  Door door;
  Expected expected;
};

const DoorRow kDoors[] = {
    {"refused", Door::Refused, {"7", "ECONNREFUSED", "ConnectionRefusedError", "refused"}},
    {"connect hang", Door::ConnectHang, {"28", "TimeoutError", "TimeoutError", "connect_timeout"}},
};

const DoorRow kTlsDoors[] = {
    {"self signed",
     Door::SelfSigned,
     {"60", "DEPTH_ZERO_SELF_SIGNED_CERT", "CERTIFICATE_VERIFY_FAILED", "tls_error"}},
    {"expired", Door::Expired, {"60", "CERT_HAS_EXPIRED", "CERTIFICATE_VERIFY_FAILED", "tls_error"}},
    {"not yet valid",
     Door::NotYetValid,
     {"60", "CERT_NOT_YET_VALID", "CERTIFICATE_VERIFY_FAILED", "tls_error"}},
    {"wrong host",
     Door::WrongHost,
     {"60", "ERR_TLS_CERT_ALTNAME_INVALID", "CERTIFICATE_VERIFY_FAILED", "tls_error"}},
    {"old TLS", Door::OldTls, {"35", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "SSLError", "tls_error"}},
    {"closed in the hello", Door::ClosedInHello, {"35", "ECONNRESET", "SSLEOFError", "tls_error"}},
    {"plaintext", Door::Plaintext, {"35", "ERR_SSL_WRONG_VERSION_NUMBER", "SSLError", "tls_error"}},
    {"wants a certificate",
     Door::WantsClientCertificate,
     {"35", "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "SSLError", "tls_error"}},
    {"handshake hang", Door::HandshakeHang, {"28", "TimeoutError", "TimeoutError", "connect_timeout"}},
};

/// Answers every request with the ending of the row.
class Faulty final : public kernel::HttpHandler {
 public:
  kernel::Task<HttpReply> handle(HttpRequest) override {
    return kernel::answered({{200, {{"Content-Type", "text/plain"}}, kBody}, ending});
  }
  Ending ending = Ending::Complete;
};

std::string outcome(const kernel::HttpResult& result) {
  if (!result) return std::string(kernel::to_text(result.error()));
  return std::to_string(result->status) + " " + std::to_string(result->body.size());
}

/// A program that says one line.
class Client {
 public:
  Client(const std::vector<std::string>& command, const process::environment& environment)
      : out_(fs::temp_directory_path() / ("fault_table." + command[0] + "." + std::to_string(getpid()))),
        child_(process::search_path(command[0]), std::vector<std::string>(command.begin() + 1, command.end()),
               environment, process::std_out > out_.string(), process::std_err > process::null,
               process::std_in < process::null) {}
  ~Client() { fs::remove(out_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  bool is_running() { return child_.running(); }
  std::string code() { return std::to_string(child_.exit_code()); }
  std::string line() const {
    std::ifstream file(out_);
    std::string text;
    std::getline(file, text);
    return text;
  }

 private:
  fs::path out_;
  process::child child_;
};

kernel::Task<void> watch(live::Loop& loop, std::span<Client* const> clients, bool& is_over) {
  while (std::ranges::any_of(clients, &Client::is_running)) co_await kernel::sleep_for_duration(loop, 1ms);
  is_over = true;
}

class Foreign {
 public:
  explicit Foreign(std::string ca_file) : ca_file_(std::move(ca_file)) {
    environment_["NODE_EXTRA_CA_CERTS"] = ca_file_;
    environment_["NO_PROXY"] = "127.0.0.1";
  }
  /// Each client waits long, but for what never comes.
  void compare(live::Loop& loop, const std::string& url, const Expected& expected) {
    const std::string seconds = expected.curl == "28" ? "1" : "30";
    Client curl({"curl", "-s", "-o", "/dev/null", "--cacert", ca_file_, "--max-time", seconds, url},
                environment_);
    Client node({"node", "--no-warnings", kFolder + "client.mjs", url, seconds + "000"}, environment_);
    Client python({"python3", kFolder + "client.py", url, seconds, ca_file_}, environment_);
    Client* const clients[] = {&curl, &node, &python};
    bool is_over = false;
    kernel::TaskScope watching;
    watching.spawn(watch(loop, clients, is_over));
    loop.run_until([&] { return is_over; });
    EXPECT_EQ(curl.code(), expected.curl) << "curl";
    EXPECT_EQ(node.line(), expected.node) << "Node";
    EXPECT_EQ(python.line(), expected.python) << "Python";
  }

 private:
  std::string ca_file_;
  process::environment environment_ = boost::this_process::environment();
};

/// A server with a certificate of an authority that the clients trust, and its folder.
class Table {
 public:
  explicit Table(bool is_tls)
      : folder_(fs::temp_directory_path() / ("fault_table_ca." + std::to_string(getpid()))),
        authority(live::CertificateAuthority::load_or_create(folder_).value()),
        rig(faulty, is_tls ? live::ServerConfig{.tls = authority.issue().value()} : live::ServerConfig{},
            {.ca_pem = authority.ca_pem(), .connect_timeout = 1s}),
        foreign((folder_ / "ca.pem").string()) {}
  ~Table() { fs::remove_all(folder_); }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  /// Our client on the wire, and in virtual time.
  void compare_ours(const Expected& expected, Door door) {
    const auto timeout = expected.ours == "timeout" ? kernel::Duration{1s} : kernel::Duration{60s};
    EXPECT_EQ(outcome(rig.call(live_tests::request(), timeout)), expected.ours) << "our client";
    emulator::sim::VirtualScheduler scheduler{support::kWallStart};
    emulator::sim::Wire wire(scheduler);
    wire.serve("api", faulty);
    wire.set_door("api", door);
    EXPECT_EQ(outcome(support::run(scheduler, wire.send(live_tests::request(), scheduler.now() + timeout))),
              expected.ours)
        << "the virtual wire";
    wire.stop();
  }

 private:
  fs::path folder_;

 public:
  Faulty faulty;
  live::CertificateAuthority authority;
  live_tests::Rig rig;
  Foreign foreign;
};

TEST(FaultTable, EndingsAreSeenAsTheFactsSay) {
  Table table(false);
  for (const EndingRow& row : kEndings) {
    SCOPED_TRACE(row.name);
    table.faulty.ending = row.ending;
    table.foreign.compare(table.rig.loop, table.rig.server->base_url() + "/", row.expected);
    table.compare_ours(row.expected, Door::Open);
  }
}

void compare_doors(Table& table, std::span<const DoorRow> rows) {
  for (const DoorRow& row : rows) {
    SCOPED_TRACE(row.name);
    std::optional<live::TlsIdentity> identity;
    if (kernel::is_tls(row.door)) identity = table.authority.issue({}, row.door).value();
    ASSERT_TRUE(table.rig.server->set_door(row.door, identity));
    table.foreign.compare(table.rig.loop, table.rig.server->base_url() + "/", row.expected);
    table.compare_ours(row.expected, row.door);
    ASSERT_TRUE(table.rig.server->set_door(Door::Open));
  }
}

TEST(FaultTable, DoorsAreSeenAsTheFactsSay) {
  Table table(false);
  compare_doors(table, kDoors);
}

TEST(FaultTable, DoorsOfTlsAreSeenAsTheFactsSay) {
  Table table(true);
  compare_doors(table, kTlsDoors);
}

}  // namespace
}  // namespace fault_tests
