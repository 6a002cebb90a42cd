// What jsforce makes and asks of an org: records, channels, relays and what they say of themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startRig } from './support/rig.mjs';
import { Inbox, logIn } from './support/salesforce.mjs';

let rig;
let conn;
before(async () => {
  rig = await startRig({
    scenario: 'scenarios/every_order_arrives_once.yaml',
    flags: [
      '--set', 'timeline=[{at: 0s, relay: run}]',
      '--set', 'given.salesforce.objects={Account: {change_events: true, fields: {Name: {required: true}, Number__c: {external_id: true}}}}',
    ],
  });
  conn = await logIn(rig);
});
after(() => rig.remove());

test('a record that is changed makes change events', async () => {
  const inbox = new Inbox();
  const client = conn.streaming.createClient();
  await client.subscribe('/data/AccountChangeEvent', inbox.take);
  const accounts = conn.sobject('Account');
  const { id } = await accounts.create({ Name: 'Acme', Number__c: '7' });
  await accounts.update({ Id: id, Name: 'Acme Ltd' });
  assert.equal((await accounts.retrieve(id)).Name, 'Acme Ltd');
  const found = await conn.query("SELECT Id, Name FROM Account WHERE Number__c = '7'");
  assert.deepEqual(found.records.map((record) => [record.Id, record.Name]), [[id, 'Acme Ltd']]);
  await accounts.destroy(id);
  const changes = (await inbox.has(3)).map((message) => message.payload.ChangeEventHeader);
  assert.deepEqual(changes.map((header) => header.changeType), ['CREATE', 'UPDATE', 'DELETE']);
  assert.equal(changes[0].changeOrigin, `com/salesforce/api/rest/${conn.version}`);
  assert.deepEqual(changes[1].recordIds, [id]);
  client.disconnect();
});

test('a channel is made and a relay tells its state', async () => {
  const made = await conn.tooling.sobject('PlatformEventChannel').create({
    FullName: 'Mine__chn',
    Metadata: { channelType: 'event', label: 'Mine' },
  });
  assert.equal(made.success, true);
  assert.match(made.id, /^0YL/);
  const relays = await conn.tooling.query('SELECT Id, State FROM EventRelayConfig');
  assert.equal(relays.totalSize, 1);
  const feedback = await conn.query(
    `SELECT Id, EventRelayConfigId, RemoteResource, Status FROM EventRelayFeedback WHERE EventRelayConfigId = '${relays.records[0].Id}'`,
  );
  assert.equal(feedback.records[0].Status, 'RUNNING');
  assert.match(feedback.records[0].RemoteResource, /^aws\.partner\/salesforce\.com\/00D/);
});
