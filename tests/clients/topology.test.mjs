// A whole topology that clients build, and events that run through it to their ends:
//
//   PutEvents ─> bus shop ─ rule placed ─┬─> topic orders ─> queue work ═ batches ═> function book ─> middleware
//                                        │        │            └ after 2 receives ─> work-dlq
//                                        │        └─ filter: big orders, raw ─> queue audit
//                                        ├─> ledger.fifo, one group a customer
//                                        └─> queue gone (deleted) ─> bus-dlq
//                         rule direct ─────> function notify (asynchronous) ─ on failure ─> notify-failures
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';

import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';

import { account, region, startRig, until } from './support/rig.mjs';

let rig;
let events;
let lambda;
let sns;
let sqs;
const urls = {};
before(async () => {
  rig = await startRig({ scenario: 'tests/clients/deployments/orders.yaml' });
  [events, lambda, sns, sqs] = [EventBridgeClient, LambdaClient, SNSClient, SQSClient].map((Client) => rig.client(Client));
});
after(() => rig.remove());

const queueArn = (name) => `arn:aws:sqs:${region}:${account}:${name}`;
const topicArn = `arn:aws:sns:${region}:${account}:orders`;
const functionArn = (name) => `arn:aws:lambda:${region}:${account}:function:${name}`;

/** The next message of a queue, taken out of it; waits until one is there. */
async function next(name) {
  const QueueUrl = urls[name];
  const { Messages } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'],
    }),
  );
  assert.ok(Messages, `nothing in ${name}`);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
  return Messages[0];
}
/** Messages that are in a queue, handed out or not. */
async function depth(name) {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl: urls[name], AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
}

test('queues, functions, topics, rules and what joins them are made over the API alone', async () => {
  const queues = {
    'work-dlq': {},
    work: {
      VisibilityTimeout: '4',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn('work-dlq'), maxReceiveCount: 2 }),
    },
    audit: {},
    'ledger.fifo': { FifoQueue: 'true', ContentBasedDeduplication: 'true' },
    gone: {},
    'bus-dlq': {},
    'notify-failures': {},
  };
  for (const [QueueName, Attributes] of Object.entries(queues)) {
    urls[QueueName] = (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
  }

  const create = (FunctionName, Timeout) =>
    lambda.send(new CreateFunctionCommand({ FunctionName, Handler: 'builtin', Role: 'any', Code: {}, Timeout }));
  await create('book', 4);
  await lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: 'book', EventSourceArn: queueArn('work'), BatchSize: 5, FunctionResponseTypes: ['ReportBatchItemFailures'],
    }),
  );
  await create('notify', 4);
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: 'notify', MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: queueArn('notify-failures') } },
    }),
  );

  await sns.send(new CreateTopicCommand({ Name: 'orders' }));
  const subscribe = (queue, Attributes) =>
    sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: queueArn(queue), Attributes }));
  await subscribe('work');
  await subscribe('audit', {
    RawMessageDelivery: 'true',
    FilterPolicyScope: 'MessageBody',
    FilterPolicy: JSON.stringify({ detail: { payload: { Amount__c: [{ numeric: ['>', 1000] }] } } }),
  });

  await events.send(new CreateEventBusCommand({ Name: 'shop' }));
  const rule = async (Name, pattern, Targets) => {
    await events.send(new PutRuleCommand({ Name, EventBusName: 'shop', EventPattern: JSON.stringify(pattern) }));
    const put = await events.send(new PutTargetsCommand({ Rule: Name, EventBusName: 'shop', Targets }));
    assert.deepEqual(put.FailedEntries, []);
  };
  await rule('placed', { source: ['shop'], 'detail-type': ['Order_Placed__e'] }, [
    { Id: 'topic', Arn: topicArn },
    { Id: 'ledger', Arn: queueArn('ledger.fifo'), SqsParameters: { MessageGroupId: 'ledger' } },
    { Id: 'gone', Arn: queueArn('gone'), DeadLetterConfig: { Arn: queueArn('bus-dlq') } },
  ]);
  await rule('direct', { 'detail-type': ['Notice__e'] }, [{ Id: 'function', Arn: functionArn('notify') }]);
  await sqs.send(new DeleteQueueCommand({ QueueUrl: urls.gone }));
  // From its first receive on a queue has a reader, who ends an event by taking it out.
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: urls['notify-failures'] }));
});

const orders = readFileSync(new URL('../../scenarios/data/order_placed.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(0, 12)
  .map((line) => JSON.parse(line));
const entry = (payload, DetailType = 'Order_Placed__e') => ({
  EventBusName: 'shop', Source: 'shop', DetailType, Detail: JSON.stringify({ payload }),
});
const put = async (Entries) => {
  const { FailedEntryCount, Entries: results } = await events.send(new PutEventsCommand({ Entries }));
  assert.equal(FailedEntryCount, 0);
  return results.map(({ EventId }) => EventId);
};
let ids;

test('orders go through topic, queue and function, each to its end', async () => {
  ids = [...(await put(orders.slice(0, 10).map((order) => entry(order)))), ...(await put(orders.slice(10).map((order) => entry(order))))];
  const ledger = [];
  for (const _ of orders) ledger.push(JSON.parse((await next('ledger.fifo')).Body).id);
  assert.deepEqual(ledger.sort(), [...ids].sort());
  const big = orders.filter((order) => order.Amount__c > 1000).map((order) => order.Order_Number__c);
  assert.ok(big.length > 0 && big.length < orders.length);
  const audited = [];
  for (const _ of big) audited.push(JSON.parse((await next('audit')).Body).detail.payload.Order_Number__c);
  assert.deepEqual(audited.sort(), big.sort());
  await until(() => depth('work'), (messages) => messages === 0);
  assert.equal(await depth('audit'), 0, 'the filter kept the small ones out');
});

test('a target that is gone sends its share to the dead-letter queue of the target', async () => {
  // Until somebody reads the queue, an event that comes into it ends there.
  await until(() => depth('bus-dlq'), (messages) => messages === orders.length);
  const { Body, MessageAttributes } = await next('bus-dlq');
  assert.ok(ids.includes(JSON.parse(Body).id));
  const value = (name) => MessageAttributes[name].StringValue;
  assert.equal(value('ERROR_CODE'), 'NO_RESOURCE');
  assert.equal(value('RETRY_ATTEMPTS'), '0');
  assert.equal(value('TARGET_ARN'), queueArn('gone'));
  assert.equal(value('RULE_ARN'), `arn:aws:events:${region}:${account}:rule/shop/placed`);
});

test('an order that the function refuses comes again, and then lies in the dead-letter queue of the queue', async () => {
  const [poison] = await put([entry({ Order_Number__c: 'SO-POISON' })]);
  const dead = await next('work-dlq');
  assert.equal(JSON.parse(JSON.parse(dead.Body).Message).id, poison);
  assert.equal(dead.Attributes.DeadLetterQueueSourceArn, queueArn('work'));
  assert.equal(dead.Attributes.ApproximateReceiveCount, '3', 'two by the mapping, and this one');
  assert.equal(JSON.parse((await next('ledger.fifo')).Body).id, poison);
  while ((await depth('bus-dlq')) > 0) await next('bus-dlq');
});

test('what the asynchronous function fails goes to its destination', async () => {
  const [notice] = await put([entry({ text: 'hello' }, 'Notice__e')]);
  const record = JSON.parse((await next('notify-failures')).Body);
  assert.equal(record.requestContext.condition, 'RetriesExhausted');
  assert.equal(record.requestPayload.id, notice);
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'notify', ReservedConcurrentExecutions: 0 }));
  await put([entry({ text: 'hello' }, 'Notice__e')]);
  assert.equal(JSON.parse((await next('notify-failures')).Body).requestContext.condition, 'ZeroReservedConcurrency');
});

test('what no rule wants is accepted', async () => {
  await put([entry({}, 'Order_Cancelled__e')]);
});

test('the run file knows the way and the end of every event', async () => {
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  assert.match(report, /PASSED/);
  const ends = rig.query('SELECT kind, "end", count(*) AS times, max(ends) AS branches FROM events GROUP BY 1, 2 ORDER BY 1, 2');
  assert.deepEqual(
    ends.map((row) => Object.values(row).join(' ')),
    [
      'Notice__e delivered 2 1',
      'Order_Cancelled__e filtered 1 1',
      'Order_Placed__e dead_lettered 12 1', // their share for the target that is gone
      'Order_Placed__e delivered 1 1',
    ],
  );
  const way = rig.query(
    "SELECT DISTINCT stage, source, target FROM spans WHERE event = (SELECT id FROM events WHERE payload LIKE '%SO-10248%')",
  );
  assert.deepEqual(
    new Set(way.map((row) => Object.values(row).join(' '))),
    new Set([
      'publish client bus',
      'bus bus orders', 'topic bus orders', 'topic orders work', 'topic orders audit', 'queue orders work',
      'queue work book', 'invoke work book', 'compute ingest middleware',
      ...['erp', 'payments', 'shipping'].flatMap((api) => [`step middleware-1 ${api}`, `api middleware-1 ${api}`]),
      'bus bus ledger.fifo', 'queue bus ledger.fifo', 'queue ledger.fifo client',
      'bus bus gone', 'queue bus gone', 'queue bus bus-dlq', 'queue bus-dlq client',
    ]),
  );
  const charged = rig.query("SELECT business_key, times FROM effects WHERE operation = 'charge' ORDER BY 1");
  assert.deepEqual(
    charged,
    orders.map((order) => ({ business_key: order.Order_Number__c, times: 1 })),
  );
});
