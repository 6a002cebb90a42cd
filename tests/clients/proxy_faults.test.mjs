// What HTTP clients make of the proxy's faults: each fault has its own name in each of them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';

import { Toxiproxy } from 'toxiproxy-node-client';

import { startProxy } from './support/proxy.mjs';

const body = 'x'.repeat(2000);

let proxies;
let toxiproxy;
let api;
before(async () => {
  proxies = await startProxy();
  api = createServer((request, response) => {
    response.writeHead(200, { 'Content-Length': body.length });
    response.end(body);
  });
  api.listen(0, '127.0.0.1');
  await once(api, 'listening');
  toxiproxy = new Toxiproxy(proxies.url);
});
after(async () => {
  await proxies.stop();
  api.closeAllConnections();
  api.close();
});

const patience = 2; // seconds: only a fault that hangs takes them

const run = (program, ...args) =>
  new Promise((done) => execFile(program, args, { encoding: 'utf8' }, (error, stdout) => done({ code: error?.code ?? 0, stdout })));

async function curl(url) {
  return (await run('curl', '-s', '-o', '/dev/null', '--max-time', String(patience), url)).code;
}

async function node(url) {
  let response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(patience * 1000) });
    return (await response.text()) === body ? 'ok' : 'another body';
  } catch (error) {
    const code = error.cause?.code ?? error.name;
    // Later releases of Node 20 say how they know.
    return response && ['UND_ERR_SOCKET', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'].includes(code) ? 'body cut' : code;
  }
}

const script = `
import http.client, sys, urllib.parse
url = urllib.parse.urlparse(sys.argv[1])
try:
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=${patience})
    connection.request("GET", "/")
    print("ok" if len(connection.getresponse().read()) == ${body.length} else "another body")
except Exception as error:
    print(type(error).__name__)
`;

async function python(url) {
  const name = (await run('python3', '-c', script, url)).stdout.trim();
  return name === 'timeout' ? 'TimeoutError' : name; // its name before Python 3.10
}

const faults = [
  { name: 'none', curl: 0, node: 'ok', python: 'ok' },
  { name: 'nobody listens', enabled: false, curl: 7, node: 'ECONNREFUSED', python: 'ConnectionRefusedError' },
  {
    name: 'reset before the answer',
    toxic: { type: 'reset_peer', stream: 'upstream', attributes: { timeout: 0 } },
    curl: 56,
    node: 'ECONNRESET',
    python: 'ConnectionResetError',
  },
  {
    name: 'closed without an answer',
    toxic: { type: 'limit_data', attributes: { bytes: 0 } },
    curl: 52,
    node: 'UND_ERR_SOCKET',
    python: 'RemoteDisconnected',
  },
  {
    name: 'closed within the body',
    toxic: { type: 'limit_data', attributes: { bytes: 1000 } },
    curl: 18,
    node: 'body cut',
    python: 'IncompleteRead',
  },
  {
    name: 'no answer',
    toxic: { type: 'timeout', attributes: { timeout: 0 } },
    curl: 28,
    node: 'TimeoutError',
    python: 'TimeoutError',
  },
  {
    name: 'head and body in small pieces',
    toxic: { type: 'slicer', attributes: { average_size: 20, size_variation: 10, delay: 100 } },
    curl: 0,
    node: 'ok',
    python: 'ok',
  },
];

for (const fault of faults) {
  test(fault.name, async () => {
    // One for each fault, so that no client has a connection left from another.
    const proxy = await toxiproxy.createProxy({
      name: fault.name,
      listen: '127.0.0.1:0',
      upstream: `127.0.0.1:${api.address().port}`,
    });
    if (fault.toxic) await proxy.addToxic(fault.toxic);
    if (fault.enabled === false) await proxy.update({ ...proxy.toJson(), enabled: false });
    const url = `http://${proxy.listen}/`;
    const seen = { curl: await curl(url), node: await node(url), python: await python(url) };
    assert.deepEqual(seen, { curl: fault.curl, node: fault.node, python: fault.python });
  });
}
