// SQS as @aws-sdk/client-sqs sees it. The SDK checks the MD5 of every body itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  BatchEntryIdsNotDistinct,
  BatchRequestTooLong,
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  EmptyBatchRequest,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  InvalidAttributeName,
  InvalidAttributeValue,
  InvalidBatchEntryId,
  InvalidMessageContents,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  MessageNotInflight,
  paginateListQueues,
  PurgeQueueCommand,
  PurgeQueueInProgress,
  QueueDeletedRecently,
  QueueDoesNotExist,
  QueueNameExists,
  ReceiptHandleIsInvalid,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TooManyEntriesInBatchRequest,
} from '@aws-sdk/client-sqs';

import { account, region, startRig } from './support/rig.mjs';

let rig;
let sqs;
before(async () => {
  rig = await startRig();
  sqs = rig.client(SQSClient);
});
after(() => rig.remove());

const arnOf = (name) => `arn:aws:sqs:${region}:${account}:${name}`;

async function createQueue(QueueName, Attributes) {
  return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl;
}
async function receive(QueueUrl, more = {}) {
  return (await sqs.send(new ReceiveMessageCommand({ QueueUrl, ...more }))).Messages ?? [];
}

test('a queue is created, found, listed, described, changed and deleted', async () => {
  const QueueUrl = await createQueue('orders', { VisibilityTimeout: '45' });
  assert.equal(QueueUrl, `${rig.url}/${account}/orders`);
  assert.equal((await sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' }))).QueueUrl, QueueUrl);
  await createQueue('orders-2');
  const listed = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'orders' }));
  assert.deepEqual(listed.QueueUrls, [QueueUrl, `${QueueUrl}-2`]);
  assert.equal(listed.NextToken, undefined);

  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '5' } }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout', 'DelaySeconds', 'QueueArn'] }),
  );
  assert.deepEqual(Attributes, { VisibilityTimeout: '45', DelaySeconds: '5', QueueArn: arnOf('orders') });
  await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  await assert.rejects(sqs.send(new GetQueueUrlCommand({ QueueName: 'orders' })), QueueDoesNotExist);
});

test('lists come in pages', async () => {
  for (const name of ['page-a', 'page-b', 'page-c']) await createQueue(name);
  const pages = [];
  for await (const page of paginateListQueues({ client: sqs, pageSize: 2 }, { QueueNamePrefix: 'page-' })) {
    pages.push(page.QueueUrls.map((url) => url.split('/').pop()));
  }
  assert.deepEqual(pages, [['page-a', 'page-b'], ['page-c']]);
});

test('a message goes through with all that belongs to it', async () => {
  const QueueUrl = await createQueue('messages');
  const body = 'Grüße, 漢字 & <tags>\r\n\t"quotes"';
  const attributes = {
    text: { DataType: 'String', StringValue: 'v' },
    number: { DataType: 'Number.float', StringValue: '1.5' },
    bytes: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 255, 128]) },
  };
  const sent = await sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: body,
      MessageAttributes: attributes,
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-00000000-000000000000000000000001' } },
    }),
  );
  assert.match(sent.MD5OfMessageAttributes, /^[0-9a-f]{32}$/);
  const [message] = await receive(QueueUrl, {
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  assert.equal(message.Body, body);
  assert.equal(message.MessageId, sent.MessageId);
  assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
  assert.deepEqual(message.MessageAttributes, attributes);
  assert.equal(message.Attributes.ApproximateReceiveCount, '1');
  assert.equal(message.Attributes.AWSTraceHeader, 'Root=1-00000000-000000000000000000000001');
  assert.ok(Number(message.Attributes.SentTimestamp) > 1.6e12);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
});

test('an empty queue answers without messages, at once or after the wait', async () => {
  const QueueUrl = await createQueue('empty');
  assert.equal((await sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages, undefined);
  assert.equal((await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }))).Messages, undefined);
});

test('a long poll wakes up for a message, and for one that becomes visible', async () => {
  const QueueUrl = await createQueue('poll');
  const first = receive(QueueUrl, { WaitTimeSeconds: 20 });
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'woken' }));
  const [message] = await first;
  assert.equal(message.Body, 'woken');
  const second = receive(QueueUrl, { WaitTimeSeconds: 20, AttributeNames: ['ApproximateReceiveCount'] });
  await sqs.send(
    new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 0 }),
  );
  const [again] = await second;
  assert.equal(again.MessageId, message.MessageId);
  assert.equal(again.Attributes.ApproximateReceiveCount, '2');
});

test('batches answer entry by entry', async () => {
  const QueueUrl = await createQueue('batches', { MaximumMessageSize: '1024' });
  const sent = await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'a', MessageBody: 'one', MessageAttributes: { k: { DataType: 'String', StringValue: 'v' } } },
        { Id: 'b', MessageBody: 'x'.repeat(2000) },
        { Id: 'c', MessageBody: 'three' },
      ],
    }),
  );
  assert.deepEqual(sent.Successful.map((entry) => entry.Id), ['a', 'c']);
  assert.deepEqual(sent.Failed.map(({ Id, SenderFault, Code }) => [Id, SenderFault, Code]), [
    ['b', true, 'InvalidParameterValue'],
  ]);
  const messages = await receive(QueueUrl, { MaxNumberOfMessages: 10 });
  assert.deepEqual(messages.map((message) => message.Body), ['one', 'three']);

  const handles = messages.map((message, i) => ({ Id: `${i}`, ReceiptHandle: message.ReceiptHandle }));
  const changed = await sqs.send(
    new ChangeMessageVisibilityBatchCommand({
      QueueUrl,
      Entries: handles.map((entry) => ({ ...entry, VisibilityTimeout: 60 })),
    }),
  );
  assert.deepEqual(changed.Successful.map((entry) => entry.Id), ['0', '1']);
  const deleted = await sqs.send(
    new DeleteMessageBatchCommand({ QueueUrl, Entries: [...handles, { Id: 'bad', ReceiptHandle: 'nonsense' }] }),
  );
  assert.deepEqual(deleted.Successful.map((entry) => entry.Id), ['0', '1']);
  assert.deepEqual(deleted.Failed.map((entry) => entry.Id), ['bad']);
});

test('after enough receives a message lies in the dead-letter queue', async () => {
  const deadLetters = await createQueue('work-dlq');
  const QueueUrl = await createQueue('work', {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('work-dlq'), maxReceiveCount: 1 }),
  });
  const sources = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: deadLetters }));
  assert.deepEqual(sources.queueUrls, [QueueUrl]);
  const { MessageId } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
  assert.equal((await receive(QueueUrl, { VisibilityTimeout: 0 })).length, 1);
  assert.equal((await receive(QueueUrl)).length, 0);
  const [dead] = await receive(deadLetters, { MessageSystemAttributeNames: ['DeadLetterQueueSourceArn'] });
  assert.equal(dead.MessageId, MessageId);
  assert.equal(dead.Attributes.DeadLetterQueueSourceArn, arnOf('work'));
});

test('FIFO: a group keeps its order, duplicates are taken and not stored', async () => {
  const QueueUrl = await createQueue('steps.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
  const send = (MessageBody, MessageGroupId) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId }));
  const first = await send('1', 'a');
  const again = await send('1', 'a');
  assert.equal(again.MessageId, first.MessageId);
  assert.equal(again.SequenceNumber, first.SequenceNumber);
  await send('2', 'a');
  await send('x', 'b');
  const [one] = await receive(QueueUrl);
  assert.equal(one.Body, '1');
  const [other] = await receive(QueueUrl);
  assert.equal(other.Body, 'x', 'group a waits for its first message');
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: one.ReceiptHandle }));
  const [two] = await receive(QueueUrl, { MessageSystemAttributeNames: ['MessageGroupId'] });
  assert.deepEqual([two.Body, two.Attributes.MessageGroupId], ['2', 'a']);
});

test('errors have the classes and codes that clients react to', async () => {
  const QueueUrl = await createQueue('errors');
  const missing = `${rig.url}/${account}/nowhere`;
  await sqs.send(new DeleteQueueCommand({ QueueUrl: await createQueue('deleted') }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'given back' }));
  const [given] = await receive(QueueUrl);
  await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: given.ReceiptHandle, VisibilityTimeout: 0 }));
  const cases = [
    [new SendMessageCommand({ QueueUrl: missing, MessageBody: 'x' }), QueueDoesNotExist,
      'AWS.SimpleQueueService.NonExistentQueue', 400],
    [new CreateQueueCommand({ QueueName: 'errors', Attributes: { DelaySeconds: '7' } }), QueueNameExists,
      'QueueAlreadyExists', 400],
    [new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' }), ReceiptHandleIsInvalid,
      'ReceiptHandleIsInvalid', 404],
    [new SendMessageBatchCommand({ QueueUrl, Entries: [] }), EmptyBatchRequest,
      'AWS.SimpleQueueService.EmptyBatchRequest', 400],
    [new SendMessageBatchCommand({ QueueUrl, Entries: ['a', 'a'].map((Id) => ({ Id, MessageBody: 'x' })) }),
      BatchEntryIdsNotDistinct, 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct', 400],
    [new SendMessageBatchCommand({ QueueUrl, Entries: [...Array(11).keys()].map((i) => ({ Id: `${i}`, MessageBody: 'x' })) }),
      TooManyEntriesInBatchRequest, 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest', 400],
    [new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a b', MessageBody: 'x' }] }), InvalidBatchEntryId,
      'AWS.SimpleQueueService.InvalidBatchEntryId', 400],
    [new SendMessageBatchCommand({ QueueUrl, Entries: ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600_000) })) }),
      BatchRequestTooLong, 'AWS.SimpleQueueService.BatchRequestTooLong', 400],
    [new SendMessageCommand({ QueueUrl, MessageBody: 'a\u0001b' }), InvalidMessageContents, 'InvalidMessageContents', 400],
    [new SetQueueAttributesCommand({ QueueUrl, Attributes: { Nonsense: '1' } }), InvalidAttributeName, 'InvalidAttributeName', 400],
    [new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '43201' } }), InvalidAttributeValue,
      'InvalidAttributeValue', 400],
    [new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: given.ReceiptHandle, VisibilityTimeout: 9 }), MessageNotInflight,
      'AWS.SimpleQueueService.MessageNotInflight', 400],
    [new CreateQueueCommand({ QueueName: 'deleted' }), QueueDeletedRecently, 'AWS.SimpleQueueService.QueueDeletedRecently', 400],
  ];
  for (const [command, Class, Code, status] of cases) {
    await assert.rejects(sqs.send(command), (error) => {
      assert.ok(error instanceof Class, `${error.name}: ${error.message}`);
      assert.equal(error.Code, Code);
      assert.equal(error.$metadata.httpStatusCode, status);
      return true;
    });
  }
  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  await assert.rejects(sqs.send(new PurgeQueueCommand({ QueueUrl })), (error) => {
    assert.ok(error instanceof PurgeQueueInProgress);
    assert.equal(error.message, 'Only one PurgeQueue operation on errors is allowed every 60 seconds.');
    return true;
  });
  await assert.rejects(receive(QueueUrl, { WaitTimeSeconds: 21 }), {
    Code: 'InvalidParameterValue',
    message: 'Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.',
  });
});

test('what is not emulated is refused, not ignored', async () => {
  await assert.rejects(sqs.send(new CreateQueueCommand({ QueueName: 'tagged', tags: { team: 'a' } })), {
    name: 'NotImplemented',
    message: 'SQS CreateQueue: the parameter tags is not emulated by relayrig',
  });
  const QueueUrl = await createQueue('refusing');
  await assert.rejects(sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: '{}' } })), {
    name: 'NotImplemented',
    message: 'The queue attribute Policy is not emulated by relayrig.',
  });
});

test('the query protocol of older clients works on the same queues', async () => {
  const QueueUrl = await createQueue('old');
  const call = async (fields, path = '/') => {
    const response = await fetch(rig.url + path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
        Authorization: `AWS4-HMAC-SHA256 Credential=AK/20261125/${region}/sqs/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: new URLSearchParams({ Version: '2012-11-05', ...fields }),
    });
    return { status: response.status, text: await response.text() };
  };
  const sent = await call({
    Action: 'SendMessage', QueueUrl, MessageBody: 'a & b',
    'MessageAttribute.1.Name': 'attr1',
    'MessageAttribute.1.Value.DataType': 'Number',
    'MessageAttribute.1.Value.StringValue': '99.12',
  });
  assert.equal(sent.status, 200, sent.text);
  assert.match(sent.text, /<MD5OfMessageAttributes>d302007e9aa062660afc85fd0a482472<\/MD5OfMessageAttributes>/);
  // Old clients post to the queue's own address.
  const received = await call(
    { Action: 'ReceiveMessage', 'MessageAttributeName.1': 'All', 'AttributeName.1': 'ApproximateReceiveCount' },
    `/${account}/old`,
  );
  assert.match(received.text, /<ReceiveMessageResult><Message><MessageId>/);
  assert.match(received.text, /<Body>a &amp; b<\/Body>/);
  assert.match(received.text, /<Attribute><Name>ApproximateReceiveCount<\/Name><Value>1<\/Value><\/Attribute>/);
  assert.match(received.text, /<MessageAttribute><Name>attr1<\/Name><Value><DataType>Number<\/DataType><StringValue>99.12</);
  const empty = await call({ Action: 'ReceiveMessage', QueueUrl });
  assert.match(empty.text, /<ReceiveMessageResult><\/ReceiveMessageResult>/);
  const batch = await call({
    Action: 'SendMessageBatch', QueueUrl,
    'SendMessageBatchRequestEntry.1.Id': 'a', 'SendMessageBatchRequestEntry.1.MessageBody': '1',
    'SendMessageBatchRequestEntry.2.Id': 'b', 'SendMessageBatchRequestEntry.2.MessageBody': '2',
  });
  assert.equal(batch.text.match(/<SendMessageBatchResultEntry><Id>[ab]<\/Id>/g).length, 2, batch.text);
  const wrong = await call({ Action: 'PurgeQueue', QueueUrl: `${rig.url}/${account}/nowhere` });
  assert.equal(wrong.status, 400);
  assert.match(wrong.text, /<Type>Sender<\/Type><Code>AWS.SimpleQueueService.NonExistentQueue<\/Code>/);
});

test('what clients sent is in the run file, each message an event', async () => {
  const { code, report } = await rig.stop();
  assert.equal(code, 0, report);
  const [{ events }] = rig.query("SELECT count(*) AS events FROM events WHERE kind = 'sqs SendMessage' AND channel = 'messages'");
  assert.equal(events, 1);
  const [chain] = rig.query(
    "SELECT parent.stage AS cause, parent.operation FROM spans AS sent JOIN spans AS parent ON parent.id = sent.parent " +
      "WHERE sent.stage = 'queue' AND sent.operation = 'SendMessage' AND sent.target = 'messages'",
  );
  assert.deepEqual(chain, { cause: 'client', operation: 'SendMessage' });
});
