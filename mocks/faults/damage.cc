#include "mocks/faults/damage.h"

namespace mocks {
namespace {

void insert_before_end(std::string& body, std::string_view what) {
  const std::size_t end = body.find_last_of("}]");
  body.insert(end == std::string::npos ? body.size() : end, what);
}

/// {"a":1,...} with its first member once more in front.
void repeat_first_member(std::string& body) {
  const std::size_t colon = body.find(':');
  if (body.empty() || body.front() != '{' || colon == std::string::npos) return;
  body.insert(1, body.substr(1, colon - 1) + ":null,");
}

}  // namespace

kernel::HttpResponse damaged(Damage damage, kernel::HttpResponse response) {
  std::string& body = response.body;
  switch (damage) {
    case Damage::CutJson:
      body.resize(body.size() / 2);
      break;
    case Damage::TrailingComma:
      insert_before_end(body, ",");
      break;
    case Damage::Bom:
      body.insert(0, "\xEF\xBB\xBF");
      break;
    case Damage::Nan:
      body = R"({"value":NaN})";
      break;
    case Damage::DuplicateKey:
      repeat_first_member(body);
      break;
    case Damage::InvalidUtf8:
      insert_before_end(body, "\xFF");
      break;
    case Damage::Concatenated:
      body += body;
      break;
    case Damage::Html:
      body = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>";
      response.headers.set("Content-Type", "text/html");
      break;
    case Damage::EmptyBody:
      body.clear();
      break;
    case Damage::WrongType:
      response.headers.set("Content-Type", "text/plain");
      break;
    case Damage::ErrorInBody:
      body = R"({"success":false,"error":{"code":"internal","message":"injected"}})";
      response.headers.set("Content-Type", "application/json");
      break;
  }
  return response;
}

}  // namespace mocks
