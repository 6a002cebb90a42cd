// The real WireMock and ours, with the same mappings, are asked the same 500 requests: both choose the same stub, and
// answer with the same status and body. It needs a Java runtime.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startMocks } from './support/rig.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = process.env.RELAYRIG_PROGRAM ?? resolve(here, '../../build/relayrig');
const mappings = resolve(here, 'wiremock');
const hasJava = spawnSync('java', ['-version']).status === 0;

/** The same numbers every time. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function requests(count) {
  const next = numbers(7);
  const one = (...choices) => choices[next(choices.length)];
  const some = (value) => (next(2) === 0 ? value : undefined);
  const shapes = [
    () => ({ path: `/orders/${one('7', '8', 'x', 'a/b', '')}` }),
    () => ({ path: `/orders?page=${one('1', '22', 'x', '')}${one('', '&size=10', '&size=5')}` }),
    () => ({ path: `/customers/${one('AB', 'ALFK', 'ALFKI', 'ab', 'A')}/orders` }),
    () => ({ path: `/search?q=${one('abc', 'abd', '', 'a')}`, method: one('GET', 'POST', 'DELETE') }),
    () => ({
      path: '/me',
      headers: {
        ...(some(true) && { 'X-Tenant': one('north', 'NORTH', 'south') }),
        ...(some(true) && { Cookie: `session=${one('12ab', 'zz', '12abc')}` }),
        ...(some(true) && { Authorization: `Basic ${Buffer.from(one('u:p', 'u:x')).toString('base64')}` }),
      },
    }),
    () => ({
      path: '/charges',
      method: 'POST',
      headers: some(true) && some(true) ? { 'X-Decline': one('yes', '1') } : {},
      body: one(
        '{"amount":5,"tags":["b","a"]}', '{"tags":["a","b"],"amount":5.0}', '{"amount":5}', '{"amount":5,"more":1}', '{"amount":6}',
        '{"customer":"ALFKI"}', '{"customer":"VINET"}', '{"lines":[{"quantity":1},{"quantity":3}]}', '{"lines":[{"quantity":2}]}', 'no json', '',
      ),
    }),
    () => ({ path: '/notes', method: 'PUT', body: one('hello', 'hello secret', 'bye', '') }),
    () => ({ path: `/either?q=${one('x', 'y', 'yyy', 'z')}` }),
    () => ({ path: `/echo?q=${one('1', 'two')}`, method: 'POST', body: `{"name":"${one('a', 'b')}"}` }),
    () => ({ path: one('/job', '/terms', '/logo', '/nowhere') }),
  ];
  return Array.from({ length: count }, () => shapes[next(shapes.length)]());
}

async function startWireMock() {
  const build = join(here, 'node_modules', 'wiremock', 'build');
  const jar = join(build, readdirSync(build).find((name) => name.endsWith('.jar')));
  const child = spawn('java', ['-jar', jar, '--port', '0', '--root-dir', mappings, '--disable-banner', '--no-request-journal'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /^port: +(\d+)/.exec(line)?.[1];
    if (port) return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
  }
  throw new Error('WireMock did not start');
}

async function ask(base, { path, method = 'GET', headers = {}, body }) {
  const response = await fetch(base + path, { method, headers, body });
  const content = Buffer.from(await response.arrayBuffer());
  // Nobody's words for "no stub" are the other's.
  return response.status === 404 ? '404' : `${response.status} ${content.toString('latin1')}`;
}

test('WireMock and our mock answer 500 requests alike', { skip: hasJava ? false : 'there is no Java runtime here' }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'relayrig-wiremock-'));
  const file = join(folder, 'orders.yaml');
  execFileSync(program, ['import', 'wiremock', mappings, '-o', file], { stdio: 'pipe' });
  const wiremock = await startWireMock();
  const mocks = await startMocks({ files: [`orders=${file}`] });
  try {
    const answers = new Map();
    for (const request of requests(500)) {
      const theirs = await ask(wiremock.url, request);
      assert.equal(await ask(mocks.hosts.orders, request), theirs, JSON.stringify(request));
      answers.set(theirs, (answers.get(theirs) ?? 0) + 1);
    }
    assert.ok(answers.size >= 20, `only ${answers.size} different answers`);
    console.log(`500 requests, ${answers.size} different answers, all alike`);
  } finally {
    wiremock.stop();
    await mocks.stop();
    mocks.remove();
    rmSync(folder, { recursive: true });
  }
});
