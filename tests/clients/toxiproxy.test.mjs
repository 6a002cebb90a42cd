// Toxiproxy's client library for Node drives the fault proxy, unchanged. Order and outcome, never how long
// something takes: what a toxic is to hold back it holds for an hour, and is then taken away.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';

import { Toxiproxy, ToxiproxyError } from 'toxiproxy-node-client';

import { startProxy } from './support/proxy.mjs';

const hour = 3_600_000;

let proxies;
let toxiproxy;
let upstream;
let served; // what the server's side of each connection is given to
before(async () => {
  proxies = await startProxy();
  toxiproxy = new Toxiproxy(proxies.url);
  upstream = createServer({ allowHalfOpen: true }, (socket) => served(socket));
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
});
after(async () => {
  upstream.close();
  assert.equal(await proxies.stop(), 0);
});
beforeEach(async () => {
  for (const proxy of Object.values(await toxiproxy.getAll())) await proxy.remove();
});

const upstreamAddress = () => `127.0.0.1:${upstream.address().port}`;

const makeProxy = (name = 'db') => toxiproxy.createProxy({ name, listen: 'localhost:0', upstream: upstreamAddress() });

/** Both ends of a connection through the proxy. */
async function ends(proxy) {
  const arrived = new Promise((done) => (served = done));
  const [host, port] = proxy.listen.split(':');
  const client = new End(connect({ host, port, allowHalfOpen: true }));
  return { client, server: new End(await arrived) };
}

class End {
  #text = '';
  #changed = [];

  constructor(socket) {
    this.socket = socket;
    socket.setEncoding('utf8');
    socket.on('data', (text) => this.#note(text));
    socket.on('end', () => this.#note('|end'));
    socket.on('error', (error) => this.#note(`|${error.code}`));
  }

  send(text) {
    this.socket.write(text);
  }

  get text() {
    return this.#text;
  }

  /** Resolves when this is all that has come: text, then "|end" or "|ECONNRESET" if it is over. */
  async has(expected) {
    while (this.#text.length < expected.length) await new Promise((done) => this.#changed.push(done));
    assert.equal(this.#text, expected);
  }

  #note(text) {
    this.#text += text;
    for (const done of this.#changed.splice(0)) done();
  }
}

test('it says its version', async () => {
  assert.match(JSON.parse(await toxiproxy.getVersion()).version, /^2\.\d+\.\d+\+relayrig\./);
});

test('a proxy is made, found, carries bytes, moves, is disabled and removed', async () => {
  const proxy = await makeProxy();
  assert.equal(proxy.name, 'db');
  assert.match(proxy.listen, /^127\.0\.0\.1:[1-9]\d*$/);
  assert.equal(proxy.upstream, upstreamAddress());
  assert.equal(proxy.enabled, true);
  assert.deepEqual((await toxiproxy.get('db')).toJson(), proxy.toJson());
  assert.deepEqual(Object.keys(await toxiproxy.getAll()), ['db']);

  const { client, server } = await ends(proxy);
  client.send('question');
  await server.has('question');
  server.send('answer');
  await client.has('answer');
  client.socket.end();
  await server.has('question|end');
  server.send(', later');
  server.socket.end();
  await client.has('answer, later|end');

  const disabled = await proxy.update({ enabled: false, listen: proxy.listen, upstream: proxy.upstream });
  assert.equal(disabled.enabled, false);
  const [host, port] = proxy.listen.split(':');
  await assert.rejects(once(connect({ host, port }), 'connect'), { code: 'ECONNREFUSED' });
  const enabled = await proxy.update({ ...proxy.toJson(), enabled: true });
  assert.equal(enabled.listen, proxy.listen);
  const again = await ends(enabled);
  again.client.send('hello');
  await again.server.has('hello');

  await proxy.remove();
  await again.client.has('|end');
  assert.deepEqual(await toxiproxy.getAll(), {});
});

test('populate makes what is missing and touches nothing else', async () => {
  const wanted = [
    { name: 'db', listen: '127.0.0.1:0', upstream: upstreamAddress() },
    { name: 'cache', listen: '127.0.0.1:0', upstream: upstreamAddress() },
  ];
  const made = await toxiproxy.populate(wanted);
  assert.deepEqual(Object.keys(made), ['db', 'cache']);
  const { client, server } = await ends(made.db);
  client.send('before');
  await server.has('before');
  const again = await toxiproxy.populate(wanted);
  assert.equal(again.db.listen, made.db.listen);
  client.send(', after');
  await server.has('before, after');
  assert.deepEqual(await toxiproxy.populate([]), {});
});

test('a toxic is made, found, changed and removed', async () => {
  const proxy = await makeProxy();
  const toxic = await proxy.addToxic({ type: 'latency', attributes: { latency: 100, jitter: 10 } });
  assert.deepEqual(toxic.toJson(), {
    attributes: { latency: 100, jitter: 10 },
    name: 'latency_downstream',
    stream: 'downstream',
    toxicity: 1,
    type: 'latency',
  });
  assert.deepEqual((await proxy.getToxic('latency_downstream')).toJson(), toxic.toJson());
  const changed = await toxic.update({ toxicity: 0.5, attributes: { latency: 200 } });
  assert.deepEqual(changed.attributes, { latency: 200, jitter: 10 });
  assert.equal(changed.toxicity, 0.5);
  await toxic.remove();
  await assert.rejects(proxy.getToxic('latency_downstream'), ToxiproxyError);
});

test('every type of toxic can be made in both directions', async () => {
  const proxy = await makeProxy();
  const types = {
    latency: { latency: 1, jitter: 0 },
    bandwidth: { rate: 1 },
    slow_close: { delay: 1 },
    timeout: { timeout: 1 },
    reset_peer: { timeout: 1 },
    slicer: { average_size: 2, size_variation: 1, delay: 0 },
    limit_data: { bytes: 1 },
  };
  for (const stream of ['upstream', 'downstream']) {
    for (const [type, attributes] of Object.entries(types)) {
      const toxic = await proxy.addToxic({ name: '', type, stream, toxicity: 1, attributes });
      assert.deepEqual(toxic.toJson(), { attributes, name: `${type}_${stream}`, stream, toxicity: 1, type });
    }
  }
});

test('latency holds bytes back, and lets them go when it is removed', async () => {
  const proxy = await makeProxy();
  const toxic = await proxy.addToxic({ type: 'latency', attributes: { latency: hour, jitter: 0 } });
  const { client, server } = await ends(proxy);
  server.send('late');
  client.send('at once');
  await server.has('at once');
  assert.equal(client.text, '');
  await toxic.remove();
  await client.has('late');
});

test('one proxy is slow and another is not', async () => {
  const slow = await makeProxy('slow');
  const quick = await makeProxy('quick');
  const toxic = await slow.addToxic({ type: 'latency', attributes: { latency: hour, jitter: 0 } });
  const late = await ends(slow);
  const early = await ends(quick);
  late.server.send('sent first');
  early.server.send('sent second');
  await early.client.has('sent second');
  assert.equal(late.client.text, '');
  await toxic.update({ attributes: { latency: 0 } });
  await late.client.has('sent first');
});

test('a timeout lets nothing through, and closes the connection when it is removed', async () => {
  const proxy = await makeProxy();
  const toxic = await proxy.addToxic({ type: 'timeout', attributes: { timeout: 0 } });
  const { client, server } = await ends(proxy);
  server.send('never');
  client.send('still');
  await server.has('still');
  await toxic.remove();
  await client.has('|end');
  await server.has('still|end');
});

test('reset_peer resets a connection that is open', async () => {
  const proxy = await makeProxy();
  const { client, server } = await ends(proxy);
  server.send('fine');
  await client.has('fine');
  await proxy.addToxic({ type: 'reset_peer', attributes: { timeout: 0 } });
  server.send('x');
  await client.has('fine|ECONNRESET');
  await server.has('|ECONNRESET');
});

test('limit_data passes exactly so many bytes', async () => {
  const proxy = await makeProxy();
  await proxy.addToxic({ type: 'limit_data', stream: 'upstream', attributes: { bytes: 5 } });
  const { client, server } = await ends(proxy);
  client.send('123');
  client.send('4567');
  await server.has('12345|end');
  await client.has('|end');
});

test('a slicer and a narrow line change nothing but the pace', async () => {
  const proxy = await makeProxy();
  await proxy.addToxic({ type: 'slicer', attributes: { average_size: 10, size_variation: 5, delay: 1 } });
  await proxy.addToxic({ type: 'bandwidth', attributes: { rate: 1000 } });
  const { client, server } = await ends(proxy);
  const text = Array.from({ length: 3000 }, (_, i) => `${i} `).join('');
  server.socket.end(text);
  await client.has(`${text}|end`);
});

test('slow_close holds the end, not the bytes', async () => {
  const proxy = await makeProxy();
  const toxic = await proxy.addToxic({ type: 'slow_close', attributes: { delay: hour } });
  const { client, server } = await ends(proxy);
  server.socket.end('all');
  await client.has('all');
  client.send('still open');
  await server.has('still open');
  assert.equal(client.text, 'all');
  await toxic.remove();
  await client.has('all|end');
});

test('toxicity 0 touches nothing', async () => {
  const proxy = await makeProxy();
  await proxy.addToxic({ type: 'reset_peer', toxicity: 0, attributes: { timeout: 0 } });
  const { client, server } = await ends(proxy);
  server.send('fine');
  await client.has('fine');
});

test('reset enables every proxy and takes its toxics', async () => {
  const proxy = await makeProxy();
  await proxy.addToxic({ type: 'timeout', attributes: { timeout: 0 } });
  await proxy.update({ ...proxy.toJson(), enabled: false });
  await toxiproxy.reset();
  assert.equal((await toxiproxy.get('db')).enabled, true);
  await assert.rejects(proxy.getToxic('timeout_downstream'), ToxiproxyError);
  const { client, server } = await ends(proxy);
  server.send('fine');
  await client.has('fine');
});

test('what is wrong is refused with the status of Toxiproxy', async () => {
  const proxy = await makeProxy();
  const refused = (status) => ({ name: 'Error', message: `Request failed with status code ${status}` });
  await assert.rejects(makeProxy(), refused(409));
  await assert.rejects(toxiproxy.get('web'), refused(404));
  await assert.rejects(proxy.addToxic({ type: 'mars', attributes: {} }), refused(400));
  await assert.rejects(proxy.addToxic({ type: 'latency', stream: 'sideways', attributes: {} }), refused(400));
  await assert.rejects(toxiproxy.createProxy({ name: 'x', listen: proxy.listen, upstream: 'localhost:1' }), refused(500));
  const answer = await fetch(`${proxies.url}/proxies/web`);
  assert.deepEqual(await answer.json(), { error: 'proxy not found', status: 404 });
});
