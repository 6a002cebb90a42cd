// faye, jsforce's streaming and cometd against a rig: subscribing, replays, lost sessions, dead tokens.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import faye from 'faye';
import jsforceStreaming from 'jsforce/lib/api/streaming.js';

import { startRig } from './support/rig.mjs';
import { answered, arrival, cometd, Inbox, logIn, version } from './support/salesforce.mjs';

const { StreamingExtension } = jsforceStreaming;

let rig;
let conn;
before(async () => {
  rig = await startRig();
  conn = await logIn(rig);
});
after(() => rig.remove());

// Each test has an event of its own, and so a stream that no other test writes to.
const channelOf = (name) => `/event/${name}`;
const publish = async (name, ...models) => {
  for (const model of models) await conn.sobject(name).create({ Model__c: model });
};
const models = (messages) => messages.map((message) => (message.data ?? message).payload.Model__c);

/** A faye client as jsforce makes it. */
function fayeClient(...extensions) {
  return conn.streaming.createClient(extensions);
}

test('jsforce hears what is published after it subscribed', async () => {
  const inbox = new Inbox();
  const client = fayeClient();
  await client.subscribe(channelOf('Plain__e'), inbox.take);
  await publish('Plain__e', 'A', 'B');
  const [first, second] = await inbox.has(2);
  assert.deepEqual(models([first, second]), ['A', 'B']);
  assert.match(first.event.EventUuid, /^[0-9a-f]{8}-/);
  assert.equal(first.event.EventApiName, 'Plain__e');
  assert.ok(second.event.replayId > first.event.replayId);
  assert.match(first.payload.CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  client.disconnect();
});

test('faye replays from -2, from -1 and from a stored id', async () => {
  await publish('Replayed__e', 'A', 'B');
  const channel = channelOf('Replayed__e');
  const all = new Inbox();
  const client = fayeClient(new StreamingExtension.Replay(channel, -2));
  await client.subscribe(channel, all.take);
  const [first] = await all.has(2);

  const later = new Inbox();
  const second = fayeClient(new StreamingExtension.Replay(channel, first.event.replayId));
  await second.subscribe(channel, later.take);
  await later.has(1);

  const fresh = new Inbox();
  const third = fayeClient(new StreamingExtension.Replay(channel, -1));
  await third.subscribe(channel, fresh.take);
  await publish('Replayed__e', 'C');
  await Promise.all([all.has(3), later.has(2), fresh.has(1)]);
  assert.deepEqual(models(all.messages), ['A', 'B', 'C']);
  assert.deepEqual(models(later.messages), ['B', 'C']);
  assert.deepEqual(models(fresh.messages), ['C']);
  for (const one of [client, second, third]) one.disconnect();
});

test('cometd subscribes with and without the replay extension', async () => {
  await publish('Cometd__e', 'A', 'B');
  const channel = channelOf('Cometd__e');
  const replaying = {
    outgoing(message) {
      if (message.channel === '/meta/subscribe') message.ext = { replay: { [channel]: -2 } };
      return message;
    },
  };
  const withReplay = cometd(rig, conn.accessToken, replaying);
  const without = cometd(rig, conn.accessToken);
  const old = new Inbox();
  const fresh = new Inbox();
  for (const [client, inbox] of [[withReplay, old], [without, fresh]]) {
    assert.equal((await answered((done) => client.handshake(done))).successful, true);
    assert.equal((await answered((done) => client.subscribe(channel, inbox.take, done))).successful, true);
  }
  await old.has(2);
  await publish('Cometd__e', 'C');
  await Promise.all([old.has(3), fresh.has(1)]);
  assert.deepEqual(models(old.messages), ['A', 'B', 'C']);
  assert.deepEqual(models(fresh.messages), ['C']);
  for (const client of [withReplay, without]) await answered((done) => client.disconnect(done));
});

test('a replay id that is unknown is refused while the connection looks healthy', async () => {
  const text =
    'The replayId {82} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.';
  const channel = channelOf('Refused__e');
  const client = fayeClient(new StreamingExtension.Replay(channel, 82));
  let isDown = false;
  client.on('transport:down', () => (isDown = true));
  await assert.rejects(
    new Promise((done, fail) => client.subscribe(channel, () => {}).then(done, fail)),
    (error) => `${error.code ?? ''}${error.message}`.endsWith(text),
  );
  assert.equal(isDown, false);
  client.disconnect();

  const other = cometd(rig, conn.accessToken, {
    outgoing(message) {
      if (message.channel === '/meta/subscribe') message.ext = { replay: { [channel]: 82 } };
      return message;
    },
  });
  await answered((done) => other.handshake(done));
  const refused = await answered((done) => other.subscribe(channel, () => {}, done));
  assert.equal(refused.successful, false);
  assert.equal(refused.error, `400::${text}`);
  assert.equal(other.isDisconnected(), false);
  await answered((done) => other.disconnect(done));
});

test('a channel that does not exist is refused', async () => {
  const client = cometd(rig, conn.accessToken);
  await answered((done) => client.handshake(done));
  for (const channel of ['/topic/Invoices', '/event/Nothing']) {
    const refused = await answered((done) => client.subscribe(channel, () => {}, done));
    assert.equal(refused.error, `400::The channel you requested to subscribe to does not exist {${channel}}`);
  }
  await answered((done) => client.disconnect(done));
});

test('after a lost session the clients shake hands again; only replay finds what was missed', async () => {
  const channel = channelOf('Lost__e');
  const inbox = new Inbox();
  const client = fayeClient(new StreamingExtension.Replay(channel, -1));
  await client.subscribe(channel, inbox.take);
  // faye subscribes again by itself, cometd leaves that to the application.
  const plain = cometd(rig, conn.accessToken);
  const plainInbox = new Inbox();
  await answered((done) => plain.handshake(done));
  const accepted = arrival();
  const subscription = plain.subscribe(channel, plainInbox.take, accepted.settle);
  await accepted.promise;
  await publish('Lost__e', 'A');
  await Promise.all([inbox.has(1), plainInbox.has(1)]);

  const again = arrival();
  const resubscribed = arrival();
  plain.addListener('/meta/handshake', again.settle);
  plain.addListener('/meta/subscribe', resubscribed.settle);
  const dropped = await fetch(`${rig.salesforceUrl}/_relayrig/sessions`, { method: 'DELETE' });
  assert.ok((await dropped.json()).dropped >= 2);
  assert.equal((await again.promise).successful, true);
  await publish('Lost__e', 'B');
  plain.resubscribe(subscription);
  assert.equal((await resubscribed.promise).successful, true);
  await publish('Lost__e', 'C');
  await Promise.all([inbox.has(3), plainInbox.has(2)]);
  assert.deepEqual(models(inbox.messages), ['A', 'B', 'C']);
  assert.deepEqual(models(plainInbox.messages), ['A', 'C']);
  client.disconnect();
  await answered((done) => plain.disconnect(done));
});

test('a dead token ends the subscription', async () => {
  const other = await logIn(rig);
  const channel = channelOf('Dead__e');
  const failed = arrival();
  const client = other.streaming.createClient([new StreamingExtension.AuthFailure(failed.settle)]);
  await client.subscribe(channel, () => {});
  const plain = cometd(rig, other.accessToken);
  await answered((done) => plain.handshake(done));
  await answered((done) => plain.subscribe(channel, () => {}, done));
  const stopped = arrival();
  plain.addListener('/meta/connect', (message) => message.successful || stopped.settle(message));

  await fetch(`${rig.salesforceUrl}/_relayrig/tokens`, { method: 'DELETE' });
  conn = await logIn(rig);
  // What ends the connects that are held; the next ones have to show their token.
  await publish('Dead__e', 'A');
  assert.equal((await failed.promise).error, '401::Authentication invalid');
  const last = await stopped.promise;
  assert.equal(last.error, '401::Authentication invalid');
  assert.equal(last.advice.reconnect, 'none');
  client.disconnect();
});

test('a handshake without a valid token is denied', async () => {
  const failed = arrival();
  const client = new faye.Client(`${rig.salesforceUrl}/cometd/${version}`, {});
  client.setHeader('Authorization', 'OAuth nope');
  client.addExtension(new StreamingExtension.AuthFailure(failed.settle));
  client.subscribe('/event/Any__e', () => {}).then(() => {}, () => {});
  const denied = await failed.promise;
  assert.equal(denied.error, '403::Handshake denied');
  assert.equal(denied.ext.sfdc.failureReason, '401::Authentication invalid');
  client.disconnect();
});

test('every event that a subscriber read is delivered', async () => {
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  const hops = rig.query(
    "SELECT count(*) AS n FROM spans WHERE stage = 'client' AND source = 'salesforce' AND operation LIKE '/event/Plain__e'",
  );
  assert.deepEqual(hops, [{ n: 2 }]);
});
