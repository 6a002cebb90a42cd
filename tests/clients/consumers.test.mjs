// Libraries that read queues, as they are: sqs-consumer, and the batch processors of Powertools for Lambda.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  BatchProcessor,
  EventType,
  FullBatchFailureError,
  processPartialResponse,
  processPartialResponseSync,
  SqsFifoPartialProcessor,
} from '@aws-lambda-powertools/batch';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Consumer } from 'sqs-consumer';

import { account, region, startRig } from './support/rig.mjs';

let rig;
let sqs;
before(async () => {
  rig = await startRig();
  sqs = rig.client(SQSClient);
});
after(() => rig.remove());

const queueArn = (name) => `arn:aws:sqs:${region}:${account}:${name}`;
const createQueue = async (QueueName, Attributes) =>
  (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
const redrive = (name, maxReceiveCount) => ({
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(name), maxReceiveCount }),
});
const send = (QueueUrl, ...bodies) =>
  sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: bodies.map((MessageBody, i) => ({ Id: `${i}`, MessageBody })) }));
const receive = async (QueueUrl, more = {}) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageSystemAttributeNames: ['All'], ...more }))).Messages ?? [];

/** Runs a consumer until its queue is empty; what it told. */
async function consume(options) {
  const seen = [];
  const consumer = Consumer.create({ sqs, waitTimeSeconds: 0, messageSystemAttributeNames: ['All'], ...options });
  for (const name of ['error', 'processing_error', 'timeout_error']) {
    consumer.on(name, (error) => seen.push(`${name}: ${error.message}`));
  }
  consumer.on('message_processed', (message) => seen.push(`processed: ${message.Body}`));
  await new Promise((done) => {
    consumer.on('empty', done);
    consumer.start();
  });
  consumer.stop();
  return seen;
}

test('sqs-consumer takes messages one by one, and one that fails comes again until it is a dead letter', async () => {
  const deadLetters = await createQueue('single-dlq');
  const queueUrl = await createQueue('single', redrive('single-dlq', 2));
  await send(queueUrl, 'good', 'poison');
  const counts = [];
  const seen = await consume({
    queueUrl,
    terminateVisibilityTimeout: true, // gives a failed message back at once
    handleMessage: async (message) => {
      counts.push(`${message.Body} ${message.Attributes.ApproximateReceiveCount}`);
      if (message.Body === 'poison') throw new Error('cannot');
      return message;
    },
  });
  assert.deepEqual(counts, ['good 1', 'poison 1', 'poison 2']);
  assert.deepEqual(seen, [
    'processed: good',
    'processing_error: Unexpected message handler failure: cannot',
    'processing_error: Unexpected message handler failure: cannot',
  ]);
  const [dead] = await receive(deadLetters);
  assert.deepEqual([dead.Body, dead.Attributes.DeadLetterQueueSourceArn], ['poison', queueArn('single')]);
});

test('sqs-consumer takes batches, and deletes what the handler acknowledges', async () => {
  const queueUrl = await createQueue('batched');
  await send(queueUrl, ...[...Array(10).keys()].map((i) => `message ${i}`));
  const sizes = [];
  let first = true;
  const seen = await consume({
    queueUrl,
    batchSize: 10,
    terminateVisibilityTimeout: true,
    handleMessageBatch: async (messages) => {
      sizes.push(messages.length);
      if (!first) return messages;
      first = false;
      throw new Error('the batch failed');
    },
  });
  assert.deepEqual(sizes, [10, 10]);
  assert.equal(seen[0], 'error: Unexpected message batch handler failure: the batch failed');
  assert.equal(seen.filter((text) => text.startsWith('processed: ')).length, 10);
});

test('sqs-consumer keeps a slow message to itself by its heartbeat', async () => {
  const queueUrl = await createQueue('slow');
  await send(queueUrl, 'slow');
  let others;
  await consume({
    queueUrl,
    visibilityTimeout: 3,
    heartbeatInterval: 1,
    handleMessage: async (message) => {
      // Longer than the visibility of the receive.
      others = await receive(queueUrl, { WaitTimeSeconds: 5 });
      return message;
    },
  });
  assert.deepEqual(others, []);
  assert.deepEqual(await receive(queueUrl, { WaitTimeSeconds: 0 }), []);
});

/** The event that an event source mapping makes of messages. */
const eventOf = (name, messages) => ({
  Records: messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
    messageAttributes: {},
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn(name),
    awsRegion: region,
  })),
});
/** Deletes what the function did not report, as a mapping does with ReportBatchItemFailures. */
async function settle(QueueUrl, messages, { batchItemFailures }) {
  const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  const Entries = messages
    .filter(({ MessageId }) => !failed.has(MessageId))
    .map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }));
  if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
}

test('the batch processor of Powertools gives back what failed, and only that comes again', async () => {
  const deadLetters = await createQueue('partial-dlq');
  const QueueUrl = await createQueue('partial', { VisibilityTimeout: '1', ...redrive('partial-dlq', 2) });
  await send(QueueUrl, ...['fine', 'later', 'fine too', 'never'].map((text) => JSON.stringify({ text })));
  const attempt = async () => {
    const messages = await receive(QueueUrl, { MaxNumberOfMessages: 10 });
    const handled = [];
    const response = await processPartialResponse(
      eventOf('partial', messages),
      async (record) => {
        const { text } = JSON.parse(record.body);
        handled.push(text);
        const isFirst = record.attributes.ApproximateReceiveCount === '1';
        if (text === 'never' || (text === 'later' && isFirst)) throw new Error(text);
      },
      new BatchProcessor(EventType.SQS),
    );
    await settle(QueueUrl, messages, response);
    return { handled, failed: response.batchItemFailures.length };
  };
  assert.deepEqual(await attempt(), { handled: ['fine', 'later', 'fine too', 'never'], failed: 2 });
  assert.deepEqual(await attempt(), { handled: ['later', 'never'], failed: 1 });
  assert.deepEqual(await receive(QueueUrl, { WaitTimeSeconds: 2 }), [], 'the third receive would be one too many');
  const [dead] = await receive(deadLetters);
  assert.deepEqual(JSON.parse(dead.Body), { text: 'never' });
});

test('a batch that fails as a whole is an error of the function', async () => {
  const QueueUrl = await createQueue('whole');
  await send(QueueUrl, 'a', 'b');
  const messages = await receive(QueueUrl, { MaxNumberOfMessages: 10 });
  const failing = async () => {
    throw new Error('no');
  };
  await assert.rejects(
    processPartialResponse(eventOf('whole', messages), failing, new BatchProcessor(EventType.SQS)),
    FullBatchFailureError,
  );
});

test('the FIFO processor of Powertools stops at the first failure, and the order is kept', async () => {
  const QueueUrl = await createQueue('steps.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '3' });
  for (const MessageBody of ['1', '2', '3']) {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'g' }));
  }
  const done = [];
  const attempt = async (broken) => {
    const messages = await receive(QueueUrl, { MaxNumberOfMessages: 10 });
    const response = processPartialResponseSync(
      eventOf('steps.fifo', messages),
      (record) => {
        assert.equal(record.attributes.MessageGroupId, 'g');
        if (record.body === broken) throw new Error('not yet');
        done.push(record.body);
      },
      new SqsFifoPartialProcessor(),
    );
    await settle(QueueUrl, messages, response);
    return messages.map(({ Body }) => Body).join('');
  };
  assert.equal(await attempt('2'), '123');
  assert.equal(await attempt(), '23');
  assert.deepEqual(done, ['1', '2', '3']);
});

test('every message has ended', async () => {
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  const ends = rig.query('SELECT channel, "end", count(*) AS times FROM events GROUP BY 1, 2 ORDER BY 1, 2');
  assert.deepEqual(ends.map((row) => Object.values(row).join(' ')), [
    'batched delivered 10',
    'partial delivered 4',
    'single delivered 2',
    'slow delivered 1',
    'steps.fifo delivered 3',
    'whole delivered 2',
  ]);
  const receives = rig.query(
    "SELECT target, outcome, count(*) AS times FROM spans WHERE stage = 'queue' AND source = 'single' GROUP BY 1, 2 ORDER BY 1, 2",
  );
  assert.deepEqual(receives.map((row) => Object.values(row).join(' ')), ['client failed 2', 'client ok 1', 'single-dlq ok 1']);
});
