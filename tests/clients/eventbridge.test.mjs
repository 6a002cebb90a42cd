// EventBridge as @aws-sdk/client-eventbridge sees it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  CancelReplayCommand,
  CreateArchiveCommand,
  CreateEventBusCommand,
  DeleteArchiveCommand,
  DeleteEventBusCommand,
  DeleteRuleCommand,
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  IllegalStatusException,
  InvalidEventPatternException,
  LimitExceededException,
  ListArchivesCommand,
  ListEventBusesCommand,
  ListEventSourcesCommand,
  ListReplaysCommand,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  ManagedRuleException,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  StartReplayCommand,
  TestEventPatternCommand,
  UpdateArchiveCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

import { account, region, startRig } from './support/rig.mjs';

let rig;
let events;
let sqs;
before(async () => {
  rig = await startRig();
  events = rig.client(EventBridgeClient);
  sqs = rig.client(SQSClient);
});
after(() => rig.remove());

const send = (command) => events.send(command);
const arn = (resource) => `arn:aws:events:${region}:${account}:${resource}`;
const queueArn = (name) => `arn:aws:sqs:${region}:${account}:${name}`;
const order = (detail, more = {}) => ({
  Source: 'shop',
  DetailType: 'OrderPlaced',
  Detail: JSON.stringify(detail),
  ...more,
});

/** The next message of a queue, taken out of it; waits until one is there. */
async function next(QueueUrl, more = {}) {
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, ...more }));
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
  return Messages[0];
}
const createQueue = async (QueueName) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl;

test('buses are made, listed, described and deleted', async () => {
  const made = await send(new CreateEventBusCommand({ Name: 'orders', Description: 'of the shop' }));
  assert.equal(made.EventBusArn, arn('event-bus/orders'));
  const described = await send(new DescribeEventBusCommand({ Name: 'orders' }));
  assert.equal(described.Description, 'of the shop');
  assert.ok(described.CreationTime instanceof Date);
  const listed = await send(new ListEventBusesCommand({}));
  const names = listed.EventBuses.map((bus) => bus.Name);
  assert.match(names.shift(), /^aws\.partner\/salesforce\.com\//);
  assert.deepEqual(names, ['default', 'orders']);
  await send(new DeleteEventBusCommand({ Name: 'orders' }));
  assert.equal((await send(new ListEventBusesCommand({ NamePrefix: 'o' }))).EventBuses.length, 0);
});

test('the relay has its partner event source', async () => {
  const { EventSources } = await send(new ListEventSourcesCommand({ NamePrefix: 'aws.partner/salesforce.com' }));
  assert.deepEqual(EventSources.map((source) => source.State), ['ACTIVE']);
});

test('a rule is put, described, switched, given targets, and deleted', async () => {
  const pattern = JSON.stringify({ source: ['shop'] });
  const { RuleArn } = await send(new PutRuleCommand({ Name: 'r1', EventPattern: pattern, State: 'DISABLED' }));
  assert.equal(RuleArn, arn('rule/r1'));
  assert.equal((await send(new DescribeRuleCommand({ Name: 'r1' }))).State, 'DISABLED');
  await send(new EnableRuleCommand({ Name: 'r1' }));
  assert.deepEqual(
    (await send(new ListRulesCommand({ NamePrefix: 'r' }))).Rules.map(({ Name, State, EventPattern }) => [Name, State, EventPattern]),
    [['r1', 'ENABLED', pattern]],
  );
  await send(new DisableRuleCommand({ Name: 'r1' }));

  await createQueue('target');
  const target = {
    Id: 't1',
    Arn: queueArn('target'),
    InputTransformer: { InputPathsMap: { id: '$.detail.id' }, InputTemplate: '{"order": <id>}' },
    RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 60 },
    DeadLetterConfig: { Arn: queueArn('target') },
  };
  const put = await send(new PutTargetsCommand({ Rule: 'r1', Targets: [target] }));
  assert.equal(put.FailedEntryCount, 0);
  assert.deepEqual((await send(new ListTargetsByRuleCommand({ Rule: 'r1' }))).Targets, [target]);
  const names = await send(new ListRuleNamesByTargetCommand({ TargetArn: queueArn('target') }));
  assert.deepEqual(names.RuleNames, ['r1']);
  await assert.rejects(send(new DeleteRuleCommand({ Name: 'r1' })), {
    name: 'ValidationException',
    message: "Rule can't be deleted since it has targets.",
  });
  const removed = await send(new RemoveTargetsCommand({ Rule: 'r1', Ids: ['t1'] }));
  assert.equal(removed.FailedEntryCount, 0);
  await send(new DeleteRuleCommand({ Name: 'r1' }));
  await assert.rejects(send(new DescribeRuleCommand({ Name: 'r1' })), ResourceNotFoundException);
});

test('an event goes through rule and transformer into a queue, with the envelope of AWS', async () => {
  const whole = await createQueue('whole');
  const part = await createQueue('part');
  await send(new PutRuleCommand({ Name: 'big', EventPattern: JSON.stringify({ detail: { amount: [{ numeric: ['>', 100] }] } }) }));
  await send(
    new PutTargetsCommand({
      Rule: 'big',
      Targets: [
        { Id: 'whole', Arn: queueArn('whole') },
        {
          Id: 'part',
          Arn: queueArn('part'),
          InputTransformer: { InputPathsMap: { id: '$.detail.id', all: '$.detail' }, InputTemplate: '{"order": <id>, "all": <all>}' },
        },
      ],
    }),
  );
  const result = await send(
    new PutEventsCommand({
      Entries: [
        order({ id: 'small', amount: 1 }),
        order({ id: 'large', amount: 250 }, { Time: new Date(1700000000123), Resources: ['arn:x'] }),
      ],
    }),
  );
  assert.equal(result.FailedEntryCount, 0);
  const envelope = JSON.parse((await next(whole)).Body);
  assert.deepEqual(envelope, {
    version: '0',
    id: result.Entries[1].EventId,
    'detail-type': 'OrderPlaced',
    source: 'shop',
    account,
    time: '2023-11-14T22:13:20Z',
    region,
    resources: ['arn:x'],
    detail: { id: 'large', amount: 250 },
  });
  assert.deepEqual(JSON.parse((await next(part)).Body), { order: 'large', all: { id: 'large', amount: 250 } });
});

test('entries fail one by one', async () => {
  const { FailedEntryCount, Entries } = await send(
    new PutEventsCommand({
      Entries: [
        order({}),
        { Source: 'shop', DetailType: 'x', Detail: '[1]' },
        { DetailType: 'x', Detail: '{}' },
      ],
    }),
  );
  assert.equal(FailedEntryCount, 2);
  assert.match(Entries[0].EventId, /^[0-9a-f-]{36}$/);
  assert.deepEqual(Entries.slice(1), [
    { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
    { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter Source is not valid. Reason: Source is a required argument.' },
  ]);
});

test('patterns can be tried', async () => {
  const event = JSON.stringify({
    id: '1', 'detail-type': 't', source: 's', account, time: '2026-01-05T10:00:00Z', region, resources: [], detail: { a: 5 },
  });
  const attempt = async (pattern) =>
    (await send(new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event: event }))).Result;
  assert.equal(await attempt({ detail: { a: [{ numeric: ['<', 6] }] } }), true);
  assert.equal(await attempt({ detail: { a: ['5'] } }), false);
  await assert.rejects(attempt({ detail: { a: [{ bogus: 1 }] } }), (error) => {
    assert.ok(error instanceof InvalidEventPatternException);
    assert.match(error.message, /^Event pattern is not valid. Reason: Unrecognized match type bogus/);
    return true;
  });
});

test('an archive keeps events and replays them, marked as such', async () => {
  await send(new CreateEventBusCommand({ Name: 'kept' }));
  const queue = await createQueue('replayed');
  await send(new PutRuleCommand({ Name: 'all', EventBusName: 'kept', EventPattern: JSON.stringify({ source: ['shop'] }) }));
  await send(new PutTargetsCommand({ Rule: 'all', EventBusName: 'kept', Targets: [{ Id: 'q', Arn: queueArn('replayed') }] }));
  const made = await send(
    new CreateArchiveCommand({ ArchiveName: 'a1', EventSourceArn: arn('event-bus/kept'), RetentionDays: 1 }),
  );
  assert.equal(made.ArchiveArn, arn('archive/a1'));
  await send(new UpdateArchiveCommand({ ArchiveName: 'a1', Description: 'for a day' }));
  const Time = new Date(1700000030000);
  await send(new PutEventsCommand({ Entries: [order({ id: 7 }, { EventBusName: 'kept', Time })] }));
  const first = JSON.parse((await next(queue)).Body);
  assert.equal(first['replay-name'], undefined);
  const described = await send(new DescribeArchiveCommand({ ArchiveName: 'a1' }));
  assert.deepEqual([described.Description, described.EventCount, described.State], ['for a day', 1, 'ENABLED']);
  assert.deepEqual((await send(new ListArchivesCommand({}))).Archives.map((archive) => archive.ArchiveName), ['a1']);

  const started = await send(
    new StartReplayCommand({
      ReplayName: 'again',
      EventSourceArn: made.ArchiveArn,
      EventStartTime: new Date(Time.getTime() - 60_000),
      EventEndTime: new Date(Time.getTime() + 60_000),
      Destination: { Arn: arn('event-bus/kept') },
    }),
  );
  assert.equal(started.State, 'STARTING');
  const replayed = JSON.parse((await next(queue)).Body);
  assert.deepEqual({ ...replayed, 'replay-name': undefined }, { ...first, 'replay-name': undefined });
  assert.equal(replayed['replay-name'], 'again');
  const replay = await send(new DescribeReplayCommand({ ReplayName: 'again' }));
  assert.deepEqual(replay.Destination, { Arn: arn('event-bus/kept') });
  assert.equal(replay.EventStartTime.getTime(), Time.getTime() - 60_000);
  assert.deepEqual((await send(new ListReplaysCommand({}))).Replays.map(({ ReplayName }) => ReplayName), ['again']);
  await assert.rejects(send(new CancelReplayCommand({ ReplayName: 'none' })), ResourceNotFoundException);
  await send(new DeleteArchiveCommand({ ArchiveName: 'a1' }));
  await assert.rejects(send(new DescribeArchiveCommand({ ArchiveName: 'a1' })), ResourceNotFoundException);
});

test('errors have the classes and texts of AWS', async () => {
  await send(new CreateEventBusCommand({ Name: 'twice' }));
  await send(new PutRuleCommand({ Name: 'full', EventPattern: '{"source":["x"]}' }));
  await createQueue('any');
  const { ArchiveArn } = await send(
    new CreateArchiveCommand({ ArchiveName: 'kept-here', EventSourceArn: arn('event-bus/default') }),
  );
  const replay = {
    ReplayName: 'done', EventSourceArn: ArchiveArn, Destination: { Arn: arn('event-bus/default') },
    EventStartTime: new Date(0), EventEndTime: new Date(60_000),
  };
  await send(new StartReplayCommand(replay));
  await send(new CancelReplayCommand({ ReplayName: 'done' }));
  const targets = (count) =>
    [...Array(count).keys()].map((i) => ({ Id: `t${i}`, Arn: queueArn('any') }));
  const cases = [
    [new CreateEventBusCommand({ Name: 'twice' }), ResourceAlreadyExistsException, 'Event bus twice already exists.'],
    [new DescribeEventBusCommand({ Name: 'none' }), ResourceNotFoundException, 'Event bus none does not exist.'],
    [new DescribeRuleCommand({ Name: 'none' }), ResourceNotFoundException, 'Rule none does not exist on EventBus default.'],
    [new PutTargetsCommand({ Rule: 'full', Targets: targets(6) }), LimitExceededException,
      'The requested resource exceeds the maximum number allowed.'],
    [new PutRuleCommand({ Name: 'bad', EventPattern: '{"source":"x"}' }), InvalidEventPatternException,
      /^Event pattern is not valid. Reason: "source" must be an object or an array/],
    [new StartReplayCommand(replay), ResourceAlreadyExistsException, 'Replay done already exists.'],
    [new CancelReplayCommand({ ReplayName: 'done' }), IllegalStatusException, 'Replay done is not in a valid state for this operation.'],
    [new DeleteRuleCommand({ Name: 'Events-Archive-kept-here' }), ManagedRuleException,
      'Rule Events-Archive-kept-here is managed by prod.vhs.events.aws.internal.'],
  ];
  for (const [command, Class, message] of cases) {
    await assert.rejects(send(command), (error) => {
      assert.ok(error instanceof Class, `${error.name}: ${error.message}`);
      assert.equal(error.$metadata.httpStatusCode, 400);
      if (message instanceof RegExp) assert.match(error.message, message);
      else assert.equal(error.message, message);
      return true;
    });
  }
  await assert.rejects(send(new DeleteEventBusCommand({ Name: 'default' })), {
    name: 'ValidationException',
    message: 'Cannot delete event bus default.',
  });
  await assert.rejects(send(new PutEventsCommand({ Entries: Array(11).fill(order({})) })), {
    name: 'ValidationException',
    message: /at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10$/,
  });
});

test('what is not emulated is refused', async () => {
  await assert.rejects(
    send(new PutTargetsCommand({ Rule: 'full', Targets: [{ Id: 'x', Arn: queueArn('any'), HttpParameters: { HeaderParameters: { a: 'b' } } }] })),
    { name: 'NotImplemented', message: /the parameter Targets.1.HttpParameters is not emulated/ },
  );
  await assert.rejects(send(new PutRuleCommand({ Name: 'tick', ScheduleExpression: 'rate(1 minute)' })), {
    name: 'NotImplemented',
    message: 'ScheduleExpression is not emulated by relayrig: a rule needs an EventPattern.',
  });
  const stream = `arn:aws:kinesis:${region}:${account}:stream/x`;
  await assert.rejects(send(new PutTargetsCommand({ Rule: 'full', Targets: [{ Id: 'x', Arn: stream }] })), {
    name: 'NotImplemented',
    message: `The target ${stream} is not emulated by relayrig: functions, queues, topics and buses of this account and region are.`,
  });
});

test('every event that was put is in the run file with its way', async () => {
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  const [{ large }] = rig.query("SELECT count(*) AS large FROM events WHERE payload LIKE '%large%'");
  assert.equal(large, 1);
  const [{ failed }] = rig.query("SELECT count(*) AS failed FROM events WHERE ended_where LIKE 'bus: MalformedDetail%'");
  assert.equal(failed, 1);
});
