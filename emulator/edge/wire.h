#pragma once
// Reads the body of a call and writes its answer, in the protocol that the client spoke.
//
// Source: facts/aws-delivery 0. Errors look like this:
//
//   awsJson     {"__type": code, "message": ...}; where the service was a query service (SQS) also the header
//               x-amzn-query-error: <code that older clients know>;Sender
//   query       <ErrorResponse xmlns=...><Error><Type>Sender</Type><Code/><Message/></Error><RequestId/>...
//   rest-json   header x-amzn-ErrorType and {"message": ...}
//   rest-xml    <Error><Code/><Message/><RequestId/></Error>
//   CBOR        {"__type", "message"}
#include <expected>
#include <string>

#include "emulator/edge/call.h"
#include "emulator/edge/dialect.h"

namespace emulator::edge {

/// Who answers, as every response says it.
struct ResponseStamp {
  std::string request_id;
  std::string date;  ///< for the Date header
};

/// The body as an object: SerializationException when it is none, MalformedInput for a form. An empty body
/// is an empty object. `dialect` is needed for Protocol::Query only; rest calls have no input here.
std::expected<kernel::Json, AwsError> read_input(const Identity& identity, const kernel::HttpRequest& request,
                                                 const Dialect* dialect);

/// `dialect` may be nothing: then an error in XML has no namespace.
kernel::HttpResponse write_result(const Identity& identity, const AwsResult& result,
                                  const ResponseStamp& stamp, const Dialect* dialect);

}  // namespace emulator::edge
