#pragma once
// What --help says at the end, of all of it and of commands that need more said than their flags do.
namespace emulator::cli {

inline constexpr const char* kExits =
    "Exit codes: 0 passed, 1 a scenario or an invariant failed, 2 bad usage or an invalid file,\n"
    "3 infrastructure (port, disk), 4 nothing selected, 130 interrupted.";

inline constexpr const char* kAboutSweep =
    "Prints one row for each combination of values: counts are sums over the seeds, times and backlogs the "
    "worst.\n"
    "Run files are kept in RUNS/sweep/ROW.\n\n"
    "  relayrig sweep scenarios/a.yaml --vary given.compute.max=1,3,10 --vary "
    "given.compute.concurrency=50,100 "
    "--seeds 5\n\n"
    "Exit codes: 0 the table is complete, also where a scenario failed; 2 bad usage or an invalid file,\n"
    "3 infrastructure (disk).";

inline constexpr const char* kAboutPattern =
    "Prints one line a row, in the rows' order:\n"
    "  match              the event matches the pattern\n"
    "  no match           it does not\n"
    "  invalid: REASON    a rule with this pattern is refused: the words of EventBridge after 'Reason: '\n\n"
    "The event is what the pattern looks at as a whole: with 'detail' in it for the pattern of a rule. Keys "
    "count in\n"
    "the order of the text. Other keys of a row are not read.\n\n"
    "  echo '{\"pattern\": {\"detail\": {\"city\": [{\"prefix\": \"G\"}]}}, \"event\": {\"detail\": "
    "{\"city\": \"Graz\"}}}' |\n"
    "    relayrig pattern -\n\n"
    "Exit codes: 0 every row has its verdict, 2 a row or the file cannot be read (said with file:line).";

inline constexpr const char* kAboutImport =
    "Writes a mock file that an API of a scenario names: apis: {orders: {mock: ./orders.yaml}}.\n"
    "What is not taken is said on stderr with its place, and stands as a comment on top of the file.\n\n"
    "  relayrig import wiremock wiremock/ -o orders.yaml       a mapping, a file of them, a folder\n"
    "  relayrig import openapi openapi.yaml -o orders.yaml     OpenAPI 3.0 or 3.1, JSON or YAML\n\n"
    "Exit codes: 0 a mock file was written, 2 bad usage or an invalid file, 3 it cannot be written,\n"
    "4 nothing was taken.";

inline constexpr const char* kAboutRecord =
    "Stands in front of a real API until Ctrl-C or TERM, and writes what it answered as a mock file. The "
    "same\n"
    "request with other answers gets them in turn. Headers, parameters and members that carry secrets lose\n"
    "their values, and those values are taken out of the answers.\n\n"
    "  relayrig record https://api.example.com/v1 --port 8080 -o mocks/apis/orders.yaml\n\n"
    "Exit codes: 0 a mock file was written, 2 bad usage, 3 infrastructure (port, disk), 4 nothing was asked.";

inline constexpr const char* kAboutProxy =
    "A TCP proxy in front of any real server: make it slow, cut it, take it away, while connections live.\n"
    "Its API is Toxiproxy's, so that the client libraries that there are work unchanged.\n\n"
    "  relayrig proxy --config proxies.yaml\n"
    "  curl -d '{\"name\": \"db\", \"upstream\": \"127.0.0.1:5432\"}' localhost:8474/proxies\n"
    "  curl -d '{\"type\": \"latency\", \"attributes\": {\"latency\": 500}}' "
    "localhost:8474/proxies/db/toxics\n\n"
    "Exit codes: 0 stopped by Ctrl-C or TERM, 2 bad usage or an invalid file, 3 infrastructure (a port is "
    "taken).";

inline constexpr const char* kAboutMocks =
    "Each FILE is an API as in mocks/apis, named after its file or by NAME=FILE; a bare name is found in "
    "mocks/apis.\n"
    "Stubs, faults and the requests that came are at /_relayrig of the port that is printed as "
    "'relayrig'.\n\n"
    "  relayrig mocks up payments=stripe carrier --listen payments=8081\n"
    "  relayrig fault set payments respond=503 for=2m\n"
    "  curl 'localhost:4570/_relayrig/requests?matched=false'\n\n"
    "Exit codes: 0 stopped by Ctrl-C or TERM, 1 a mock had something to complain of, 2 bad usage or an "
    "invalid "
    "file,\n"
    "3 infrastructure (a port is taken).";

inline constexpr const char* kAboutFault =
    "The keys are those of a line of a timeline, without 'at':\n\n"
    "  relayrig fault set payments respond=503 for=2m\n"
    "  relayrig fault set payments place=after respond=reset times=1 'only={key: SO-10248}'\n"
    "  relayrig fault set '{fault: erp, delay: 800ms, share: 10%}'\n"
    "  relayrig fault set erp connect=refused for=20s\n"
    "  relayrig fault lift --all\n"
    "  relayrig fault save >> scenarios/what_i_saw.yaml";

}  // namespace emulator::cli
