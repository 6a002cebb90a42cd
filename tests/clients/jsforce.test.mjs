// jsforce against a rig: logins, publishing, errors.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFileSync } from 'node:fs';

import { startRig } from './support/rig.mjs';
import { app, connection, credentials, logIn } from './support/salesforce.mjs';

let rig;
before(async () => (rig = await startRig()));
after(() => rig.remove());

test('logs in with each flow that jsforce has', async () => {
  const byPassword = await logIn(rig);
  assert.equal(byPassword.instanceUrl, rig.salesforceUrl);
  assert.match(byPassword.userInfo.organizationId, /^00D.{15}$/);

  const bySoap = connection(rig);
  await bySoap.login(credentials.username, credentials.password);
  assert.equal(bySoap.instanceUrl, rig.salesforceUrl);
  assert.equal(bySoap.userInfo.organizationId, byPassword.userInfo.organizationId);

  const byApp = connection(rig, {
    instanceUrl: rig.salesforceUrl,
    oauth2: { loginUrl: rig.salesforceUrl, ...app },
  });
  await byApp.authorize({ grant_type: 'client_credentials' });
  for (const conn of [byPassword, bySoap, byApp]) {
    assert.ok((await conn.limits()).DailyApiRequests.Remaining > 0);
  }
  const who = await byPassword.identity();
  assert.equal(who.username, credentials.username);
  assert.equal(who.organization_id, byPassword.userInfo.organizationId);
});

test('a wrong password is refused in both logins', async () => {
  await assert.rejects(connection(rig, { oauth2: { loginUrl: rig.salesforceUrl, ...app } }).login('relayrig', 'no'), {
    name: 'invalid_grant',
    message: 'authentication failure',
  });
  await assert.rejects(connection(rig).login('relayrig', 'no'), /INVALID_LOGIN: Invalid username, password/);
});

test('publishes one event and is told its EventUuid', async () => {
  const conn = await logIn(rig);
  const saved = await conn.sobject('Low_Ink__e').create({ Printer_Model__c: 'XZO-5' });
  assert.equal(saved.success, true);
  assert.equal(saved.errors[0].statusCode, 'OPERATION_ENQUEUED');
  assert.match(saved.errors[0].message, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  assert.ok(conn.limitInfo.apiUsage.used > 0);
});

test('publishes many events in one call', async () => {
  const conn = await logIn(rig);
  const used = (await conn.limits()).DailyApiRequests.Remaining;
  const events = Array.from({ length: 200 }, (_, i) => ({ Printer_Model__c: `XZO-${i}` }));
  const saved = await conn.sobject('Low_Ink__e').create(events, { allowRecursive: true });
  assert.equal(saved.length, 200);
  assert.equal(new Set(saved.map((row) => row.errors[0].message)).size, 200);
  // The second reading counts itself.
  assert.equal((await conn.limits()).DailyApiRequests.Remaining, used - 2);
});

test('publishes with a composite request', async () => {
  const conn = await logIn(rig);
  const url = `/services/data/v${conn.version}/sobjects/Low_Ink__e`;
  const { compositeResponse } = await conn.request({
    method: 'POST',
    url: `/services/data/v${conn.version}/composite`,
    body: JSON.stringify({
      allOrNone: true,
      compositeRequest: [{ method: 'POST', url, referenceId: 'e1', body: { Printer_Model__c: 'A' } }],
    }),
    headers: { 'Content-Type': 'application/json' },
  });
  assert.equal(compositeResponse[0].httpStatusCode, 201);
  assert.equal(compositeResponse[0].referenceId, 'e1');
});

test('an expired token is renewed without the caller noticing', async () => {
  const conn = await logIn(rig);
  const before = conn.accessToken;
  await fetch(`${rig.salesforceUrl}/_relayrig/tokens`, { method: 'DELETE' });
  const saved = await conn.sobject('Low_Ink__e').create({ Printer_Model__c: 'B' });
  assert.equal(saved.success, true);
  assert.notEqual(conn.accessToken, before);
});

test('client credentials cannot be renewed', async () => {
  const conn = connection(rig, {
    instanceUrl: rig.salesforceUrl,
    oauth2: { loginUrl: rig.salesforceUrl, ...app },
  });
  await conn.authorize({ grant_type: 'client_credentials' });
  await fetch(`${rig.salesforceUrl}/_relayrig/tokens`, { method: 'DELETE' });
  await assert.rejects(conn.limits(), /Unable to refresh session/);
});

test('every call is a hop, and the publishers are known', async () => {
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  const [{ tokens }] = rig.query(
    "SELECT count(*) AS tokens FROM spans WHERE stage = 'client' AND operation = 'POST /services/oauth2/token' AND request IS NOT NULL AND request <> ''",
  );
  assert.equal(tokens, 0, 'no password is in the run file');
  const [{ published }] = rig.query('SELECT count(*) AS published FROM events');
  assert.equal(published, 203);
});

test('each class of error reaches jsforce', async () => {
  const strict = await startRig({
    scenario: 'scenarios/every_order_arrives_once.yaml',
    flags: [
      '--set', 'timeline=[{at: 0s, relay: run}]',
      '--set', 'given.salesforce.publish_per_hour=2',
      '--set', 'given.salesforce.events={Low_Ink__e: {fields: {Serial__c: {required: true, length: 3}, Level__c: {type: Number}}}}',
    ],
  });
  try {
    const conn = await logIn(strict);
    const ink = conn.sobject('Low_Ink__e');
    const refused = [
      [{ Serial__c: 'A', Nope__c: 1 }, 'INVALID_FIELD', "No such column 'Nope__c' on sobject of type Low_Ink__e"],
      [{}, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [Serial__c]'],
      [{ Serial__c: 'ABCD' }, 'STRING_TOO_LONG', /max length=3/],
      [{ Serial__c: 'A', Level__c: 'x' }, 'INVALID_TYPE_ON_FIELD_IN_RECORD', /Level__c/],
    ];
    for (const [event, name, message] of refused) await assert.rejects(ink.create(event), { name, message });
    await assert.rejects(conn.sobject('Nope__c').create({}), { name: 'NOT_FOUND' });
    await assert.rejects(conn.request(`/services/data/v${conn.version}/search?q=x`), { name: 'NOT_IMPLEMENTED' });
    await assert.rejects(conn.query('SELECT Id FROM'), { name: 'MALFORMED_QUERY' });
    const rows = await ink.create([{ Serial__c: 'A' }, {}, { Serial__c: 'B' }]);
    assert.deepEqual(rows.map((row) => row.success), [true, false, true]);
    assert.equal(rows[1].errors[0].statusCode, 'REQUIRED_FIELD_MISSING');
    await assert.rejects(ink.create({ Serial__c: 'C' }), { name: 'LIMIT_EXCEEDED' });
  } finally {
    await strict.stop();
  }
});

test('700 orders published by jsforce arrive at the external APIs, each effect once', async () => {
  const orders = await startRig({
    scenario: 'scenarios/every_order_arrives_once.yaml',
    flags: ['--set', 'timeline=[{at: 0s, relay: run}]', '--set', 'expect=[{ends: delivered, equals: 700}]'],
  });
  try {
    const conn = await logIn(orders);
    const rows = readFileSync(new URL('../../scenarios/data/order_placed.jsonl', import.meta.url), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(rows.length, 700);
    const saved = await conn.sobject('Order_Placed__e').create(rows, { allowRecursive: true });
    assert.equal(saved.filter((row) => row.success).length, 700);
    await orders.whenQuiet(() => orders.query("SELECT count(*) AS n FROM effects")[0].n === 2100);
    const { code, report } = await orders.stop();
    assert.equal(code, 0, report);
    assert.deepEqual(orders.query('SELECT count(*) AS effects, max(times) AS times FROM effects'), [
      { effects: 2100, times: 1 },
    ]);
  } finally {
    orders.remove();
  }
});
