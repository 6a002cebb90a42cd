// What a deployment declares (deployments/declared.yaml) is what clients find.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  DescribeEventSourceCommand,
  DescribeRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  GetFunctionCommand,
  GetFunctionEventInvokeConfigCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import {
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

import { account, region, startRig } from './support/rig.mjs';

let rig;
let events;
let lambda;
let sns;
let sqs;
before(async () => {
  rig = await startRig({ scenario: 'tests/clients/deployments/declared.yaml' });
  [events, lambda, sns, sqs] = [EventBridgeClient, LambdaClient, SNSClient, SQSClient].map((Client) => rig.client(Client));
});
after(() => rig.remove());

const arn = (service, resource) => `arn:aws:${service}:${region}:${account}:${resource}`;
const names = (list, key) => list.map((entry) => entry[key]);

let partner;

test('buses, and the partner source that the relay sends to', async () => {
  const { EventBuses } = await events.send(new ListEventBusesCommand({}));
  partner = EventBuses[0].Name;
  assert.match(partner, /^aws\.partner\/salesforce\.com\//);
  assert.deepEqual(names(EventBuses, 'Name'), [partner, 'default', 'shop']);
  assert.equal((await events.send(new DescribeEventBusCommand({ Name: 'shop' }))).Arn, arn('events', 'event-bus/shop'));
  assert.equal((await events.send(new DescribeEventSourceCommand({ Name: partner }))).State, 'ACTIVE');
});

test('rules and their targets', async () => {
  const { Rules } = await events.send(new ListRulesCommand({ EventBusName: partner }));
  assert.deepEqual(
    Rules.map((rule) => [rule.Name, rule.State]),
    [['Events-Archive-everything', 'ENABLED'], ['orders', 'ENABLED']],
  );
  assert.deepEqual(JSON.parse(Rules[1].EventPattern), {
    source: [{ prefix: 'aws.partner/salesforce.com' }],
    'detail-type': ['Order_Placed__e'],
  });
  const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: 'orders', EventBusName: partner }));
  assert.deepEqual(Targets, [
    { Id: 'function', Arn: arn('lambda', 'function:ingest') },
    { Id: 'ledger', Arn: arn('sqs', 'ledger.fifo'), SqsParameters: { MessageGroupId: 'all' }, InputPath: '$.detail' },
    {
      Id: 'topic',
      Arn: arn('sns', 'orders'),
      InputTransformer: { InputPathsMap: { order: '$.detail.payload.Order_Number__c' }, InputTemplate: '{"order": <order>}' },
    },
    {
      Id: 'work',
      Arn: arn('sqs', 'orders'),
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 3600 },
      DeadLetterConfig: { Arn: arn('sqs', 'orders-dlq') },
    },
  ]);
  const paused = await events.send(new DescribeRuleCommand({ Name: 'paused', EventBusName: 'shop' }));
  assert.deepEqual([paused.State, paused.Arn], ['DISABLED', arn('events', 'rule/shop/paused')]);
});

test('archives', async () => {
  const archive = await events.send(new DescribeArchiveCommand({ ArchiveName: 'everything' }));
  assert.deepEqual([archive.RetentionDays, archive.State, archive.EventCount], [7, 'ENABLED', 0]);
  assert.equal(archive.EventSourceArn, arn('events', `event-bus/${partner}`));
});

test('queues and their attributes, those that are only named elsewhere too', async () => {
  const { QueueUrls } = await sqs.send(new ListQueuesCommand({}));
  assert.deepEqual(
    QueueUrls.map((url) => url.split('/').pop()).sort(),
    ['audit', 'failures', 'function-dlq', 'ledger.fifo', 'orders', 'orders-dlq'],
  );
  const attributes = async (QueueName) => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    return (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;
  };
  const orders = await attributes('orders');
  assert.deepEqual(JSON.parse(orders.RedrivePolicy), { deadLetterTargetArn: arn('sqs', 'orders-dlq'), maxReceiveCount: 3 });
  const expected = {
    QueueArn: arn('sqs', 'orders'),
    VisibilityTimeout: '45',
    DelaySeconds: '2',
    MessageRetentionPeriod: '345600',
    ReceiveMessageWaitTimeSeconds: '5',
    MaximumMessageSize: '65536',
    ApproximateNumberOfMessages: '0',
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(orders[name], value, name);
  const fifo = await attributes('ledger.fifo');
  assert.deepEqual([fifo.FifoQueue, fifo.ContentBasedDeduplication, fifo.VisibilityTimeout], ['true', 'true', '60']);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'orders-dlq' }));
  const { queueUrls } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl }));
  assert.deepEqual(queueUrls.map((url) => url.split('/').pop()), ['orders']);
});

test('functions, what becomes of their asynchronous events, and the queues that they read', async () => {
  assert.deepEqual(names((await lambda.send(new ListFunctionsCommand({}))).Functions, 'FunctionName'), ['ingest', 'plain']);
  const { Configuration, Concurrency } = await lambda.send(new GetFunctionCommand({ FunctionName: 'ingest' }));
  assert.deepEqual([Configuration.Timeout, Configuration.DeadLetterConfig], [30, { TargetArn: arn('sqs', 'function-dlq') }]);
  assert.deepEqual(Concurrency, { ReservedConcurrentExecutions: 50 });
  assert.equal((await lambda.send(new GetFunctionCommand({ FunctionName: 'plain' }))).Concurrency, undefined);

  const asynchronous = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'ingest' }));
  assert.deepEqual(
    [asynchronous.MaximumRetryAttempts, asynchronous.MaximumEventAgeInSeconds, asynchronous.DestinationConfig.OnFailure],
    [1, 7200, { Destination: arn('sqs', 'failures') }],
  );
  const defaults = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: 'plain' }));
  assert.deepEqual([defaults.MaximumRetryAttempts, defaults.MaximumEventAgeInSeconds], [2, 21600]);

  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({}));
  assert.equal(EventSourceMappings.length, 1);
  const { UUID, LastModified, StateTransitionReason, ...mapping } = EventSourceMappings[0];
  assert.deepEqual(mapping, {
    BatchSize: 100,
    MaximumBatchingWindowInSeconds: 5,
    EventSourceArn: arn('sqs', 'orders'),
    FunctionArn: arn('lambda', 'function:ingest'),
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    ScalingConfig: { MaximumConcurrency: 4 },
    State: 'Enabled',
  });
});

test('topics and their subscriptions', async () => {
  const { Topics } = await sns.send(new ListTopicsCommand({}));
  assert.deepEqual(names(Topics, 'TopicArn').sort(), [arn('sns', 'orders'), arn('sns', 'steps.fifo')]);
  const fifo = await sns.send(new GetTopicAttributesCommand({ TopicArn: arn('sns', 'steps.fifo') }));
  assert.deepEqual([fifo.Attributes.FifoTopic, fifo.Attributes.ContentBasedDeduplication], ['true', 'true']);

  const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: arn('sns', 'orders') }));
  assert.deepEqual(Subscriptions.map(({ Protocol, Endpoint }) => [Protocol, Endpoint]), [
    ['lambda', arn('lambda', 'function:ingest')],
    ['sqs', arn('sqs', 'audit')],
  ]);
  const attributes = async ({ SubscriptionArn }) =>
    (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes;
  const [toFunction, toQueue] = [await attributes(Subscriptions[0]), await attributes(Subscriptions[1])];
  assert.deepEqual(JSON.parse(toFunction.RedrivePolicy), { deadLetterTargetArn: arn('sqs', 'orders-dlq') });
  assert.equal(toQueue.RawMessageDelivery, 'true');
  assert.deepEqual(JSON.parse(toQueue.FilterPolicy), { amount: [{ numeric: ['>', 100] }] });
});

test('a quota throttles producers in the words of the service, and their SDK tries again', async () => {
  const put = (client) =>
    client.send(new PutEventsCommand({ Entries: [{ Source: 'shop', DetailType: 'Burst', Detail: '{}' }] }));
  const burst = await Promise.allSettled(Array.from({ length: 20 }, () => put(events)));
  const refused = burst.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
  assert.ok(refused.length > 0 && refused.length < 20, `${refused.length} refused`);
  for (const error of refused) {
    assert.deepEqual(
      [error.name, error.message, error.$metadata.httpStatusCode],
      ['ThrottlingException', 'Rate exceeded', 400],
    );
  }
  const patient = await put(rig.client(EventBridgeClient, { maxAttempts: 6 }));
  assert.equal(patient.FailedEntryCount, 0);
});

test('what is declared can be changed while events flow', async () => {
  const patient = rig.client(EventBridgeClient, { maxAttempts: 6 });
  const put = () =>
    patient.send(new PutEventsCommand({ Entries: [{ EventBusName: 'shop', Source: 'shop', DetailType: 'Sale', Detail: '{}' }] }));
  await put();
  await events.send(new EnableRuleCommand({ Name: 'paused', EventBusName: 'shop' }));
  await put();
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  const hops = rig.query(
    "SELECT source, target, outcome FROM spans WHERE stage = 'bus' AND event IN (SELECT id FROM events WHERE kind = 'Sale') ORDER BY id",
  );
  assert.deepEqual(
    hops.map((hop) => Object.values(hop).join(' ')),
    ['bus  filtered', 'bus default ok', 'bus  filtered'],
    'the first finds no rule, the second reaches the other bus, where there is none',
  );
});
