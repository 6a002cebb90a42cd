// What is the same for every service: who is asked, what is refused, what is recorded.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { LambdaClient, ListLayersCommand } from '@aws-sdk/client-lambda';
import { EventBridgeClient, ListApiDestinationsCommand } from '@aws-sdk/client-eventbridge';
import { ListPlatformApplicationsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListMessageMoveTasksCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

import { account, startRig } from './support/rig.mjs';

let rig;
before(async () => (rig = await startRig()));
after(() => rig.remove());

test('health says who answers', async () => {
  const response = await fetch(`${rig.url}/_relayrig/health`);
  assert.equal(response.status, 200);
  const health = await response.json();
  assert.equal(health.status, 'ok');
  assert.equal(health.account, account);
});

test('STS knows the caller', async () => {
  const identity = await rig.client(STSClient).send(new GetCallerIdentityCommand({}));
  assert.equal(identity.Account, account);
  assert.equal(identity.Arn, `arn:aws:iam::${account}:root`);
  assert.match(identity.$metadata.requestId, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
});

test('what is not emulated is refused by name, at once, in every protocol', async () => {
  const refused = [
    [SQSClient, new ListMessageMoveTasksCommand({ SourceArn: 'arn' }), 'SQS ListMessageMoveTasks'],
    [SNSClient, new ListPlatformApplicationsCommand({}), 'SNS ListPlatformApplications'],
    [EventBridgeClient, new ListApiDestinationsCommand({}), 'EventBridge ListApiDestinations'],
    [LambdaClient, new ListLayersCommand({}), 'Lambda GET /2018-10-31/layers'],
  ];
  for (const [Client, command, what] of refused) {
    // Three attempts allowed: one must be enough.
    await assert.rejects(rig.client(Client, { maxAttempts: 3 }).send(command), (error) => {
      assert.equal(error.name, 'NotImplemented');
      assert.equal(error.message, `${what} is not emulated by relayrig`);
      assert.equal(error.$metadata.attempts, 1);
      return true;
    });
  }
});

test('a call signed for another region is refused', async () => {
  await assert.rejects(rig.client(STSClient, { region: 'eu-west-1' }).send(new GetCallerIdentityCommand({})), {
    name: 'NotImplemented',
    message: /^The region eu-west-1 \(this rig stands in us-east-1/,
  });
});

test('a program that knows nothing of the rig finds it by the variables of `relayrig env`', () => {
  const text = `
    import { SQSClient, CreateQueueCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
    const sqs = new SQSClient({});
    await sqs.send(new CreateQueueCommand({ QueueName: 'found' }));
    console.log((await sqs.send(new GetQueueUrlCommand({ QueueName: 'found' }))).QueueUrl);`;
  const printed = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', text], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { PATH: process.env.PATH, ...rig.environment() },
    encoding: 'utf8',
  });
  assert.equal(printed.trim(), `${rig.url}/${account}/found`);
});

test('every call is a hop of the run file', async () => {
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  const hops = rig.query(
    "SELECT target, operation, attempt, outcome, status FROM spans WHERE stage = 'client' ORDER BY id",
  );
  assert.deepEqual(
    hops.map((hop) => `${hop.target} ${hop.operation} #${hop.attempt} ${hop.outcome} ${hop.status}`),
    [
      'sts GetCallerIdentity #1 ok 200',
      'sqs ListMessageMoveTasks #1 rejected 400',
      'sns ListPlatformApplications #1 rejected 400',
      'events ListApiDestinations #1 rejected 400',
      'lambda GET /2018-10-31/layers #1 rejected 400',
      'sts GetCallerIdentity #1 rejected 400',
      'sqs CreateQueue #1 ok 200',
      'sqs GetQueueUrl #1 ok 200',
    ],
  );
});
