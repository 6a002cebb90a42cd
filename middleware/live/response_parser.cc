#include "middleware/live/response_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <string>
#include <utility>

namespace live {
namespace http = boost::beast::http;

namespace {
using Text = boost::beast::string_view;
using Problem = boost::beast::error_code;
constexpr std::uint32_t kHeadMax = 2U << 20;

std::string string_of(Text text) { return {text.data(), text.size()}; }
}  // namespace

class ResponseParser::Reader final : public http::basic_parser<false> {
 public:
  kernel::HttpResponse response;

 private:
  void on_request_impl(http::verb, Text, Text, int, Problem&) override {}
  void on_response_impl(int code, Text, int, Problem&) override { response.status = code; }
  void on_field_impl(http::field, Text name, Text value, Problem&) override {
    response.headers.add(string_of(name), string_of(value));
  }
  void on_header_impl(Problem&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Problem&) override {
    if (length) response.body.reserve(*length);
  }
  std::size_t on_body_impl(Text piece, Problem&) override {
    response.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, Problem&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, Problem&) override {
    response.body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(Problem&) override {}
};

ResponseParser::ResponseParser(bool is_head_request, std::size_t body_bytes_max)
    : is_head_request_(is_head_request), body_bytes_max_(body_bytes_max) {
  restart();
}

ResponseParser::~ResponseParser() = default;

void ResponseParser::restart() {
  reader_ = std::make_unique<Reader>();
  reader_->eager(true);
  reader_->skip(is_head_request_);
  reader_->header_limit(kHeadMax);
  reader_->body_limit(body_bytes_max_);
}

ResponseParser::State ResponseParser::feed(std::string_view bytes) {
  std::string joined;
  if (!unread_.empty()) {
    joined = std::exchange(unread_, {});
    joined += bytes;
    bytes = joined;
  }
  while (true) {
    Problem problem;
    const std::size_t used = reader_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), problem);
    bytes.remove_prefix(used);
    is_http_ = is_http_ || used > 0;
    if (problem && problem != http::error::need_more) return State::Failed;
    if (!reader_->is_done()) {
      unread_ = bytes;
      return State::Unfinished;
    }
    const int status = reader_->response.status;
    if (status < 100 || status > 199 || status == 101) {
      has_rest_ = !bytes.empty();
      return State::Complete;
    }
    restart();
    if (bytes.empty()) return State::Unfinished;
  }
}

ResponseParser::State ResponseParser::end() {
  Problem problem;
  const bool has_head = reader_->is_header_done();
  // Beast takes the end of the stream before the first byte for a failure of its own.
  if (has_head) reader_->put_eof(problem);
  if (has_head && !problem && reader_->is_done()) return State::Complete;
  constexpr std::string_view kStart = "HTTP/";
  const bool is_http =
      is_http_ || std::string_view(unread_).substr(0, kStart.size()) == kStart.substr(0, unread_.size());
  failure_ = has_head  ? kernel::NoAnswer::BodyTruncated
             : is_http ? kernel::NoAnswer::ClosedEarly
                       : kernel::NoAnswer::ProtocolError;
  return State::Failed;
}

kernel::NoAnswer ResponseParser::failure() const { return failure_; }
bool ResponseParser::is_reusable() const {
  return !has_rest_ && !reader_->need_eof() && reader_->keep_alive();
}
kernel::HttpResponse ResponseParser::take() { return std::move(reader_->response); }

}  // namespace live
